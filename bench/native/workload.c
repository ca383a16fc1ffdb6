// SPDX-License-Identifier: Apache-2.0
//
// Runs one workload on the malloc that is in place: warms up, times the rounds, and prints the JSON members that
// dev.quarry.bench.workload.WorkloadRun prints too.

#define _GNU_SOURCE
#include "workload.h"

#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

#define WARM_UP_NS 500000000u
#define MAX_ROUNDS 3

static const struct workload *const workloads[] = {
    &larson, &xmalloc, &mstress, &mleak, &rptest, &alloc_test, &glibc_simple, &glibc_thread, &rbstress, &contention,
};

static const struct workload *find(const char *name) {
    for (size_t i = 0; i < sizeof workloads / sizeof *workloads; i++)
        if (!strcmp(workloads[i]->name, name)) return workloads[i];
    fail("no workload '%s'", name);
}

static enum scale scale_of(const char *name) {
    if (!strcmp(name, "tiny")) return TINY;
    if (!strcmp(name, "quick")) return QUICK;
    if (!strcmp(name, "full")) return FULL;
    fail("'%s' is none of tiny, quick, full", name);
}

static int processors(void) {
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set)) fail("cannot read the processors of this process");
    return CPU_COUNT(&set);
}

static int threads_of(const char *text) {
    int threads = atoi(text);
    if (threads < 1 || threads > MAX_THREADS / 2) fail("'%s' is not a number of threads from 1 to %d", text, MAX_THREADS / 2);
    return threads;
}

// Makes what is resident now the peak, where the kernel lets a process do so.
static int reset_peak(void) {
    int file = open("/proc/self/clear_refs", O_WRONLY);
    if (file < 0) return 0;
    int done = write(file, "5", 1) == 1;
    close(file);
    return done;
}

// From /proc/self/status: getrusage has the peak of the whole life, whatever was reset.
static uint64_t status_bytes(const char *key) {
    static char text[8192];
    int file = open("/proc/self/status", O_RDONLY);
    if (file < 0) fail("cannot read /proc/self/status");
    ssize_t length = read(file, text, sizeof text - 1);
    close(file);
    text[length > 0 ? length : 0] = 0;
    const char *line = strstr(text, key);
    if (!line) fail("no line '%s' in /proc/self/status", key);
    return strtoull(line + strlen(key), NULL, 10) * 1024;
}

static struct rusage usage(void) {
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return usage;
}

static double cpu_ns(struct rusage usage) {
    return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1e9 + (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) * 1e3;
}

static double operations(const struct round *rounds, int count) {
    double sum = 0;
    for (int i = 0; i < count; i++) sum += (double)rounds[i].operations;
    return sum;
}

// Rounds that go by time do more or less; each is told as if it had done what the first did.
static uint64_t equal_work_ns(struct round round, struct round first) {
    if (round.operations == first.operations) return round.elapsed_ns;
    return (uint64_t)((double)round.elapsed_ns / (double)round.operations * (double)first.operations + 0.5);
}

static void print_rounds(const struct round *rounds, int count) {
    printf(",\"operations\":%llu,\"roundNs\":[", (unsigned long long)rounds[0].operations);
    for (int i = 0; i < count; i++)
        printf("%s%llu", i ? "," : "", (unsigned long long)equal_work_ns(rounds[i], rounds[0]));
    printf("]");
}

void run_workload(int count, char **arguments) {
    if (count < 2 || count > 3) fail("usage: workload NAME tiny|quick|full [THREADS]");
    const struct workload *workload = find(arguments[0]);
    struct setting setting = {.scale = scale_of(arguments[1])};
    setting.threads = count > 2 ? threads_of(arguments[2]) : processors();
    setting.round_seconds = (double)work(&setting, 0, 1, 5);
    if (workload->prepare) workload->prepare(&setting);
    uint64_t base_bytes = status_bytes("VmRSS:"), warm_up_start_ns = now_ns();
    while (setting.scale != TINY && now_ns() - warm_up_start_ns < WARM_UP_NS) workload->run(&setting);
    int is_peak_of_rounds = reset_peak(), round_count = (int)work(&setting, 1, 3, 3);
    struct round rounds[MAX_ROUNDS];
    struct rusage before = usage();
    for (int i = 0; i < round_count; i++) rounds[i] = workload->run(&setting);
    struct rusage after = usage();
    uint64_t peak_bytes = status_bytes("VmHWM:");
    print_rounds(rounds, round_count);
    printf(",\"threads\":%d,\"peakResidentBytes\":%llu,\"minorFaults\":%llu,\"checksum\":%lld,\"facts\":{\"peakIsOf\":\"%s\"",
           setting.threads, (unsigned long long)(peak_bytes > base_bytes ? peak_bytes - base_bytes : 0),
           (unsigned long long)(after.ru_minflt - before.ru_minflt), (long long)rounds[round_count - 1].checksum,
           is_peak_of_rounds ? "the timed rounds" : "the whole process");
    printf(",\"cpuNsPerOperation\":%.4f", (cpu_ns(after) - cpu_ns(before)) / operations(rounds, round_count));
    if (workload->facts) workload->facts();
    printf("}");
}
