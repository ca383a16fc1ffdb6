// SPDX-License-Identifier: Apache-2.0
//
// Tables of blocks, and the random numbers by which they are filled.

#define _GNU_SOURCE
#include "memory.h"

#include "harness.h"

#include <malloc.h>
#include <pthread.h>
#include <stdlib.h>

#define MAX_TABLES 256

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static struct table tables[MAX_TABLES];
static int table_count;
static int is_counted[MAX_TABLES];
static uint64_t mapped_bytes;

static void *map_locked(size_t bytes) {
    size_t page = os_page_bytes(), whole = (bytes + page - 1) / page * page;
    mapped_bytes += whole;
    return map_zeroed(whole);
}

void *map_for_harness(size_t bytes) {
    pthread_mutex_lock(&mutex);
    void *range = map_locked(bytes);
    pthread_mutex_unlock(&mutex);
    return range;
}

uint64_t harness_bytes(void) { return mapped_bytes; }

static struct table *add_table(size_t slots, int counted) {
    pthread_mutex_lock(&mutex);
    if (table_count == MAX_TABLES) fail("more than %d tables", MAX_TABLES);
    is_counted[table_count] = counted;
    struct table *table = &tables[table_count++];
    table->slots = slots;
    table->blocks = map_locked(slots * sizeof *table->blocks);
    table->sizes = map_locked(slots * sizeof *table->sizes);
    pthread_mutex_unlock(&mutex);
    return table;
}

struct table *new_table(size_t slots) { return add_table(slots, 1); }
struct table *new_uncounted_table(size_t slots) { return add_table(slots, 0); }

static void touch_pages(unsigned char *block, size_t size) {
    size_t page = os_page_bytes();
    for (size_t offset = 0; offset < size; offset += page) touch(block + offset);
    touch(block + size - 1);
}

void *table_allocate(struct table *table, size_t slot, size_t size) {
    if (slot >= table->slots || table->sizes[slot]) fail("slot %zu has a block", slot);
    void *block = malloc(size);
    if (!block) fail("no memory for a block of %zu bytes", size);
    touch_pages(block, size);
    size_t usable = malloc_usable_size(block);
    table->blocks[slot] = block;
    table->sizes[slot] = (uint32_t)size;
    table->requested_bytes += size;
    table->usable_bytes += usable;
    table->ever_requested_bytes += size;
    table->ever_usable_bytes += usable;
    table->live++;
    return block;
}

void table_free(struct table *table, size_t slot) {
    if (slot >= table->slots || !table->sizes[slot]) fail("slot %zu has no block", slot);
    table->usable_bytes -= malloc_usable_size(table->blocks[slot]);
    table->requested_bytes -= table->sizes[slot];
    table->sizes[slot] = 0;
    table->live--;
    free(table->blocks[slot]);
}

void table_free_all(struct table *table) {
    for (size_t slot = 0; table->live > 0; slot++)
        if (table->sizes[slot]) table_free(table, slot);
}

struct sums sum_tables(void) {
    struct sums sums = {0};
    pthread_mutex_lock(&mutex);
    for (int i = 0; i < table_count; i++) {
        if (!is_counted[i]) continue;
        sums.requested_bytes += tables[i].requested_bytes;
        sums.usable_bytes += tables[i].usable_bytes;
        sums.ever_requested_bytes += tables[i].ever_requested_bytes;
        sums.ever_usable_bytes += tables[i].ever_usable_bytes;
    }
    pthread_mutex_unlock(&mutex);
    return sums;
}

void free_all_tables(void) {
    for (int i = 0; i < table_count; i++) table_free_all(&tables[i]);
}

static uint64_t next(struct draws *draws) {
    uint64_t word = draws->state += 0x9e3779b97f4a7c15u;
    word = (word ^ word >> 30) * 0xbf58476d1ce4e5b9u;
    word = (word ^ word >> 27) * 0x94d049bb133111ebu;
    return word ^ word >> 31;
}

uint32_t below(struct draws *draws, uint32_t bound) { return (uint32_t)(next(draws) % bound); }

// Two statements, as the order of two calls in one expression is the compiler's choice.
uint32_t log_uniform(struct draws *draws, int min_shift, int max_shift) {
    uint32_t doubling = 1u << (min_shift + (int)below(draws, (uint32_t)(max_shift - min_shift)));
    return doubling + below(draws, doubling);
}

uint32_t *permutation(struct draws *draws, uint32_t bound) {
    uint32_t *order = map_for_harness(bound * sizeof *order);
    for (uint32_t i = 0; i < bound; i++) {
        uint32_t other = below(draws, i + 1);
        order[i] = order[other];
        order[other] = i;
    }
    return order;
}
