// SPDX-License-Identifier: Apache-2.0
//
// What the harness asks of the operating system, all of it without malloc.

#define _GNU_SOURCE
#include "harness.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <gnu/libc-version.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

void fail(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
    exit(2);
}

// Zeroed and already backed by memory: a page fault of the harness must not fall into a timed round.
void *map_zeroed(size_t bytes) {
    void *range = mmap(NULL, bytes ? bytes : 1, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
    if (range == MAP_FAILED) fail("cannot map %zu bytes for the harness", bytes);
    return range;
}

uint64_t now_ns(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

size_t os_page_bytes(void) { return (size_t)sysconf(_SC_PAGESIZE); }

// From smaps_rollup, which walks the page tables: the counters of /proc/self/statm lag behind by some pages per cpu.
static uint64_t rollup_bytes(const char *key) {
    static char text[4096];
    int file = open("/proc/self/smaps_rollup", O_RDONLY);
    if (file < 0) fail("cannot read /proc/self/smaps_rollup");
    ssize_t length = read(file, text, sizeof text - 1);
    close(file);
    text[length > 0 ? length : 0] = 0;
    const char *line = strstr(text, key);
    if (!line) fail("no line '%s' in /proc/self/smaps_rollup", key + 1);
    return strtoull(line + strlen(key), NULL, 10) * 1024;
}

uint64_t resident_bytes(void) { return rollup_bytes("\nRss:"); }

uint64_t anonymous_bytes(void) { return rollup_bytes("\nAnonymous:"); }

static void print_version(void) {
    int (*mallctl)(const char *, void *, size_t *, void *, size_t);
    int (*mi_version)(void);
    const char *(*tc_version)(int *, int *, const char **);
    *(void **)&mallctl = dlsym(RTLD_DEFAULT, "mallctl");
    *(void **)&mi_version = dlsym(RTLD_DEFAULT, "mi_version");
    *(void **)&tc_version = dlsym(RTLD_DEFAULT, "tc_version");
    if (mallctl) {
        const char *version = "";
        size_t bytes = sizeof version;
        mallctl("version", &version, &bytes, NULL, 0);
        printf("jemalloc %.*s", (int)strcspn(version, "-"), version); // the commit follows
    } else if (mi_version) {
        int version = mi_version();
        printf("mimalloc %d.%d.%d", version / 100, version / 10 % 10, version % 10);
    } else if (tc_version) {
        printf("%s", tc_version(NULL, NULL, NULL));
    } else {
        printf("glibc %s", gnu_get_libc_version());
    }
}

void print_allocator(void) {
    Dl_info origin = {0};
    dladdr(dlsym(RTLD_DEFAULT, "malloc"), &origin);
    printf("\"library\":\"%s\",\"version\":\"", origin.dli_fname ? origin.dli_fname : "");
    print_version();
    printf("\"");
}
