// SPDX-License-Identifier: Apache-2.0
//
// Producers that never free, and as many consumers that never allocate; blocks travel in batches, which come from the
// allocator under test too. One operation is a block allocated by one thread and freed by another.

#include "workload.h"

#define BLOCK_BYTES 64
#define BATCH_BLOCKS 4096
#define MAX_BATCHES 100

struct batch {
    struct batch *next;
    void *blocks[BATCH_BLOCKS];
};

// Last in, first out: the batch that a consumer takes is the one most likely still in a cache.
static struct {
    pthread_mutex_t mutex;
    pthread_cond_t not_full, not_empty;
    struct batch *top;
    int count;
    int producing; // the last producer to end lets the consumers end, who take what is left first
} stack = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, PTHREAD_COND_INITIALIZER, NULL, 0, 0};

struct xmalloc_run {
    int producers;
    uint64_t batch_limit;
    atomic_int stop;
    _Atomic uint64_t freed, checksum;
};

static void push(struct batch *batch) {
    pthread_mutex_lock(&stack.mutex);
    while (stack.count == MAX_BATCHES) pthread_cond_wait(&stack.not_full, &stack.mutex);
    batch->next = stack.top;
    stack.top = batch;
    stack.count++;
    pthread_cond_signal(&stack.not_empty);
    pthread_mutex_unlock(&stack.mutex);
}

// NULL when all producers have ended and nothing is left.
static struct batch *pop(void) {
    pthread_mutex_lock(&stack.mutex);
    while (!stack.top && stack.producing) pthread_cond_wait(&stack.not_empty, &stack.mutex);
    struct batch *batch = stack.top;
    if (batch) {
        stack.top = batch->next;
        stack.count--;
        pthread_cond_signal(&stack.not_full);
    }
    pthread_mutex_unlock(&stack.mutex);
    return batch;
}

static void end_producer(void) {
    pthread_mutex_lock(&stack.mutex);
    if (--stack.producing == 0) pthread_cond_broadcast(&stack.not_empty);
    pthread_mutex_unlock(&stack.mutex);
}

static void produce(struct xmalloc_run *run) {
    uint64_t checksum = 0;
    for (uint64_t batches = 0; batches < run->batch_limit && !is_set(&run->stop); batches++) {
        struct batch *batch = allocated(malloc(sizeof *batch));
        for (int i = 0; i < BATCH_BLOCKS; i++) {
            void *block = allocated(malloc(BLOCK_BYTES));
            memset(block, i & 0xff, BLOCK_BYTES);
            batch->blocks[i] = block;
            checksum = mix(checksum, (uint64_t)(BLOCK_BYTES ^ i));
        }
        push(batch);
    }
    add(&run->checksum, checksum);
    end_producer();
}

static void consume(struct xmalloc_run *run) {
    for (struct batch *batch; (batch = pop());) {
        for (int i = 0; i < BATCH_BLOCKS; i++) free(batch->blocks[i]);
        free(batch);
        add(&run->freed, BATCH_BLOCKS);
    }
}

static void run_member(int number, void *shared) {
    struct xmalloc_run *run = shared;
    if (number < run->producers) produce(run);
    else consume(run);
}

static struct round run_xmalloc(const struct setting *setting) {
    struct xmalloc_run run = {.producers = setting->threads, .batch_limit = limit(setting, 3)};
    stack.producing = setting->threads;
    uint64_t elapsed_ns = run_team(2 * setting->threads, run_member, &run, &run.stop, setting->round_seconds);
    return (struct round){run.freed, elapsed_ns, run.checksum};
}

const struct workload xmalloc = {"xmalloc", NULL, run_xmalloc, NULL};
