// SPDX-License-Identifier: Apache-2.0
//
// Runs of blocks of one size, freed half in the order of allocation and half in reverse: 25, 100, 400 or 1,600 at a
// time, on the first thread, on a second one, and on the first again. One operation is a malloc and a free.

#include "workload.h"

#include <stdio.h>

#define SIZE_COUNT 3
#define COUNTS 4
#define MAX_COUNT 1600
#define PASSES 3

static const int byte_sizes[SIZE_COUNT] = {16, 32, 64};
static const int counts[COUNTS] = {25, 100, 400, MAX_COUNT};

static void *blocks[MAX_COUNT];
static uint64_t ns_by_count[COUNTS];
static long pairs, repetitions;

static void burst(int count, size_t bytes) {
    for (int i = 0; i < count; i++) {
        void *block = allocated(malloc(bytes));
        memset(block, i & 0xff, bytes);
        blocks[i] = block;
    }
    for (int i = 0; i < count / 2; i++) free(blocks[i]);
    for (int i = count - 1; i >= count / 2; i--) free(blocks[i]);
}

static void pass(int number, void *unused) {
    (void)number, (void)unused;
    for (int size = 0; size < SIZE_COUNT; size++) {
        for (int i = 0; i < COUNTS; i++) {
            uint64_t start_ns = now_ns();
            for (long turn = pairs / counts[i]; turn > 0; turn--) burst(counts[i], (size_t)byte_sizes[size]);
            ns_by_count[i] += now_ns() - start_ns;
        }
    }
}

// Nothing is drawn here: the sequence itself.
static uint64_t sequence(void) {
    uint64_t checksum = 0;
    for (int size = 0; size < SIZE_COUNT; size++)
        for (int i = 0; i < COUNTS; i++) checksum = mix(checksum, (uint64_t)byte_sizes[size] * (uint64_t)counts[i]);
    return checksum;
}

static struct round run_glibc_simple(const struct setting *setting) {
    pairs = work(setting, 2000, 2000000, 2000000);
    repetitions = work(setting, 1, 1, 5);
    memset(ns_by_count, 0, sizeof ns_by_count);
    uint64_t start_ns = now_ns();
    for (long i = 0; i < repetitions; i++) {
        pass(0, NULL);
        run_team(1, pass, NULL, NULL, 0);
        pass(0, NULL);
    }
    uint64_t operations = (uint64_t)(PASSES * repetitions * SIZE_COUNT * COUNTS * pairs);
    return (struct round){operations, now_ns() - start_ns, sequence()};
}

// What a pair takes by the number of blocks at a time: the last over the first is the cost of a full thread cache.
static void print_glibc_simple_facts(void) {
    for (int i = 0; i < COUNTS; i++)
        printf(",\"nsPerPair%d\":%.4f", counts[i], (double)ns_by_count[i] / (double)(PASSES * repetitions * SIZE_COUNT * pairs));
}

const struct workload glibc_simple = {"glibc-simple", NULL, run_glibc_simple, print_glibc_simple_facts};
