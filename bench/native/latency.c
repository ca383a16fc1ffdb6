// SPDX-License-Identifier: Apache-2.0
//
// How long single calls of malloc and free take, under the mix of workload W5 with two threads: sizes from 8 bytes to
// 5 MB, half of them kept to the end of their thread, some handed to the other one, and threads of their own for each
// iteration. dev.quarry.bench.latency does the same in Java.
//
// In two schedules. Closed: a thread calls again as soon as it is done with the last block. Open: it calls at a constant
// rate, and while it is late, since a call took longer than until the next was due, time counts from when the call should
// have begun. So one slow call shows in all that had to wait for it. What the program itself does between two calls moves
// the schedule: it is not the allocator's.

#define _GNU_SOURCE
#include "harness.h"
#include "histogram.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { THREADS = 2, TRANSFER_SLOTS = 1000, SEED = 43, UNIT = 100 * 400, GROWTH = 100000, OPEN_INTERVAL_NS = 1000 };

#define COOKIE 0xbf58476d1ce4e5b9u

struct caller {
    struct histogram malloc_ns, free_ns;
    uint64_t interval_ns; // 0: closed
    uint64_t intended_ns; // when the last call should have begun
    uint64_t ended_ns;    // when it ended
    uint64_t random;
    uint64_t **data;
    size_t top, capacity;
    int number;
};

static _Atomic(uint64_t *) transfer[TRANSFER_SLOTS];

static uint64_t mix64(uint64_t *state) {
    uint64_t x = *state;
    x ^= x >> 30;
    x *= 0xbf58476d1ce4e5b9u;
    x ^= x >> 27;
    x *= 0x94d049bb133111ebu;
    return *state = x ^ x >> 31;
}

// True percent + 1 times in a hundred: so W5 has it.
static int chance(uint64_t *random, unsigned percent) { return mix64(random) % 100 <= percent; }

// Waits until the next call is due, and returns when it should have begun.
static inline uint64_t begin(struct caller *caller) {
    uint64_t now = now_ns();
    if (!caller->interval_ns) return now;
    uint64_t due_ns = caller->intended_ns + caller->interval_ns;
    if (caller->ended_ns > due_ns) return caller->intended_ns = due_ns + (now - caller->ended_ns);
    while (now < due_ns) now = now_ns();
    return caller->intended_ns = now;
}

static inline void end(struct caller *caller, struct histogram *histogram, uint64_t intended_ns) {
    uint64_t now = now_ns();
    record(histogram, now - intended_ns);
    caller->ended_ns = now;
}

static inline void *timed_malloc(struct caller *caller, size_t bytes) {
    uint64_t intended_ns = begin(caller);
    void *block = malloc(bytes);
    end(caller, &caller->malloc_ns, intended_ns);
    if (!block) fail("no memory for a block of %zu bytes", bytes);
    return block;
}

static inline void timed_free(struct caller *caller, void *block) {
    uint64_t intended_ns = begin(caller);
    free(block);
    end(caller, &caller->free_ns, intended_ns);
}

static uint64_t *allocate_items(struct caller *caller, uint64_t words) {
    if (chance(&caller->random, 1)) {
        if (chance(&caller->random, 1)) words *= 10000;
        else if (chance(&caller->random, 10)) words *= 1000;
        else words *= 100;
    }
    if (words == 40) words++;
    uint64_t *block = timed_malloc(caller, words * sizeof *block);
    for (uint64_t i = 0; i < words; i++) block[i] = (words - i) ^ COOKIE;
    return block;
}

static void free_items(struct caller *caller, uint64_t *block) {
    if (!block) return;
    uint64_t words = block[0] ^ COOKIE;
    for (uint64_t i = 0; i < words; i++)
        if (block[i] != ((words - i) ^ COOKIE)) fail("word %zu of a block is not what was written to it", (size_t)i);
    timed_free(caller, block);
}

// The array of addresses is a block itself; its growth is not timed.
static void append(struct caller *caller, uint64_t *block) {
    if (caller->top == caller->capacity) {
        caller->capacity += GROWTH;
        caller->data = realloc(caller->data, caller->capacity * sizeof *caller->data);
        if (!caller->data) fail("no memory for %zu addresses", caller->capacity);
    }
    caller->data[caller->top++] = block;
}

static void *stress(void *argument) {
    struct caller *caller = argument;
    uint64_t *random = &caller->random;
    int allocations = UNIT * (caller->number % 8 + 1), retain = allocations / 2;
    uint64_t **retained = timed_malloc(caller, (size_t)retain * sizeof *retained);
    size_t retained_top = 0;
    while (allocations > 0 || retain > 0) {
        if (retain == 0 || (chance(random, 50) && allocations > 0)) {
            allocations--;
            append(caller, allocate_items(caller, (uint64_t)1 << mix64(random) % 5));
        } else {
            retain--;
            retained[retained_top++] = allocate_items(caller, (uint64_t)1 << mix64(random) % 7);
        }
        if (chance(random, 66) && caller->top > 0) {
            uint64_t **slot = caller->data + mix64(random) % caller->top;
            free_items(caller, *slot);
            *slot = NULL;
        }
        if (chance(random, 25) && caller->top > 0) {
            uint64_t **slot = caller->data + mix64(random) % caller->top;
            *slot = atomic_exchange(&transfer[mix64(random) % TRANSFER_SLOTS], *slot);
        }
    }
    for (size_t i = 0; i < retained_top; i++) free_items(caller, retained[i]);
    for (size_t i = 0; i < caller->top; i++) free_items(caller, caller->data[i]);
    timed_free(caller, retained);
    timed_free(caller, caller->data);
    return NULL;
}

static void prepare(struct caller *caller, int number) {
    caller->number = number;
    caller->random = (uint64_t)(number + 1) * SEED;
    caller->data = NULL;
    caller->top = caller->capacity = 0;
    caller->intended_ns = caller->ended_ns = now_ns();
}

static void iterate(struct caller *callers) {
    pthread_t threads[THREADS];
    for (int number = 0; number < THREADS; number++) {
        prepare(&callers[number], number);
        if (pthread_create(&threads[number], NULL, stress, &callers[number])) fail("cannot start a thread");
    }
    for (int number = 0; number < THREADS; number++) pthread_join(threads[number], NULL);
}

// Runs whole iterations until the time is over; then the callers hold the histograms of this schedule.
static struct caller *run_schedule(uint64_t interval_ns, double seconds) {
    struct caller *callers = map_zeroed(THREADS * sizeof *callers);
    for (int number = 0; number < THREADS; number++) callers[number].interval_ns = interval_ns;
    uint64_t random = SEED * SEED, end_ns = now_ns() + (uint64_t)(seconds * 1e9);
    int last;
    do {
        iterate(callers);
        last = now_ns() >= end_ns;
        callers[0].intended_ns = callers[0].ended_ns = now_ns();
        for (int slot = 0; slot < TRANSFER_SLOTS; slot++)
            if (chance(&random, 50) || last) free_items(&callers[0], atomic_exchange(&transfer[slot], NULL));
    } while (!last);
    for (int number = 1; number < THREADS; number++) {
        add_histogram(&callers[0].malloc_ns, &callers[number].malloc_ns);
        add_histogram(&callers[0].free_ns, &callers[number].free_ns);
    }
    return callers;
}

static void print_calls(const struct caller *sum) {
    printf("\"malloc\":");
    print_histogram(&sum->malloc_ns);
    printf(",\"free\":");
    print_histogram(&sum->free_ns);
}

// What two readings of the clock with nothing between them say: the least that a call can take here, and what the machine
// itself adds now and then.
static void print_timer(double seconds) {
    struct histogram *histogram = map_zeroed(sizeof *histogram);
    uint64_t start_ns = now_ns(), end_ns = start_ns + (uint64_t)(seconds * 1e9), resolution_ns = UINT64_MAX, now;
    do {
        uint64_t before = now_ns();
        now = now_ns();
        record(histogram, now - before);
        if (now > before && now - before < resolution_ns) resolution_ns = now - before;
    } while (now < end_ns);
    printf(",\"timer\":");
    print_histogram(histogram);
    printf(",\"facts\":{\"threads\":%d,\"mallocAndFree\":\"closed\",\"openIntervalNs\":%d,\"timerCostNs\":%.1f"
           ",\"timerResolutionNs\":%llu}",
           THREADS, OPEN_INTERVAL_NS, (double)(now - start_ns) / (2.0 * (double)histogram->total),
           (unsigned long long)resolution_ns);
}

static void run_mstress(double warmup_seconds, double seconds) {
    run_schedule(0, warmup_seconds);
    struct caller *closed = run_schedule(0, seconds);
    struct caller *open = run_schedule(OPEN_INTERVAL_NS, seconds);
    printf(",");
    print_calls(closed);
    printf(",\"open\":{");
    print_calls(open);
    printf("}");
    print_timer(seconds / 10);
}

// Samples of all magnitudes that a test knows as well.
static void run_histogram(void) {
    struct histogram *histogram = map_zeroed(sizeof *histogram);
    uint64_t random = SEED;
    for (int i = 0; i < 100000; i++) record(histogram, mix64(&random) >> (24 + i % 40));
    printf(",\"histogram\":");
    print_histogram(histogram);
}

void run_latency(int count, char **arguments) {
    if (count != 2) fail("usage: replay latency NAME SCALE");
    const char *name = arguments[0], *scale = arguments[1];
    int full = !strcmp(scale, "full"), quick = !strcmp(scale, "quick"), tiny = !strcmp(scale, "tiny");
    if (!full && !quick && !tiny) fail("no scale %s; there are tiny, quick and full", scale);
    if (!strcmp(name, "mstress")) run_mstress(tiny ? 0 : 0.5, full ? 15 : quick ? 2.5 : 0.01);
    else if (!strcmp(name, "histogram")) run_histogram();
    else fail("no latency case %s; there are mstress and histogram", name);
}
