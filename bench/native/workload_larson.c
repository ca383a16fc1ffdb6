// SPDX-License-Identifier: Apache-2.0
//
// A server whose connections outlive their threads: each thread replaces random blocks of its slots, and after a quota
// hands slots and generator to a successor and ends. One operation is a free and a malloc.

#include "workload.h"

#include <stdio.h>

#define MIN_BYTES 8
#define MAX_BYTES 1000
#define SEED 4141

struct lane {
    void **slots;
    struct lran2 random;
    uint64_t operations, checksum, threads_started;
};

static void **slots;
static struct lane *lanes;
static long slots_per_lane;
static uint64_t thread_limit, threads_started;
static atomic_int stop;

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t all_ended = PTHREAD_COND_INITIALIZER;
static int running;

static int byte_size(int number) { return MIN_BYTES + number % (MAX_BYTES - MIN_BYTES); }

static void prepare_larson(const struct setting *setting) {
    slots_per_lane = work(setting, 100, 5000, 5000);
    slots = map_zeroed((size_t)setting->threads * (size_t)slots_per_lane * sizeof *slots);
    lanes = map_zeroed((size_t)setting->threads * sizeof *lanes);
    thread_limit = limit(setting, 3);
}

static void fill_slots(struct lran2 *random, int count) {
    for (int i = 0; i < count; i++) slots[i] = allocated(malloc((size_t)byte_size(lran2_next(random))));
    for (int i = count; i > 0; i--) {
        int other = lran2_next(random) % i;
        void *block = slots[other];
        slots[other] = slots[i - 1];
        slots[i - 1] = block;
    }
    for (int i = 0; i < 4 * count; i++) {
        int slot = lran2_next(random) % count;
        free(slots[slot]);
        slots[slot] = allocated(malloc((size_t)byte_size(lran2_next(random))));
    }
}

static void touch_two(volatile unsigned char *block) {
    block[0] = 'a';
    if (block[0] != 'a') fail("a block lost what was written to it");
    block[1] = 'b';
}

static void replace(struct lane *lane) {
    long quota = 100 * slots_per_lane, done = 0, first = lane->slots - slots;
    uint64_t checksum = lane->checksum;
    while (done < quota) {
        int slot = lran2_next(&lane->random) % (int)slots_per_lane;
        free(lane->slots[slot]);
        int size = byte_size(lran2_next(&lane->random));
        void *block = allocated(malloc((size_t)size));
        lane->slots[slot] = block;
        touch_two(block);
        checksum = mix(checksum, (uint64_t)((first + slot) ^ size));
        done++;
        if (is_set(&stop)) break;
    }
    lane->operations += (uint64_t)done;
    lane->checksum = checksum;
}

static void start_lane(struct lane *lane);

static void *run_lane(void *argument) {
    struct lane *lane = argument;
    lane->threads_started++;
    replace(lane);
    if (!is_set(&stop) && lane->threads_started < thread_limit) {
        start_lane(lane);
        return NULL;
    }
    pthread_mutex_lock(&mutex);
    if (--running == 0) pthread_cond_signal(&all_ended);
    pthread_mutex_unlock(&mutex);
    return NULL;
}

static void start_lane(struct lane *lane) {
    pthread_t thread;
    start_thread(&thread, run_lane, lane);
    pthread_detach(thread);
}

static void await_end(double seconds) {
    if (seconds > 0) {
        wait_seconds(seconds);
        atomic_store(&stop, 1);
    }
    pthread_mutex_lock(&mutex);
    while (running > 0) pthread_cond_wait(&all_ended, &mutex);
    pthread_mutex_unlock(&mutex);
}

static struct round run_larson(const struct setting *setting) {
    struct lran2 random;
    lran2_init(&random, SEED);
    long count = setting->threads * slots_per_lane;
    fill_slots(&random, (int)count);
    atomic_store(&stop, 0);
    running = setting->threads;
    for (int i = 0; i < setting->threads; i++) {
        lanes[i] = (struct lane){.slots = slots + i * slots_per_lane};
        lran2_init(&lanes[i].random, lran2_next(&random));
    }
    uint64_t start_ns = now_ns();
    for (int i = 0; i < setting->threads; i++) start_lane(&lanes[i]);
    await_end(setting->round_seconds);
    struct round round = {.elapsed_ns = now_ns() - start_ns};
    threads_started = 0;
    for (int i = 0; i < setting->threads; i++) {
        round.operations += lanes[i].operations;
        round.checksum += lanes[i].checksum;
        threads_started += lanes[i].threads_started;
    }
    free_all(slots, count);
    return round;
}

static void print_larson_facts(void) { printf(",\"threadsStarted\":%llu", (unsigned long long)threads_started); }

const struct workload larson = {"larson", prepare_larson, run_larson, print_larson_facts};
