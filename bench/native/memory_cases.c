// SPDX-License-Identifier: Apache-2.0
//
// The cases that one thread runs and whose answer is the readings.

#include "memory.h"

#define MIB (1l << 20)
#define KIB (1l << 10)

static double over(uint64_t above, uint64_t below_it) { return (double)above / (double)(below_it ? below_it : 1); }

void run_robson(void) {
    const size_t unit = 512;
    size_t available = (size_t)scaled(128 * MIB);
    struct table *table = new_table(available / unit);
    size_t slot = 0;
    for (size_t block = unit; available >= 2 * block;) {
        block *= 2;
        size_t pairs = available / (2 * block), first = slot;
        for (size_t i = 0; i < 2 * pairs; i++) table_allocate(table, slot++, block);
        take_reading("%zu bytes", block);
        for (size_t i = 1; i < 2 * pairs; i += 2) table_free(table, first + i);
        available -= block * pairs;
    }
    take_reading("last freed");
}

// By how much the memory fell, as the kernel says and as the allocator says.
static void add_falls(struct reading before, struct reading after) {
    long long fall = (long long)before.resident_bytes - (long long)after.resident_bytes;
    fact("residentFallBytes", "%lld", fall);
    if (after.committed_bytes == COMMITTED_UNKNOWN) return;
    long long committed_fall = before.committed_bytes - after.committed_bytes;
    fact("committedFallBytes", "%lld", committed_fall);
    fact("committedFallOverResidentFall", "%.4f", (double)committed_fall / (double)(fall > 1 ? fall : 1));
}

void run_alternate_free(void) {
    const size_t block = 256 * KIB + 8 * KIB;
    size_t count = (size_t)scaled(400 * MIB) / block;
    struct table *table = new_table(count);
    for (size_t slot = 0; slot < count; slot++) table_allocate(table, slot, block);
    struct reading filled = take_reading("filled");
    for (size_t slot = 1; slot < count; slot += 2) table_free(table, slot);
    struct reading freed = take_reading("every other one freed");
    trim();
    struct reading trimmed = take_reading("trimmed");
    fact("freedBytes", "%llu", (unsigned long long)(filled.requested_bytes - freed.requested_bytes));
    add_falls(filled, trimmed);
}

static int64_t held(struct reading reading) {
    return reading.committed_bytes == COMMITTED_UNKNOWN ? (int64_t)reading.resident_bytes : reading.committed_bytes;
}

void run_keep_one(void) {
    const size_t large = 32 * MIB, blocks = 33500, block = 1000, survivor = 50;
    size_t rounds = (size_t)scaled(100);
    struct table *table = new_table(blocks + 1 + rounds);
    struct reading start = take_reading("start");
    for (size_t round = 0; round < rounds; round++) {
        table_allocate(table, blocks, large);
        table_free(table, blocks);
        for (size_t i = 0; i < blocks; i++) table_allocate(table, i == survivor ? blocks + 1 + round : i, block);
        if (round == 0 || round == rounds - 1) take_reading("round %zu", round + 1);
        for (size_t i = 0; i < blocks; i++)
            if (i != survivor) table_free(table, i);
        trim();
    }
    struct reading last = take_reading("survivors");
    int64_t bound = held(start) + 3 * (int64_t)large + 10 * MIB + 2000 * (int64_t)rounds;
    fact("boundBytes", "%lld", (long long)bound);
    fact("isWithinBound", held(last) <= bound ? "true" : "false");
    fact("residentBytesASurvivor", "%llu", (unsigned long long)(last.resident_bytes / rounds));
}

static void fill(struct table *table, size_t count, size_t size) {
    for (size_t slot = 0; slot < count; slot++) table_allocate(table, slot, size);
}

static size_t at_least_one(long count) { return count > 1 ? (size_t)count : 1; }

void run_realized(void) {
    const long large = 2 * MIB, small = 512;
    size_t first_count = at_least_one(scaled(128 * MIB) / large);
    size_t small_count = (size_t)(scaled(256 * MIB) / small);
    size_t last_count = at_least_one(scaled(256 * MIB) / large);
    struct table *large_blocks = new_table(first_count > last_count ? first_count : last_count);
    struct table *small_blocks = new_table(small_count);
    fill(large_blocks, first_count, (size_t)large);
    take_reading("large");
    table_free_all(large_blocks);
    take_reading("large freed");
    fill(small_blocks, small_count, (size_t)small);
    take_reading("small");
    struct draws draws = {4};
    for (size_t slot = 0; slot < small_count; slot++)
        if (below(&draws, 2) == 0) table_free(small_blocks, slot);
    take_reading("half of the small freed");
    fill(large_blocks, last_count, (size_t)large);
    take_reading("large again");
}

void run_release(void) {
    size_t count = (size_t)scaled(256);
    struct table *table = new_table(2 * count);
    struct draws draws = {5};
    for (size_t slot = 0; slot < count; slot++) table_allocate(table, slot, log_uniform(&draws, 4, 18));
    for (size_t slot = count; slot < 2 * count; slot++) table_allocate(table, slot, log_uniform(&draws, 21, 22));
    struct reading filled = take_reading("filled");
    table_free_all(table);
    take_reading("freed");
    trim();
    add_falls(filled, take_reading("trimmed"));
}

static uint64_t write_values(uint32_t length_limit) {
    const uint32_t key = 12, key_extra = 4, value_extra = 20, min_entry = 24, max_entry = 40;
    uint64_t target = (uint64_t)scaled(8 * MIB), written = 0;
    struct table *table = new_table(3 * (target / (key + length_limit / 2) * 5 / 4 + 32));
    struct draws draws = {7};
    for (size_t slot = 0; written < target; slot += 3) {
        uint32_t length = 1 + below(&draws, length_limit);
        table_allocate(table, slot, key + key_extra);
        table_allocate(table, slot + 1, min_entry + below(&draws, max_entry - min_entry + 1));
        table_allocate(table, slot + 2, length + value_extra);
        written += key + length;
    }
    return written;
}

void run_redis(void) {
    static const uint32_t limits[] = {32, 64, 128, 1024, 16384};
    enum { COUNT = sizeof limits / sizeof *limits };
    double of_usable[COUNT], of_resident[COUNT];
    struct reading before = take_reading("start");
    for (int i = 0; i < COUNT; i++) {
        uint64_t written = write_values(limits[i]);
        struct reading after = take_reading("lengths to %u", limits[i]);
        of_usable[i] = over(written, after.usable_bytes - before.usable_bytes);
        of_resident[i] = over(written, after.resident_bytes - before.resident_bytes);
        before = after;
    }
    fact("efficiency",
         "{\"lengths to 32\":{\"writtenOverUsable\":%.4f,\"writtenOverResident\":%.4f},"
         "\"lengths to 64\":{\"writtenOverUsable\":%.4f,\"writtenOverResident\":%.4f},"
         "\"lengths to 128\":{\"writtenOverUsable\":%.4f,\"writtenOverResident\":%.4f},"
         "\"lengths to 1024\":{\"writtenOverUsable\":%.4f,\"writtenOverResident\":%.4f},"
         "\"lengths to 16384\":{\"writtenOverUsable\":%.4f,\"writtenOverResident\":%.4f}}",
         of_usable[0], of_resident[0], of_usable[1], of_resident[1], of_usable[2], of_resident[2], of_usable[3],
         of_resident[3], of_usable[4], of_resident[4]);
}

static void run_checkerboard(void) {
    long wanted = scaled(256 * MIB) / MIB;
    size_t count = wanted > 2 ? (size_t)wanted : 2;
    struct table *tiny = new_table(count), *large = new_table(count);
    for (size_t slot = 0; slot < count; slot++) {
        table_allocate(tiny, slot, 32);
        table_allocate(large, slot, MIB);
    }
    take_reading("checkerboard");
    table_free_all(large);
    fill(large, count / 2, 2 * MIB);
    struct reading refilled = take_reading("blocks of twice the size");
    fact("checkerboardResidentOverRequested", "%.4f", over(refilled.resident_bytes, refilled.requested_bytes));
    table_free_all(tiny);
    table_free_all(large);
    trim();
    take_reading("checkerboard freed and trimmed");
}

static size_t class_bytes(int index) {
    int quarters = index * 3 / 2;
    return ((size_t)(4 + quarters % 4) << quarters / 4) * 4;
}

static struct reading run_one_phase(int phase) {
    enum { PHASES = 10, CLASSES = 3 };
    size_t bytes_of_a_class = (size_t)scaled(64 * MIB) / CLASSES;
    struct table *tables[CLASSES];
    for (int i = 0; i < CLASSES; i++) {
        size_t block = class_bytes(phase + i * PHASES);
        tables[i] = new_table(bytes_of_a_class / block);
        fill(tables[i], tables[i]->slots, block);
    }
    struct reading reading = take_reading("phase %d", phase + 1);
    for (int i = 0; i < CLASSES; i++) table_free_all(tables[i]);
    return reading;
}

void run_phase(void) {
    run_checkerboard();
    struct reading first = run_one_phase(0), last = first;
    for (int phase = 1; phase < 10; phase++) last = run_one_phase(phase);
    fact("residentOfLastPhaseOverFirst", "%.4f", over(last.resident_bytes, first.resident_bytes));
    if (last.committed_bytes != COMMITTED_UNKNOWN)
        fact("committedOfLastPhaseOverFirst", "%.4f", over((uint64_t)last.committed_bytes, (uint64_t)first.committed_bytes));
}
