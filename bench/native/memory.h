// SPDX-License-Identifier: Apache-2.0
//
// What the parts of the memory cases share. Case by case and draw by draw they do what dev.quarry.bench.memory does in
// Java, where each case is explained.

#ifndef QUARRY_BENCH_MEMORY_H
#define QUARRY_BENCH_MEMORY_H

#include <stddef.h>
#include <stdint.h>

// memory_allocator.c: what the malloc that is in place tells and gives back.
#define COMMITTED_UNKNOWN (-1)
void find_allocator(void);
int64_t committed_bytes(void);
void trim(void);

// memory_tables.c: blocks in numbered slots, each OS page of them written to, and what they add up to.
struct table {
    void **blocks;
    uint32_t *sizes; // 0 where there is no block
    size_t slots, live;
    uint64_t requested_bytes, usable_bytes, ever_requested_bytes, ever_usable_bytes;
};

struct sums {
    uint64_t requested_bytes, usable_bytes, ever_requested_bytes, ever_usable_bytes;
};

struct table *new_table(size_t slots);
struct table *new_uncounted_table(size_t slots); // changes while readings are taken; whoever fills it frees it
void *table_allocate(struct table *table, size_t slot, size_t size);
void table_free(struct table *table, size_t slot);
void table_free_all(struct table *table);
struct sums sum_tables(void);
void free_all_tables(void);
void *map_for_harness(size_t bytes); // not counted as resident
uint64_t harness_bytes(void);

// The random numbers of java.util.SplittableRandom.
struct draws {
    uint64_t state;
};
uint32_t below(struct draws *draws, uint32_t bound);
uint32_t log_uniform(struct draws *draws, int min_shift, int max_shift);
uint32_t *permutation(struct draws *draws, uint32_t bound);

// memory.c: scale, readings, facts.
struct reading {
    uint64_t requested_bytes, usable_bytes, resident_bytes;
    int64_t committed_bytes;
};

enum figure { FIGURE_PEAK, FIGURE_END, FIGURE_RESIDUE, FIGURE_OWN };

long scaled(long full);
long choose(long tiny, long quick, long full);
void rebase(void);
struct reading take_reading(const char *format, ...) __attribute__((format(printf, 1, 2)));
struct reading take_reading_at(int seconds);
void fact(const char *name, const char *format, ...) __attribute__((format(printf, 2, 3)));
void own_figure(double figure, const char *meaning);
double above_noise(int64_t bytes); // the bytes, or the least that counts
void sleep_until(uint64_t start_ns, int seconds);

// memory_cases.c
void run_robson(void);
void run_alternate_free(void);
void run_keep_one(void);
void run_realized(void);
void run_release(void);
void run_redis(void);
void run_phase(void);

// memory_layout.c
void run_packing(void);
void run_internal(void);

// memory_threads.c
void run_stranding(void);
void run_burst_idle(void);
void run_burst_traffic(void);

#endif
