// SPDX-License-Identifier: Apache-2.0
//
// Thousands of threads, ten at a time, each of which leaves one small block behind and frees one that another left. One
// operation is a thread from its start to its end.

#include "workload.h"

#include <stdio.h>

#define THREADS_AT_ONCE 10
#define TRANSFER_SLOTS 1000
#define BLOCK_BYTES 128

static _Atomic(void *) transfer[TRANSFER_SLOTS];
static int64_t growth_bytes;

struct mleak_run {
    uint64_t first_seed;
    _Atomic uint64_t checksum;
};

static void run_member(int number, void *shared) {
    struct mleak_run *run = shared;
    uint64_t random = run->first_seed + (unsigned)number;
    void *block = allocated(calloc(1, BLOCK_BYTES));
    uint64_t slot = mix64_next(&random) % TRANSFER_SLOTS;
    free(atomic_exchange(&transfer[slot], block));
    add(&run->checksum, slot);
}

static struct round run_mleak(const struct setting *setting) {
    struct mleak_run run = {0};
    long turns = 100 * work(setting, 1, 5, 50);
    uint64_t start_ns = now_ns(), early_bytes = 0;
    for (long turn = 0; turn < turns; turn++) {
        if (turn == turns / 10) early_bytes = resident_bytes();
        run.first_seed = (uint64_t)turn * THREADS_AT_ONCE + 1;
        run_team(THREADS_AT_ONCE, run_member, &run, NULL, 0);
    }
    struct round round = {(uint64_t)turns * THREADS_AT_ONCE, now_ns() - start_ns, run.checksum};
    growth_bytes = (int64_t)(resident_bytes() - early_bytes);
    for (int i = 0; i < TRANSFER_SLOTS; i++) free(atomic_exchange(&transfer[i], NULL));
    return round;
}

// How much more is resident at the end than after the first tenth of the threads.
static void print_mleak_facts(void) { printf(",\"residentGrowthBytes\":%lld", (long long)growth_bytes); }

const struct workload mleak = {"mleak", NULL, run_mleak, print_mleak_facts};
