// SPDX-License-Identifier: Apache-2.0
//
// A log-linear histogram: whole numbers below 256 are exact, all others within 1/128. Its buckets are those of
// HdrHistogram with two significant digits, so that figures of Java and of C may stand side by side.

#ifndef QUARRY_BENCH_HISTOGRAM_H
#define QUARRY_BENCH_HISTOGRAM_H

#include <stdint.h>

enum { HALF_BUCKET_BITS = 7, HALF_BUCKET = 1 << HALF_BUCKET_BITS, MAX_SHIFT = 33, BUCKETS = (MAX_SHIFT + 2) * HALF_BUCKET };

// 2^41 - 1: whatever is greater counts as that.
#define MAX_SAMPLE (((uint64_t)2 * HALF_BUCKET << MAX_SHIFT) - 1)

struct histogram {
    uint64_t total;
    uint64_t counts[BUCKETS];
};

// How far a sample has to be shifted until it is below 256.
static inline unsigned sample_shift(uint64_t sample) {
    return (unsigned)(63 - __builtin_clzll(sample | HALF_BUCKET)) - HALF_BUCKET_BITS;
}

static inline void record(struct histogram *histogram, uint64_t sample) {
    if (sample > MAX_SAMPLE) sample = MAX_SAMPLE;
    unsigned shift = sample_shift(sample);
    histogram->counts[shift * HALF_BUCKET + (sample >> shift)]++;
    histogram->total++;
}

void add_histogram(struct histogram *sum, const struct histogram *other);

// The greatest sample that counts as equal to one at or below which so many percent of all lie; 0 of none.
uint64_t percentile(const struct histogram *histogram, double percent);

// {"count": .., "percentiles": {"50": .., .. "100": ..}}
void print_histogram(const struct histogram *histogram);

#endif
