// SPDX-License-Identifier: Apache-2.0
//
// Small blocks in slots that are chosen by the rule of 80 to 20; each byte is written and read once, and the threads
// share nothing. One operation is a malloc with a write of the whole block, or a read of it and a free.

#include "workload.h"

#define SLOTS (1 << 18)
#define SEED 41u
#define LEVELS 7
#define MILLION 1000000

// How many operations of a million go to each level, and how many slots of a million the levels have, summed up.
static const uint64_t operations_up_to[LEVELS] = {262144, 655360, 901120, 983040, 998400, 999936, 1000000};
static const long slots_up_to[LEVELS + 1] = {0, 64, 1600, 16960, 98880, 344640, 737856, 1000000};

static uint64_t thresholds[LEVELS];
static uint64_t starts[LEVELS + 1];
static long slots_per_thread;
static void **blocks;
static int *byte_sizes;
static _Atomic uint64_t sink; // what was read, so that it must be

struct alloc_run {
    long steps;
    pthread_barrier_t ready;
    _Atomic uint64_t checksum, start_ns, end_ns;
};

static void prepare_alloc_test(const struct setting *setting) {
    slots_per_thread = SLOTS / setting->threads;
    size_t count = (size_t)slots_per_thread * (size_t)setting->threads;
    blocks = map_zeroed(count * sizeof *blocks);
    byte_sizes = map_zeroed(count * sizeof *byte_sizes);
    for (int i = 0; i < LEVELS; i++) thresholds[i] = (operations_up_to[i] << 32) / MILLION;
    for (int i = 0; i <= LEVELS; i++) starts[i] = (uint64_t)(slots_per_thread * slots_up_to[i] / MILLION);
}

// Any 32 bits.
static uint64_t next(uint64_t *state) {
    uint64_t seed = *state, result = (seed * 0xd989bcacc137dcd5u) >> 32;
    seed ^= seed >> 11;
    seed ^= seed << 31;
    seed ^= seed >> 18;
    *state = seed;
    return result;
}

// From 5 to 1,024 bytes, of which half are at most 8.
static int byte_size(uint64_t bits) {
    int low = 4 << __builtin_ctzll((bits & 127) + 1);
    return low + 1 + ((int)(bits >> 7) & (low - 1));
}

static uint64_t next_slot(uint64_t *random) {
    uint64_t bits = next(random);
    int level = 0;
    while (bits >= thresholds[level]) level++;
    return starts[level] + ((next(random) * (starts[level + 1] - starts[level])) >> 32);
}

static void allocate(void **slot, int *size, uint64_t number, int bytes) {
    void *block = allocated(malloc((size_t)bytes));
    memset(block, (int)(number & 0xff), (size_t)bytes);
    *slot = block;
    *size = bytes;
}

// Every second slot has a block.
static void fill_slots(void **slots, int *sizes, uint64_t *random) {
    for (long slot = 0; slot < slots_per_thread; slot++) {
        if (next(random) & 1) continue;
        allocate(&slots[slot], &sizes[slot], (uint64_t)slot, byte_size(next(random)));
    }
}

static uint64_t step(void **slots, int *sizes, uint64_t *random, long count) {
    uint64_t checksum = 0, read = 0;
    for (long i = 0; i < count; i++) {
        uint64_t slot = next_slot(random);
        if (slots[slot]) {
            read += read_block(slots[slot], sizes[slot]);
            free(slots[slot]);
            slots[slot] = NULL;
            checksum = mix(checksum, slot);
        } else {
            int bytes = byte_size(next(random));
            allocate(&slots[slot], &sizes[slot], slot, bytes);
            checksum = mix(checksum, slot ^ (uint64_t)bytes);
        }
    }
    add(&sink, read);
    return checksum;
}

// The clock runs from the first thread that begins to the last one that ends.
static void widen(_Atomic uint64_t *bound, uint64_t time_ns, int is_start) {
    uint64_t known = atomic_load(bound);
    while ((is_start ? time_ns < known : time_ns > known) && !atomic_compare_exchange_weak(bound, &known, time_ns)) {}
}

static void run_member(int number, void *shared) {
    struct alloc_run *run = shared;
    void **slots = blocks + number * slots_per_thread;
    int *sizes = byte_sizes + number * slots_per_thread;
    uint64_t random = SEED + (unsigned)number;
    fill_slots(slots, sizes, &random);
    pthread_barrier_wait(&run->ready);
    widen(&run->start_ns, now_ns(), 1);
    uint64_t checksum = step(slots, sizes, &random, run->steps);
    widen(&run->end_ns, now_ns(), 0);
    add(&run->checksum, checksum);
    free_all(slots, slots_per_thread);
}

static struct round run_alloc_test(const struct setting *setting) {
    struct alloc_run run = {.steps = work(setting, 100000, 20000000, 100000000), .start_ns = UINT64_MAX};
    pthread_barrier_init(&run.ready, NULL, (unsigned)setting->threads);
    run_team(setting->threads, run_member, &run, NULL, 0);
    pthread_barrier_destroy(&run.ready);
    return (struct round){(uint64_t)(setting->threads * run.steps), run.end_ns - run.start_ns, run.checksum};
}

const struct workload alloc_test = {"alloc-test", prepare_alloc_test, run_alloc_test, NULL};
