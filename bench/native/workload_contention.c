// SPDX-License-Identifier: Apache-2.0
//
// All threads exchange their blocks through the same slots, so that whose block a thread frees is chance. One operation
// is a malloc, an exchange and a free.

#include "workload.h"

#define SEED 20u

static _Atomic(void *) *exchange;
static uint64_t mask;

struct contention_run {
    long steps;
    _Atomic uint64_t checksum;
};

static void prepare_contention(const struct setting *setting) {
    uint64_t slots = (uint64_t)1 << work(setting, 10, 18, 18);
    exchange = map_zeroed(slots * sizeof *exchange);
    mask = slots - 1;
}

static void run_member(int number, void *shared) {
    struct contention_run *run = shared;
    uint64_t random = SEED + (unsigned)number, place = 0, checksum = 0;
    for (long i = 0; i < run->steps; i++) {
        uint64_t bits = splitmix_next(&random), bytes = 16 + (bits & 1023);
        uint64_t *block = allocated(malloc(bytes));
        *block = bytes;
        place = (place + (bits >> 33)) & mask;
        checksum = mix(checksum, place ^ bytes);
        free(atomic_exchange(&exchange[place], block));
    }
    add(&run->checksum, checksum);
}

static struct round run_contention(const struct setting *setting) {
    struct contention_run run = {.steps = 1L << work(setting, 14, 23, 25)};
    uint64_t elapsed_ns = run_team(setting->threads, run_member, &run, NULL, 0);
    for (uint64_t i = 0; i <= mask; i++) free(atomic_exchange(&exchange[i], NULL));
    return (struct round){(uint64_t)(setting->threads * run.steps), elapsed_ns, run.checksum};
}

const struct workload contention = {"contention", prepare_contention, run_contention, NULL};
