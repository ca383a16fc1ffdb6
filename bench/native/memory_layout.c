// SPDX-License-Identifier: Apache-2.0
//
// The cases whose answer is where blocks lie and how large they are.

#include "memory.h"

#include "harness.h"

#include <stdio.h>

#define GROUPS 8
#define GROUP_BYTES (64 << 10)
#define OS_PAGE_SHIFT 12
#define MAX_BYTES (64 << 10)

// A set of words other than 0, in a table at least twice as large as what is put in. The set is the harness' own: the
// C library's sort may call malloc.
struct set {
    uint64_t *words;
    size_t mask;
};

static struct set new_set(size_t count) {
    size_t size = 2;
    while (size < 2 * count) size *= 2;
    return (struct set){map_for_harness(size * sizeof(uint64_t)), size - 1};
}

static size_t place_of(const struct set *set, uint64_t word) {
    size_t place = (word * 0x9e3779b97f4a7c15u >> 20) & set->mask;
    while (set->words[place] && set->words[place] != word) place = (place + 1) & set->mask;
    return place;
}

static int contains(const struct set *set, uint64_t word) { return set->words[place_of(set, word)] == word; }

// Whether the word was not there.
static int put(struct set *set, uint64_t word) {
    size_t place = place_of(set, word);
    int is_new = set->words[place] == 0;
    set->words[place] = word;
    return is_new;
}

struct refill {
    size_t blocks, reused, ascending, pages, new_pages;
};

static struct refill refill(size_t block_bytes) {
    size_t per_group = GROUP_BYTES / block_bytes, slots = GROUPS * per_group, count = 0;
    struct refill result = {0};
    struct table *table = new_table(slots);
    struct set pages = new_set(2 * slots), freed = new_set(slots);
    uint32_t *free_slots = map_for_harness(slots * sizeof *free_slots);
    for (size_t slot = 0; slot < slots; slot++)
        result.pages += (size_t)put(&pages, (uint64_t)table_allocate(table, slot, block_bytes) >> OS_PAGE_SHIFT);
    take_reading("%zu bytes filled", block_bytes);
    for (size_t slot = 0; slot < slots; slot++) {
        size_t survivor = slot / per_group * 37 % per_group;
        if (slot % per_group == survivor) continue;
        put(&freed, (uint64_t)table->blocks[slot]);
        table_free(table, slot);
        free_slots[count++] = (uint32_t)slot;
    }
    uint64_t last = UINT64_MAX;
    for (size_t i = 0; i < count; i++) {
        uint64_t address = (uint64_t)table_allocate(table, free_slots[i], block_bytes);
        result.reused += (size_t)contains(&freed, address);
        result.ascending += address > last;
        result.new_pages += (size_t)put(&pages, address >> OS_PAGE_SHIFT);
        last = address;
    }
    take_reading("%zu bytes refilled", block_bytes);
    result.blocks = count;
    return result;
}

void run_packing(void) {
    static const size_t block_bytes[] = {16, 64, 256, 1024};
    struct refill of[4];
    size_t pages = 0, new_pages = 0;
    for (int i = 0; i < 4; i++) {
        of[i] = refill(block_bytes[i]);
        pages += of[i].pages;
        new_pages += of[i].new_pages;
    }
    own_figure((double)(pages + new_pages) / (double)pages, "OS pages after the refill over OS pages before");
    fact("newPages", "{\"16 bytes\":%zu,\"64 bytes\":%zu,\"256 bytes\":%zu,\"1024 bytes\":%zu}", of[0].new_pages,
         of[1].new_pages, of[2].new_pages, of[3].new_pages);
    double part[4];
    const char *form = "{\"16 bytes\":%.4f,\"64 bytes\":%.4f,\"256 bytes\":%.4f,\"1024 bytes\":%.4f}";
    for (int i = 0; i < 4; i++) part[i] = (double)of[i].reused / (double)of[i].blocks;
    fact("partOfAddressesReused", form, part[0], part[1], part[2], part[3]);
    for (int i = 0; i < 4; i++) part[i] = (double)of[i].ascending / (double)of[i].blocks;
    fact("partOfAddressesAboveTheOneBefore", form, part[0], part[1], part[2], part[3]);
}

static double uniform(int size) { return size > 0; }

static double log_uniform_weight(int size) { return 1.0 / size; }

static double alloc_test(int size) {
    if (size < 5 || size > 1024) return 0;
    int doubling = 32 - __builtin_clz((unsigned)size - 1) - 3;
    return 1.0 / (1 << (doubling < 6 ? doubling + 1 : 7)) / (1 << (doubling + 2));
}

static double glibc_thread(int size) { return size < 4 || size > 32767 ? 0 : 1.0 / size - 1.0 / (size + 1); }

struct row {
    double worst, worst_above_128, mean, bytes;
};

static struct row row_of(double (*weight_of)(int), const uint32_t *usable_bytes) {
    struct row row = {0};
    double weights = 0, ratios = 0, usable = 0, requested = 0;
    for (int size = 1; size <= MAX_BYTES; size++) {
        double weight = weight_of(size), ratio = (double)usable_bytes[size] / size;
        if (weight <= 0) continue;
        if (ratio > row.worst) row.worst = ratio;
        if (size > 128 && ratio > row.worst_above_128) row.worst_above_128 = ratio;
        weights += weight;
        ratios += weight * ratio;
        usable += weight * usable_bytes[size];
        requested += weight * size;
    }
    row.mean = ratios / weights;
    row.bytes = usable / requested;
    return row;
}

static int print_row(char *text, size_t room, const char *name, struct row row) {
    return snprintf(text, room, "\"%s\":{\"worst\":%.4f,\"worstAbove128\":%.4f,\"mean\":%.4f,\"bytes\":%.4f}", name,
                    row.worst, row.worst_above_128, row.mean, row.bytes);
}

void run_internal(void) {
    struct table *table = new_table(1);
    uint32_t *usable_bytes = map_for_harness((MAX_BYTES + 1) * sizeof *usable_bytes);
    for (int size = 1; size <= MAX_BYTES; size++) {
        table_allocate(table, 0, (size_t)size);
        usable_bytes[size] = (uint32_t)table->usable_bytes;
        table_free(table, 0);
    }
    take_reading("all sizes");
    struct row by_doubling = row_of(log_uniform_weight, usable_bytes);
    own_figure(by_doubling.bytes, "usable bytes over requested bytes, sizes log-uniform to 64 KiB");
    char rows[4][160];
    print_row(rows[0], sizeof rows[0], "uniform", row_of(uniform, usable_bytes));
    print_row(rows[1], sizeof rows[1], "log-uniform", by_doubling);
    print_row(rows[2], sizeof rows[2], "alloc-test", row_of(alloc_test, usable_bytes));
    print_row(rows[3], sizeof rows[3], "glibc-thread", row_of(glibc_thread, usable_bytes));
    fact("usableOverRequested", "{%s,%s,%s,%s}", rows[0], rows[1], rows[2], rows[3]);
}
