// SPDX-License-Identifier: Apache-2.0
//
// Sizes from 8 bytes to 5 MB, of which half are kept to the end of their thread, some handed to other threads, and the
// rest freed at random; each iteration has threads of its own. One operation is a block allocated and freed.

#include "workload.h"

#include <stdio.h>

#define TRANSFER_SLOTS 1000
#define SEED 43u
#define GROWTH_ADDRESSES 100000
#define COOKIE 0xbf58476d1ce4e5b9u // tells each word of a block from each word of another

static _Atomic(uint64_t *) transfer[TRANSFER_SLOTS];
static _Atomic uint64_t thread_ns;

struct mstress_run {
    long unit;
    _Atomic uint64_t operations, checksum;
};

struct state {
    uint64_t random, operations, checksum;
    uint64_t **data;
    uint64_t top, capacity;
};

static uint64_t factor(uint64_t *random) {
    if (chance(random, 1)) return 10000;
    return chance(random, 10) ? 1000 : 100;
}

static uint64_t *allocate_items(struct state *state, uint64_t words) {
    if (chance(&state->random, 1)) words *= factor(&state->random);
    if (words == 40) words++;
    uint64_t *block = allocated(malloc(words * sizeof *block));
    for (uint64_t i = 0; i < words; i++) block[i] = (words - i) ^ COOKIE;
    state->operations++;
    state->checksum = mix(state->checksum, words);
    return block;
}

// Checks all that was written, and frees. NULL is no block.
static void free_items(uint64_t *block) {
    if (!block) return;
    uint64_t words = block[0] ^ COOKIE;
    for (uint64_t i = 0; i < words; i++)
        if (block[i] != ((words - i) ^ COOKIE)) fail("word %llu of %llu is not what was written to it", (unsigned long long)i, (unsigned long long)words);
    free(block);
}

static void append(struct state *state, uint64_t *block) {
    if (state->top == state->capacity) {
        state->capacity += GROWTH_ADDRESSES;
        state->data = allocated(realloc(state->data, state->capacity * sizeof *state->data));
    }
    state->data[state->top++] = block;
}

static void exchange_one(struct state *state) {
    uint64_t index = mix64_next(&state->random) % state->top;
    uint64_t other = mix64_next(&state->random) % TRANSFER_SLOTS;
    state->data[index] = atomic_exchange(&transfer[other], state->data[index]);
}

static void free_one(struct state *state) {
    uint64_t index = mix64_next(&state->random) % state->top;
    free_items(state->data[index]);
    state->data[index] = NULL;
}

static void stress(struct state *state, long count) {
    long allocations = count, retain = count / 2, retained_top = 0;
    uint64_t **retained = allocated(malloc((size_t)retain * sizeof *retained));
    while (allocations > 0 || retain > 0) {
        if (retain == 0 || (chance(&state->random, 50) && allocations > 0)) {
            allocations--;
            uint64_t words = (uint64_t)1 << mix64_next(&state->random) % 5;
            append(state, allocate_items(state, words));
        } else {
            retain--;
            uint64_t words = (uint64_t)1 << mix64_next(&state->random) % 7;
            retained[retained_top++] = allocate_items(state, words);
        }
        if (chance(&state->random, 66) && state->top > 0) free_one(state);
        if (chance(&state->random, 25) && state->top > 0) exchange_one(state);
    }
    for (long i = 0; i < retained_top; i++) free_items(retained[i]);
    for (uint64_t i = 0; i < state->top; i++) free_items(state->data[i]);
    free(retained);
    free(state->data);
}

static void run_member(int number, void *shared) {
    struct mstress_run *run = shared;
    uint64_t start_ns = now_ns();
    struct state state = {.random = ((unsigned)number + 1) * SEED};
    stress(&state, run->unit * (number % 8 + 1));
    add(&run->operations, state.operations);
    add(&run->checksum, state.checksum);
    add(&thread_ns, now_ns() - start_ns);
}

static struct round run_mstress(const struct setting *setting) {
    struct mstress_run run = {.unit = 100 * work(setting, 2, 400, 400)};
    long iterations = work(setting, 3, 25, 125);
    uint64_t random = SEED * SEED, start_ns = now_ns();
    atomic_store(&thread_ns, 0);
    for (long iteration = 1; iteration <= iterations; iteration++) {
        run_team(setting->threads, run_member, &run, NULL, 0);
        for (int i = 0; i < TRANSFER_SLOTS; i++)
            if (chance(&random, 50) || iteration == iterations) free_items(atomic_exchange(&transfer[i], NULL));
    }
    return (struct round){run.operations, now_ns() - start_ns, run.checksum};
}

// The threads have different amounts of work, so how far one slows the other shows in their own times only.
static void print_mstress_facts(void) { printf(",\"threadNs\":%llu", (unsigned long long)thread_ns); }

const struct workload mstress = {"mstress", NULL, run_mstress, print_mstress_facts};
