// SPDX-License-Identifier: Apache-2.0
//
// An interpreter's bursts: blocks of 1 to 40 bytes of which some are kept, and the rest freed all at once when there are
// many; then one block of 100,000 bytes. One operation is a block allocated and freed.

#include "workload.h"

#define LARGE_BYTES 100000
#define SEED 7u

static long allocations, chunk_length, retained_length;
static void **chunks, **retained;

static void prepare_rbstress(const struct setting *setting) {
    allocations = work(setting, 120000, 24000000, 120000000) / setting->threads;
    chunk_length = work(setting, 2000, 200000, 200000) / setting->threads + 1;
    retained_length = work(setting, 6000, 600000, 600000) / setting->threads;
    chunks = map_zeroed((size_t)(setting->threads * chunk_length) * sizeof *chunks);
    retained = map_zeroed((size_t)(setting->threads * retained_length) * sizeof *retained);
}

static void *replace_large(void *large) {
    void *block = allocated(malloc(LARGE_BYTES));
    touch(block);
    free(large);
    return block;
}

static uint64_t step(void **chunk, void **kept, uint64_t random) {
    long chunk_top = 0, kept_top = 0;
    void *large = NULL;
    uint64_t checksum = 0;
    for (long i = 0; i < allocations; i++) {
        uint64_t bits = splitmix_next(&random);
        size_t bytes = 10 * (((bits >> 33) * 5) >> 31);
        if (bytes == 0) bytes = 1;
        unsigned char *block = allocated(malloc(bytes));
        *(volatile unsigned char *)block = (unsigned char)i;
        checksum = mix(checksum, (bits & 1) ^ bytes);
        if ((bits & 1) == 0 && kept_top < retained_length) kept[kept_top++] = block;
        else chunk[chunk_top++] = block;
        if (chunk_top == chunk_length) {
            free_all(chunk, chunk_top);
            chunk_top = 0;
            large = replace_large(large);
        }
    }
    free_all(chunk, chunk_top);
    free_all(kept, kept_top);
    free(large);
    return checksum;
}

static void run_member(int number, void *shared) {
    _Atomic uint64_t *checksum = shared;
    add(checksum, step(chunks + number * chunk_length, retained + number * retained_length, SEED + (unsigned)number));
}

static struct round run_rbstress(const struct setting *setting) {
    _Atomic uint64_t checksum = 0;
    uint64_t elapsed_ns = run_team(setting->threads, run_member, &checksum, NULL, 0);
    return (struct round){(uint64_t)(setting->threads * allocations), elapsed_ns, checksum};
}

const struct workload rbstress = {"rbstress", prepare_rbstress, run_rbstress, NULL};
