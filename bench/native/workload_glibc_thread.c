// SPDX-License-Identifier: Apache-2.0
//
// Each thread replaces random blocks of its 1,024; sizes follow the inverse square: half are at most 8 bytes, one in 250
// is above 1 KiB. Each byte is written. One operation is a free and a malloc.

#include "workload.h"

#define SLOTS 1024
#define PLACES 4096
#define SIZES 8000
#define SEED 1
#define CHUNK_STEPS 10000 // between two looks at the clock's flag, as in the program in Java

static int places[PLACES], byte_sizes[SIZES];

struct glibc_thread_run {
    uint64_t limit;
    atomic_int stop;
    _Atomic uint64_t operations, checksum;
};

// 1 / (1/4 - r (1/4 - 1/32768)) for r from 0 up to 1, in integers.
static int byte_size(int64_t bits31) { return (int)(((int64_t)1 << 46) / (((int64_t)8192 << 31) - 8191 * bits31)); }

static void prepare_glibc_thread(const struct setting *setting) {
    (void)setting;
    uint64_t random = SEED;
    for (int i = 0; i < PLACES; i++) places[i] = splitmix_below(&random, SLOTS);
    for (int i = 0; i < SIZES; i++) byte_sizes[i] = byte_size(splitmix_next31(&random));
}

// The tables are drawn before, so what was drawn follows from how far they were read.
static uint64_t checksum_of(uint64_t operations) {
    uint64_t checksum = 0, different = operations < (uint64_t)PLACES * SIZES ? operations : (uint64_t)PLACES * SIZES;
    for (uint64_t i = 0; i < different; i++)
        checksum = mix(checksum, (uint64_t)(places[i % PLACES] ^ byte_sizes[i % SIZES]));
    return checksum;
}

static void replace(void **slots, uint64_t from, uint64_t end) {
    int next_size = (int)(from % SIZES);
    for (uint64_t done = from; done < end; done++) {
        int slot = places[done & (PLACES - 1)];
        free(slots[slot]);
        size_t bytes = (size_t)byte_sizes[next_size++];
        if (next_size == SIZES) next_size = 0;
        void *block = allocated(malloc(bytes));
        memset(block, slot & 0xff, bytes);
        slots[slot] = block;
    }
}

static void run_member(int number, void *shared) {
    (void)number;
    struct glibc_thread_run *run = shared;
    void *slots[SLOTS] = {0};
    uint64_t done = 0;
    while (done < run->limit && !is_set(&run->stop)) {
        uint64_t end = run->limit - done < CHUNK_STEPS ? run->limit : done + CHUNK_STEPS;
        replace(slots, done, end);
        done = end;
    }
    free_all(slots, SLOTS);
    add(&run->operations, done);
    add(&run->checksum, checksum_of(done));
}

static struct round run_glibc_thread(const struct setting *setting) {
    struct glibc_thread_run run = {.limit = limit(setting, 20000)};
    uint64_t elapsed_ns = run_team(setting->threads, run_member, &run, &run.stop, setting->round_seconds);
    return (struct round){run.operations, elapsed_ns, run.checksum};
}

const struct workload glibc_thread = {"glibc-thread", prepare_glibc_thread, run_glibc_thread, NULL};
