// SPDX-License-Identifier: Apache-2.0
//
// What the workloads share: their threads, their generators, and how they write blocks. Each workload is written twice,
// here and in dev.quarry.bench.workload, and draws the same numbers in both.

#ifndef QUARRY_BENCH_WORKLOAD_H
#define QUARRY_BENCH_WORKLOAD_H

#include "harness.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define MAX_THREADS 256

enum scale { TINY, QUICK, FULL };

struct setting {
    enum scale scale;
    int threads;         // the number of workers; some workloads pair each with a partner
    double round_seconds; // after which workloads that go by time are stopped; 0 where they go by the amount of work
};

struct round {
    uint64_t operations; // of all threads, in the workload's own unit
    uint64_t elapsed_ns; // of the timed part
    uint64_t checksum;   // of what was drawn: sizes and places, in the order of each thread
};

// Rounds follow one another in one process; each frees all that it allocated. `prepare` gets what the harness itself
// needs, `facts` prints further members after the last round; both may be NULL.
struct workload {
    const char *name;
    void (*prepare)(const struct setting *setting);
    struct round (*run)(const struct setting *setting);
    void (*facts)(void);
};

extern const struct workload larson, xmalloc, mstress, mleak, rptest, alloc_test, glibc_simple, glibc_thread, rbstress,
    contention;

// The amount of work of a workload that does not go by time.
static inline long work(const struct setting *setting, long tiny, long quick, long full) {
    return setting->scale == TINY ? tiny : setting->scale == QUICK ? quick : full;
}

// How often a workload that goes by time does its step at most.
static inline uint64_t limit(const struct setting *setting, uint64_t tiny) {
    return setting->scale == TINY ? tiny : UINT64_MAX;
}

// workload_team.c: runs the body once for each number from 0 on, each on a new thread, and returns the time from the
// common start to the end of the last one. `stop` is set after the seconds, of which 0 means never.
typedef void (*member_body)(int number, void *shared);
uint64_t run_team(int count, member_body body, void *shared, atomic_int *stop, double seconds);
void start_thread(pthread_t *thread, void *(*body)(void *), void *argument);
void wait_seconds(double seconds);

static inline int is_set(atomic_int *stop) { return atomic_load_explicit(stop, memory_order_relaxed); }

static inline void add(_Atomic uint64_t *sum, uint64_t number) {
    atomic_fetch_add_explicit(sum, number, memory_order_relaxed);
}

// A block, or the end of the program.
static inline void *allocated(void *block) {
    if (!block) fail("no memory for a block");
    return block;
}

// Adds a number to a checksum that depends on the order; cheap enough for a timed loop.
static inline uint64_t mix(uint64_t checksum, uint64_t number) { return (checksum << 1 | checksum >> 63) + number; }

static inline void free_all(void **blocks, long count) {
    for (long i = 0; i < count; i++) {
        free(blocks[i]);
        blocks[i] = NULL;
    }
}

// Reads every byte, of a block of at least 4, by words as far as they go; the last word overlaps the one before it.
static inline uint64_t read_block(const unsigned char *block, long bytes) {
    if (bytes < 8) {
        uint32_t first, last;
        memcpy(&first, block, 4);
        memcpy(&last, block + bytes - 4, 4);
        return (uint64_t)first + last;
    }
    uint64_t sum = 0, word;
    for (long offset = 0; offset < bytes - 8; offset += 8) {
        memcpy(&word, block + offset, 8);
        sum += word;
    }
    memcpy(&word, block + bytes - 8, 8);
    return sum + word;
}

// Generators.

struct lran2 {
    int table[97];
    int state, last;
};

static inline int lran2_step(struct lran2 *random) {
    return random->state = (1366 * random->state + 150889) % 714025;
}

static inline void lran2_init(struct lran2 *random, int seed) {
    random->state = abs((150889 - seed) % 714025);
    for (int i = 0; i < 97; i++) random->table[i] = lran2_step(random);
    random->last = lran2_step(random);
}

// From 0 to 714,024.
static inline int lran2_next(struct lran2 *random) {
    int index = random->last % 97;
    random->last = random->table[index];
    random->table[index] = lran2_step(random);
    return random->last;
}

// The state is the last value; any 64 bits.
static inline uint64_t mix64_next(uint64_t *state) {
    uint64_t x = *state;
    x ^= x >> 30;
    x *= 0xbf58476d1ce4e5b9u;
    x ^= x >> 27;
    x *= 0x94d049bb133111ebu;
    x ^= x >> 31;
    return *state = x;
}

// True `percent + 1` times in a hundred: so the workloads that use it have it.
static inline int chance(uint64_t *state, unsigned percent) { return mix64_next(state) % 100 <= percent; }

static inline uint64_t splitmix_next(uint64_t *state) {
    uint64_t x = *state += 0x9e3779b97f4a7c15u;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
    return x ^ (x >> 31);
}

// Any 31 bits: 2^31 of them stand for the numbers from 0 up to 1.
static inline int64_t splitmix_next31(uint64_t *state) { return (int64_t)(splitmix_next(state) >> 33); }

static inline int splitmix_below(uint64_t *state, int bound) { return (int)((splitmix_next31(state) * bound) >> 31); }

#endif
