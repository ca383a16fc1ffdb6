// SPDX-License-Identifier: Apache-2.0
//
// Bursts of frees and mallocs of 8 to 16,000 bytes over a thread's slots, with some blocks aligned, and every second
// burst a list of blocks for another thread. One operation is a malloc or a free; the time is that of the bursts alone.

#define _GNU_SOURCE
#include "workload.h"

#include <sched.h>

#define ITERATIONS 2
#define LOOPS_BETWEEN_LISTS 2
#define BURST 100
#define MIN_BYTES 8
#define MAX_BYTES 16000
#define SIZES 2000
#define SLOTS 1000
#define SEED 3
#define OS_PAGE_BYTES 4096
#define MAX_ALIGNED_BYTES 4096
#define PAUSE_SECONDS 0.01

// Lengths without a common divisor: bursts repeat after many loops only.
#define ALLOCATE_SHARES 311
#define FREE_SHARES 257

// The first two primes from 7 on that do not divide the number of slots.
#define ALLOCATE_STEP 7
#define FREE_STEP 11

struct list {
    struct list *next;
    void **blocks;
    long count;
};

static int byte_sizes[SIZES], allocate_shares[ALLOCATE_SHARES], free_shares[FREE_SHARES];
static _Atomic(struct list *) incoming[MAX_THREADS];

struct rptest_run {
    int threads;
    long loops;
    atomic_int finished[ITERATIONS];
    _Atomic uint64_t operations, checksum, timed_ns;
};

struct state {
    struct rptest_run *run;
    void **slots;
    int number, receiver, size_index;
    uint64_t operations, checksum, timed_ns;
};

// The bounds' span times u2 times |1 - u0 - u1|, for numbers from 0 up to 1 in 31 bits.
static int byte_size(int64_t u0, int64_t u1, int64_t u2) {
    int64_t share = (u2 * llabs(((int64_t)1 << 31) - u0 - u1)) >> 31;
    return MIN_BYTES + (int)(((MAX_BYTES - MIN_BYTES) * share) >> 31);
}

static void prepare_rptest(const struct setting *setting) {
    (void)setting;
    uint64_t random = SEED;
    for (int i = 0; i < SIZES; i++) {
        int64_t u0 = splitmix_next31(&random), u1 = splitmix_next31(&random), u2 = splitmix_next31(&random);
        byte_sizes[i] = byte_size(u0, u1, u2);
    }
    // In hundredths.
    for (int i = 0; i < ALLOCATE_SHARES; i++) allocate_shares[i] = 30 + splitmix_below(&random, 70);
    for (int i = 0; i < FREE_SHARES; i++) free_shares[i] = 30 + splitmix_below(&random, 70);
}

static void *aligned(size_t alignment, size_t bytes) {
    void *block;
    return posix_memalign(&block, alignment, bytes) ? NULL : block;
}

static void *allocate(struct state *state, int step) {
    int index = state->size_index, bytes = byte_sizes[index], turn = (index + step) % 3;
    state->size_index = index + 1 == SIZES ? 0 : index + 1;
    unsigned char *block = allocated(
        bytes >= MAX_ALIGNED_BYTES || turn == 0 ? malloc((size_t)bytes) : aligned(8 * (size_t)turn, (size_t)bytes));
    state->operations++;
    state->checksum = mix(state->checksum, (uint64_t)(bytes ^ turn));
    *(volatile int *)block = bytes;
    for (int offset = OS_PAGE_BYTES; offset < bytes; offset += OS_PAGE_BYTES) touch(block + offset);
    touch(block + bytes - 1);
    return block;
}

static int free_slots(struct state *state, int slot, int count) {
    for (int i = 0; i < count; i++) {
        if (state->slots[slot]) {
            free(state->slots[slot]);
            state->slots[slot] = NULL;
            state->operations++;
        }
        slot = (slot + FREE_STEP) % SLOTS;
    }
    return slot;
}

static int allocate_slots(struct state *state, int slot, int count) {
    for (int i = 0; i < count; i++) {
        if (state->slots[slot]) {
            free(state->slots[slot]);
            state->operations++;
        }
        state->slots[slot] = allocate(state, i);
        slot = (slot + ALLOCATE_STEP) % SLOTS;
    }
    return slot;
}

static struct list *take_incoming(struct state *state) { return atomic_exchange(&incoming[state->number], NULL); }

static void free_lists(struct state *state, struct list *list) {
    while (list) {
        struct list *next = list->next;
        for (long i = 0; i < list->count; i++) free(list->blocks[i]);
        state->operations += (uint64_t)list->count + 2;
        free(list->blocks);
        free(list);
        list = next;
    }
}

static struct list *allocate_list(struct state *state, int count) {
    struct list *list = allocated(malloc(sizeof *list));
    list->count = count;
    list->blocks = allocated(malloc((size_t)count * sizeof *list->blocks));
    state->operations += 2;
    for (int i = 0; i < count; i++) list->blocks[i] = allocate(state, i);
    return list;
}

// To the other threads in turn.
static void send_list(struct state *state, struct list *list) {
    do state->receiver = (state->receiver + 1) % state->run->threads;
    while (state->receiver == state->number);
    struct list *top = atomic_load(&incoming[state->receiver]);
    do list->next = top;
    while (!atomic_compare_exchange_weak(&incoming[state->receiver], &top, list));
}

// Until all have come to their end lists may come in.
static void end_iteration(struct state *state, atomic_int *finished) {
    atomic_fetch_add(finished, 1);
    while (atomic_load(finished) < state->run->threads) {
        free_lists(state, take_incoming(state));
        sched_yield();
    }
    for (int slot = 0; slot < SLOTS; slot++) {
        if (!state->slots[slot]) continue;
        free(state->slots[slot]);
        state->slots[slot] = NULL;
        state->operations++;
    }
    wait_seconds(PAUSE_SECONDS);
    free_lists(state, take_incoming(state));
}

static void run_iteration(struct state *state, int iteration) {
    struct rptest_run *run = state->run;
    int allocate_cursor = 0, free_cursor = 0;
    state->size_index = (state->number + 1) * 37 * (iteration + 1) % SIZES;
    for (long loop = 0; loop < run->loops; loop++) {
        int frees = BURST * free_shares[(iteration + loop) % FREE_SHARES] * 8 / 1000;
        int mallocs = BURST * allocate_shares[(iteration + loop) % ALLOCATE_SHARES] / 100;
        uint64_t start_ns = now_ns();
        struct list *arrived = take_incoming(state), *made = NULL;
        free_cursor = free_slots(state, free_cursor, frees);
        free_lists(state, arrived);
        allocate_cursor = allocate_slots(state, allocate_cursor, mallocs);
        if (run->threads > 1 && loop % LOOPS_BETWEEN_LISTS == 0 && !atomic_load(&run->finished[iteration]))
            made = allocate_list(state, mallocs);
        state->timed_ns += now_ns() - start_ns;
        if (made) send_list(state, made);
    }
    end_iteration(state, &run->finished[iteration]);
}

static void run_member(int number, void *shared) {
    struct rptest_run *run = shared;
    struct state state = {.run = run, .number = number, .receiver = number};
    void *slots[SLOTS] = {0};
    state.slots = slots;
    for (int iteration = 0; iteration < ITERATIONS; iteration++) run_iteration(&state, iteration);
    add(&run->operations, state.operations);
    add(&run->checksum, state.checksum);
    add(&run->timed_ns, state.timed_ns);
}

static struct round run_rptest(const struct setting *setting) {
    struct rptest_run run = {.threads = setting->threads, .loops = work(setting, 20, 20000, 100000)};
    run_team(setting->threads, run_member, &run, NULL, 0);
    return (struct round){run.operations, run.timed_ns / (uint64_t)setting->threads, run.checksum};
}

const struct workload rptest = {"rptest", prepare_rptest, run_rptest, NULL};
