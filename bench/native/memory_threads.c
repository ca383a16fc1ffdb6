// SPDX-License-Identifier: Apache-2.0
//
// The cases of several threads, and of what is left after they are done.

#define _GNU_SOURCE
#include "memory.h"

#include "harness.h"

#include <pthread.h>
#include <stdatomic.h>
#include <time.h>

#define MAX_THREADS 64
#define BURST_THREADS 2
#define MIB (1l << 20)

// Threads that wait until they are told what to do: all the same, each with its own number.
static struct {
    pthread_mutex_t mutex;
    pthread_cond_t told, done;
    void (*task)(int index); // NULL when they shall end
    unsigned turn;
    int busy, size;
    pthread_t threads[MAX_THREADS];
} crew = {.mutex = PTHREAD_MUTEX_INITIALIZER, .told = PTHREAD_COND_INITIALIZER, .done = PTHREAD_COND_INITIALIZER};

static void *work(void *argument) {
    unsigned turn = 0;
    for (;;) {
        pthread_mutex_lock(&crew.mutex);
        while (crew.turn == turn) pthread_cond_wait(&crew.told, &crew.mutex);
        turn = crew.turn;
        void (*task)(int) = crew.task;
        pthread_mutex_unlock(&crew.mutex);
        if (task) task((int)(intptr_t)argument);
        pthread_mutex_lock(&crew.mutex);
        if (--crew.busy == 0) pthread_cond_signal(&crew.done);
        pthread_mutex_unlock(&crew.mutex);
        if (!task) return NULL;
    }
}

static void tell(void (*task)(int)) {
    pthread_mutex_lock(&crew.mutex);
    crew.task = task;
    crew.busy = crew.size;
    crew.turn++;
    pthread_cond_broadcast(&crew.told);
    pthread_mutex_unlock(&crew.mutex);
}

static void wait_for_all(void) {
    pthread_mutex_lock(&crew.mutex);
    while (crew.busy) pthread_cond_wait(&crew.done, &crew.mutex);
    pthread_mutex_unlock(&crew.mutex);
}

static void tell_and_wait(void (*task)(int)) {
    tell(task);
    wait_for_all();
}

static void nothing(int index) { (void)index; }

static void start_crew(int size) {
    crew.size = size;
    for (int i = 0; i < size; i++)
        if (pthread_create(&crew.threads[i], NULL, work, (void *)(intptr_t)i)) fail("cannot start %d threads", size);
    tell_and_wait(nothing);
}

static void end_crew(void) {
    tell(NULL);
    for (int i = 0; i < crew.size; i++) pthread_join(crew.threads[i], NULL);
}

static long stranded_bytes_of_a_size;

static void fill_and_free(int index) {
    (void)index;
    struct table *table = new_table((size_t)stranded_bytes_of_a_size / 16);
    for (int size = 0; size < 20; size++) {
        size_t block = (size % 2 ? 24u : 16u) << size / 2;
        for (size_t slot = 0; slot < (size_t)stranded_bytes_of_a_size / block; slot++) table_allocate(table, slot, block);
        table_free_all(table);
    }
}

void run_stranding(void) {
    int threads = (int)choose(2, 16, 64);
    stranded_bytes_of_a_size = choose(MIB / 16, MIB, MIB);
    start_crew(threads);
    rebase();
    tell_and_wait(fill_and_free);
    uint64_t start_ns = now_ns();
    struct reading worked = take_reading_at(0);
    for (int second = 1; second <= choose(0, 4, 10); second++) {
        sleep_until(start_ns, second);
        take_reading_at(second);
    }
    struct reading waited = take_reading("waited");
    trim();
    struct reading trimmed = take_reading("trimmed");
    end_crew();
    own_figure(above_noise((int64_t)waited.resident_bytes) / threads,
               "resident bytes a thread, when all have waited; at least 1 MiB in all");
    fact("threads", "%d", threads);
    fact("strandedBytes", "%llu", (unsigned long long)worked.resident_bytes);
    fact("strandedBytesAfterWaiting", "%llu", (unsigned long long)waited.resident_bytes);
    fact("strandedBytesAfterTrim", "%llu", (unsigned long long)trimmed.resident_bytes);
}

static struct table *burst_tables[BURST_THREADS];
static uint64_t burst_bytes_a_thread;
static atomic_int stopped;

static void fill_burst(int index) {
    struct table *table = burst_tables[index] = new_table(burst_bytes_a_thread / (8 << 10) + 256);
    struct draws draws = {900 + (uint64_t)index};
    for (size_t slot = 0; table->requested_bytes < burst_bytes_a_thread; slot++)
        table_allocate(table, slot, log_uniform(&draws, 6, 16));
}

static void free_burst(int index) {
    struct table *table = burst_tables[index];
    struct draws draws = {899 - (uint64_t)index};
    uint32_t *order = permutation(&draws, (uint32_t)table->slots);
    for (size_t i = 0; i < table->slots; i++)
        if (table->sizes[order[i]]) table_free(table, order[i]);
}

static void make_traffic(int index) {
    enum { SLOTS = 256, STEPS = 256 };
    if (atomic_load(&stopped)) return;
    struct table *table = new_uncounted_table(SLOTS);
    struct draws draws = {(uint64_t)index};
    do {
        for (int step = 0; step < STEPS; step++) {
            uint32_t slot = below(&draws, SLOTS);
            if (table->sizes[slot]) table_free(table, slot);
            table_allocate(table, slot, log_uniform(&draws, 6, 12));
        }
        struct timespec pause = {.tv_nsec = 1000000};
        clock_nanosleep(CLOCK_MONOTONIC, 0, &pause, NULL);
    } while (!atomic_load(&stopped));
    table_free_all(table);
}

static void run_burst(int has_traffic) {
    static const int seconds[] = {0, 1, 2, 5, 10, 15, 20, 25, 30};
    burst_bytes_a_thread = (uint64_t)(choose(4, 160, 900) * MIB / BURST_THREADS);
    start_crew(BURST_THREADS);
    rebase();
    tell_and_wait(fill_burst);
    take_reading("filled");
    tell_and_wait(free_burst);
    atomic_store(&stopped, !has_traffic);
    tell(make_traffic);
    uint64_t start_ns = now_ns();
    for (size_t i = 0; i < sizeof seconds / sizeof *seconds && seconds[i] <= choose(0, 5, 30); i++) {
        sleep_until(start_ns, seconds[i]);
        take_reading_at(seconds[i]);
    }
    atomic_store(&stopped, 1);
    wait_for_all();
    end_crew();
}

void run_burst_idle(void) { run_burst(0); }
void run_burst_traffic(void) { run_burst(1); }
