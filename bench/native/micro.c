// SPDX-License-Identifier: Apache-2.0
//
// Two small workloads: pairs of malloc and free on one thread, and blocks that one thread allocates and another frees.

#define _GNU_SOURCE
#include "harness.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define BLOCK_BYTES 64
#define BATCH_BLOCKS 4096
#define MAX_BATCHES 100

void run_pairs(int rounds, long pairs_per_round) {
    printf(",\"operations\":%ld,\"roundNs\":[", pairs_per_round);
    for (int round = 0; round < rounds; round++) {
        uint64_t start_ns = now_ns();
        for (long i = 0; i < pairs_per_round; i++) {
            void *block = malloc(BLOCK_BYTES);
            touch(block);
            free(block);
        }
        printf("%s%llu", round ? "," : "", (unsigned long long)(now_ns() - start_ns));
    }
    printf("]");
}

// A batch comes from the allocator under test, as its blocks do.
struct batch {
    struct batch *next;
    void *blocks[BATCH_BLOCKS];
};

// Last in, first out: the batch that the consumer takes is the one most likely still in a cache.
static struct {
    pthread_mutex_t mutex;
    pthread_cond_t not_full, not_empty;
    struct batch *top;
    int count;
    int stopped;
} stack = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, PTHREAD_COND_INITIALIZER, NULL, 0, 0};

// False when the run is over and the batch was not taken.
static int push(struct batch *batch) {
    pthread_mutex_lock(&stack.mutex);
    while (stack.count >= MAX_BATCHES && !stack.stopped) pthread_cond_wait(&stack.not_full, &stack.mutex);
    int accepted = !stack.stopped;
    if (accepted) {
        batch->next = stack.top;
        stack.top = batch;
        stack.count++;
        pthread_cond_signal(&stack.not_empty);
    }
    pthread_mutex_unlock(&stack.mutex);
    return accepted;
}

// NULL when the run is over and nothing is left.
static struct batch *pop(void) {
    pthread_mutex_lock(&stack.mutex);
    while (!stack.top && !stack.stopped) pthread_cond_wait(&stack.not_empty, &stack.mutex);
    struct batch *batch = stack.top;
    if (batch) {
        stack.top = batch->next;
        stack.count--;
        pthread_cond_signal(&stack.not_full);
    }
    pthread_mutex_unlock(&stack.mutex);
    return batch;
}

static void free_batch(struct batch *batch) {
    for (int i = 0; i < BATCH_BLOCKS; i++) free(batch->blocks[i]);
    free(batch);
}

static void *produce(void *unused) {
    for (;;) {
        struct batch *batch = malloc(sizeof *batch);
        if (!batch) fail("no memory for a batch");
        for (int i = 0; i < BATCH_BLOCKS; i++) {
            void *block = malloc(BLOCK_BYTES);
            if (!block) fail("no memory for a block");
            memset(block, i & 0xff, BLOCK_BYTES);
            batch->blocks[i] = block;
        }
        if (!push(batch)) {
            free_batch(batch);
            return unused;
        }
    }
}

static atomic_ullong freed_blocks;

static void *consume(void *unused) {
    for (struct batch *batch; (batch = pop());) {
        free_batch(batch);
        atomic_fetch_add_explicit(&freed_blocks, BATCH_BLOCKS, memory_order_relaxed);
    }
    return unused;
}

void run_producer_consumer(double seconds) {
    pthread_t producer, consumer;
    uint64_t start_ns = now_ns();
    if (pthread_create(&producer, NULL, produce, NULL) || pthread_create(&consumer, NULL, consume, NULL))
        fail("cannot start two threads");
    struct timespec duration = {.tv_sec = (time_t)seconds, .tv_nsec = (long)((seconds - (time_t)seconds) * 1e9)};
    clock_nanosleep(CLOCK_MONOTONIC, 0, &duration, NULL);
    unsigned long long freed = atomic_load(&freed_blocks);
    uint64_t elapsed_ns = now_ns() - start_ns;
    pthread_mutex_lock(&stack.mutex);
    stack.stopped = 1;
    pthread_cond_broadcast(&stack.not_full);
    pthread_cond_broadcast(&stack.not_empty);
    pthread_mutex_unlock(&stack.mutex);
    pthread_join(producer, NULL);
    pthread_join(consumer, NULL);
    printf(",\"operations\":%llu,\"roundNs\":[%llu]", freed, (unsigned long long)elapsed_ns);
}
