// SPDX-License-Identifier: Apache-2.0

#include "histogram.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void add_histogram(struct histogram *sum, const struct histogram *other) {
    for (int bucket = 0; bucket < BUCKETS; bucket++) sum->counts[bucket] += other->counts[bucket];
    sum->total += other->total;
}

// The next smaller number: what is meant as 99.9 may be a bit more, and a bit more may be one sample more.
static double next_below(double number) {
    uint64_t bits;
    memcpy(&bits, &number, sizeof bits);
    bits--;
    memcpy(&number, &bits, sizeof bits);
    return number;
}

static uint64_t greatest_of(int bucket) {
    if (bucket < 2 * HALF_BUCKET) return (uint64_t)bucket;
    unsigned shift = (unsigned)(bucket / HALF_BUCKET) - 1;
    uint64_t within = (uint64_t)(bucket % HALF_BUCKET) + HALF_BUCKET;
    return ((within + 1) << shift) - 1;
}

uint64_t percentile(const struct histogram *histogram, double percent) {
    double exact = next_below(percent) / 100.0 * (double)histogram->total;
    uint64_t wanted = (uint64_t)exact;
    if ((double)wanted < exact || wanted == 0) wanted++;
    uint64_t seen = 0;
    for (int bucket = 0; bucket < BUCKETS; bucket++) {
        seen += histogram->counts[bucket];
        if (seen >= wanted) return greatest_of(bucket);
    }
    return 0;
}

void print_histogram(const struct histogram *histogram) {
    static const char *const names[] = {"50", "90", "99", "99.9", "99.99", "99.999", "100"};
    printf("{\"count\":%llu,\"percentiles\":{", (unsigned long long)histogram->total);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        unsigned long long ns = percentile(histogram, strtod(names[i], NULL));
        printf("%s\"%s\":%llu", i ? "," : "", names[i], ns);
    }
    printf("}}");
}
