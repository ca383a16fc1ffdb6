// SPDX-License-Identifier: Apache-2.0
//
// Runs one memory case against the malloc that is in place and prints one JSON object.

#define _GNU_SOURCE
#include "memory.h"

#include "harness.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define TEXT_BYTES (1 << 15)
#define NOISE_BYTES (1 << 20)

// Members of a JSON array or object, in the order in which they were added.
struct text {
    char characters[TEXT_BYTES];
    size_t length;
};

static enum { TINY, QUICK, FULL } scale;
static struct text stages, series, facts;
static struct reading peak = {.committed_bytes = COMMITTED_UNKNOWN}, end;
static uint64_t base_bytes;

static const struct memory_case {
    const char *name;
    void (*run)(void);
    enum figure figure;
} cases[] = {
    {"robson", run_robson, FIGURE_PEAK},
    {"alternate-free", run_alternate_free, FIGURE_END},
    {"keep-one", run_keep_one, FIGURE_RESIDUE},
    {"realized", run_realized, FIGURE_PEAK},
    {"release", run_release, FIGURE_RESIDUE},
    {"packing", run_packing, FIGURE_OWN},
    {"redis", run_redis, FIGURE_PEAK},
    {"phase", run_phase, FIGURE_PEAK},
    {"stranding", run_stranding, FIGURE_OWN},
    {"internal", run_internal, FIGURE_OWN},
    {"burst-idle", run_burst_idle, FIGURE_RESIDUE},
    {"burst-traffic", run_burst_traffic, FIGURE_RESIDUE},
};

long scaled(long full) {
    long value = full / choose(128, 4, 1);
    return value > 1 ? value : 1;
}

long choose(long tiny, long quick, long full) { return scale == TINY ? tiny : scale == QUICK ? quick : full; }

static void append(struct text *text, const char *format, va_list arguments) {
    size_t room = TEXT_BYTES - text->length;
    int length = vsnprintf(text->characters + text->length, room, format, arguments);
    if (length < 0 || (size_t)length >= room) fail("a case says more than %d characters", TEXT_BYTES);
    text->length += (size_t)length;
}

static __attribute__((format(printf, 2, 3))) void add(struct text *text, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    append(text, format, arguments);
    va_end(arguments);
}

static void add_separator(struct text *text) {
    if (text->length) add(text, ",");
}

void fact(const char *name, const char *format, ...) {
    add_separator(&facts);
    add(&facts, "\"%s\":", name);
    va_list arguments;
    va_start(arguments, format);
    append(&facts, format, arguments);
    va_end(arguments);
}

void own_figure(double figure, const char *meaning) {
    fact("figure", "%.4f", figure);
    fact("figureMeaning", "\"%s\"", meaning);
}

static uint64_t process_bytes(void) { return anonymous_bytes() - harness_bytes(); }

void rebase(void) { base_bytes = process_bytes(); }

static uint64_t greater(uint64_t one, uint64_t other) { return one > other ? one : other; }

static void print_reading(struct text *text, const struct reading *reading) {
    add(text, "\"requestedBytes\":%llu,\"usableBytes\":%llu,", (unsigned long long)reading->requested_bytes,
        (unsigned long long)reading->usable_bytes);
    if (reading->committed_bytes == COMMITTED_UNKNOWN) add(text, "\"committedBytes\":null,");
    else add(text, "\"committedBytes\":%lld,", (long long)reading->committed_bytes);
    add(text, "\"residentBytes\":%llu", (unsigned long long)reading->resident_bytes);
}

static struct reading read_now(void) {
    struct sums sums = sum_tables();
    uint64_t resident = process_bytes();
    struct reading reading = {
        .requested_bytes = sums.requested_bytes,
        .usable_bytes = sums.usable_bytes,
        .resident_bytes = resident > base_bytes ? resident - base_bytes : 0,
        .committed_bytes = committed_bytes(),
    };
    peak.requested_bytes = greater(peak.requested_bytes, reading.requested_bytes);
    peak.usable_bytes = greater(peak.usable_bytes, reading.usable_bytes);
    peak.resident_bytes = greater(peak.resident_bytes, reading.resident_bytes);
    if (reading.committed_bytes > peak.committed_bytes) peak.committed_bytes = reading.committed_bytes;
    return end = reading;
}

struct reading take_reading(const char *format, ...) {
    struct reading reading = read_now();
    add_separator(&stages);
    add(&stages, "{\"stage\":\"");
    va_list arguments;
    va_start(arguments, format);
    append(&stages, format, arguments);
    va_end(arguments);
    add(&stages, "\",");
    print_reading(&stages, &reading);
    add(&stages, "}");
    return reading;
}

struct reading take_reading_at(int seconds) {
    struct reading reading = take_reading("%d.0 s", seconds);
    add_separator(&series);
    add(&series, "{\"seconds\":%d.0,\"residentBytes\":%llu,", seconds, (unsigned long long)reading.resident_bytes);
    if (reading.committed_bytes == COMMITTED_UNKNOWN) add(&series, "\"committedBytes\":null}");
    else add(&series, "\"committedBytes\":%lld}", (long long)reading.committed_bytes);
    return reading;
}

void sleep_until(uint64_t start_ns, int seconds) {
    uint64_t until_ns = start_ns + (uint64_t)seconds * 1000000000u;
    struct timespec until = {.tv_sec = (time_t)(until_ns / 1000000000u), .tv_nsec = (long)(until_ns % 1000000000u)};
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL)) continue;
}

double above_noise(int64_t bytes) { return (double)(bytes > NOISE_BYTES ? bytes : NOISE_BYTES); }

static void add_figure(enum figure figure) {
    if (figure == FIGURE_OWN) return;
    const struct reading *held = figure == FIGURE_PEAK ? &peak : &end;
    double requested = (double)(figure == FIGURE_END ? &end : &peak)->requested_bytes;
    fact("figure", "%.4f", above_noise((int64_t)held->resident_bytes) / requested);
    if (held->committed_bytes == COMMITTED_UNKNOWN) fact("committedFigure", "null");
    else fact("committedFigure", "%.4f", above_noise(held->committed_bytes) / requested);
    fact("figureMeaning", "\"%s\"",
         figure == FIGURE_PEAK  ? "greatest resident bytes over greatest requested bytes"
         : figure == FIGURE_END ? "resident bytes over requested bytes, both at the end"
                                : "resident bytes at the end, when nearly nothing is live, but at least 1 MiB, over the greatest requested");
}

static void print_result(void) {
    static struct text readings;
    struct sums sums = sum_tables();
    printf("{");
    print_allocator();
    printf(",\"requestedBytes\":%llu,\"usableBytes\":%llu", (unsigned long long)sums.ever_requested_bytes,
           (unsigned long long)sums.ever_usable_bytes);
    add(&readings, "\"peak\":{");
    print_reading(&readings, &peak);
    add(&readings, "},\"end\":{");
    print_reading(&readings, &end);
    printf(",%s},\"stages\":[%s]", readings.characters, stages.characters);
    if (series.length) printf(",\"series\":[%s]", series.characters);
    printf(",\"facts\":{%s}}\n", facts.characters);
}

static void choose_scale(const char *name) {
    static const char *const names[] = {"tiny", "quick", "full"};
    for (int i = TINY; i <= FULL; i++) {
        if (!strcmp(names[i], name)) {
            scale = i;
            return;
        }
    }
    fail("no scale '%s': tiny, quick or full", name);
}

// What is said must not count as what is held.
static void touch_texts(void) {
    struct text *all[] = {&stages, &series, &facts};
    for (int i = 0; i < 3; i++)
        for (size_t offset = 0; offset < TEXT_BYTES; offset += os_page_bytes()) touch(all[i]->characters + offset);
    for (int i = 0; i < 3; i++) all[i]->characters[0] = 0;
}

void run_memory(const char *name, const char *scale_name) {
    choose_scale(scale_name);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        if (strcmp(cases[i].name, name)) continue;
        find_allocator();
        touch_texts();
        anonymous_bytes();
        rebase();
        cases[i].run();
        add_figure(cases[i].figure);
        fact("residentMemory", "\"anonymous memory of /proc/self/smaps_rollup less that before the case and the harness' own tables\"");
        free_all_tables();
        print_result();
        return;
    }
    fail("no memory case '%s'", name);
}
