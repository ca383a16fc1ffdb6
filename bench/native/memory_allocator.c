// SPDX-License-Identifier: Apache-2.0
//
// What an allocator says that it holds of the machine's memory, and its call to give back what it can. The allocators
// are not linked: their own functions are looked up in what is preloaded.
//
// | allocator | holds                                                                  | gives back              |
// |-----------|------------------------------------------------------------------------|-------------------------|
// | jemalloc  | stats.resident: pages in use, dirty pages, metadata                    | flush, purge all arenas |
// | mimalloc  | current commit of mi_process_info                                      | mi_collect              |
// | tcmalloc  | generic.total_physical_bytes: what is committed, metadata              | MarkThreadIdle, Release |
// | glibc     | mallinfo2: arenas and mapped blocks, with what malloc_trim gave back   | malloc_trim             |

#define _GNU_SOURCE
#include "memory.h"

#include <dlfcn.h>
#include <malloc.h>

#define ALL_JEMALLOC_ARENAS "4096" // its MALLCTL_ARENAS_ALL

static int (*mallctl)(const char *, void *, size_t *, void *, size_t);
static void (*mi_collect)(int force);
static void (*mi_process_info)(size_t *, size_t *, size_t *, size_t *, size_t *, size_t *, size_t *, size_t *);
static int (*tc_property)(const char *, size_t *);
static void (*tc_release)(void);
static void (*tc_thread_idle)(void);

static void *find(const char *name) { return dlsym(RTLD_DEFAULT, name); }

// Before the base is taken: a look-up may allocate.
void find_allocator(void) {
    *(void **)&mallctl = find("mallctl");
    *(void **)&mi_collect = find("mi_collect");
    *(void **)&mi_process_info = find("mi_process_info");
    *(void **)&tc_property = find("MallocExtension_GetNumericProperty");
    *(void **)&tc_release = find("MallocExtension_ReleaseFreeMemory");
    *(void **)&tc_thread_idle = find("MallocExtension_MarkThreadIdle");
}

static int64_t jemalloc_bytes(void) {
    uint64_t epoch = 1;
    size_t bytes = 0, size = sizeof bytes;
    if (mallctl("epoch", NULL, NULL, &epoch, sizeof epoch) || mallctl("stats.resident", &bytes, &size, NULL, 0))
        return COMMITTED_UNKNOWN;
    return (int64_t)bytes;
}

static int64_t mimalloc_bytes(void) {
    size_t elapsed, user, system, resident, peak_resident, commit, peak_commit, faults;
    mi_process_info(&elapsed, &user, &system, &resident, &peak_resident, &commit, &peak_commit, &faults);
    return (int64_t)commit;
}

static int64_t tcmalloc_bytes(void) {
    size_t bytes = 0;
    return tc_property("generic.total_physical_bytes", &bytes) ? (int64_t)bytes : COMMITTED_UNKNOWN;
}

static int64_t glibc_bytes(void) {
#if __GLIBC_PREREQ(2, 33)
    struct mallinfo2 info = mallinfo2();
    return (int64_t)(info.arena + info.hblkhd);
#else
    return COMMITTED_UNKNOWN; // its older call has fields of 32 bits
#endif
}

int64_t committed_bytes(void) {
    if (mallctl) return jemalloc_bytes();
    if (mi_process_info) return mimalloc_bytes();
    if (tc_property) return tcmalloc_bytes();
    return glibc_bytes();
}

void trim(void) {
    if (mallctl) {
        mallctl("thread.tcache.flush", NULL, NULL, NULL, 0);
        mallctl("arena." ALL_JEMALLOC_ARENAS ".purge", NULL, NULL, NULL, 0);
    } else if (mi_collect) {
        mi_collect(1);
    } else if (tc_release) {
        if (tc_thread_idle) tc_thread_idle();
        tc_release();
    } else {
        malloc_trim(0);
    }
}
