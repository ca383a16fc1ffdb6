// SPDX-License-Identifier: Apache-2.0
//
// The native reference: runs a trace, a workload or a memory case against the malloc that is in place, and prints
// one JSON object. The replay does operation by operation what dev.quarry.bench.replay does in Java.
//
//   replay malloc rounds TRACE N    N timed rounds
//   replay void rounds TRACE N      the same with an allocator that does nothing: what the harness itself costs
//   replay malloc peak TRACE        one round, not timed: resident bytes at the peak and at evenly spread points
//   replay malloc pairs N COUNT     N rounds of COUNT pairs of malloc(64) and free
//   replay malloc exchange SECONDS  one thread allocates, another frees
//   replay memory NAME SCALE        a memory case, at scale tiny, quick or full
//   replay workload NAME SCALE [THREADS]  one of the workloads of workload.c
//   replay latency NAME SCALE       how long single calls take: latency.c

#include "harness.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PEAK_SAMPLES 16
#define VOID_RING_BYTES (1u << 20)

static unsigned char *void_ring;
static size_t void_next;

// Next address of a ring that stays in the cache; blocks overlap, and nobody reads them.
static inline void *void_malloc(void) {
    void_next = (void_next + 64) & (VOID_RING_BYTES - 1);
    return void_ring + void_next;
}

// One pass over the trace. `use_void` is a constant in each caller, so that each gets a loop of its own.
static inline __attribute__((always_inline)) void replay(const struct program *program, void **slots, int use_void) {
    const uint32_t *word = program->words, *end = word + program->word_count;
    while (word < end) {
        uint32_t code = *word++;
        void **slot = slots + (code & OPERAND_MASK);
        switch (code >> 30) {
        case OP_MALLOC: {
            size_t size = *word++;
            void *block = use_void ? void_malloc() : malloc(size);
            *slot = block;
            if (size) touch(block);
            break;
        }
        case OP_FREE:
            if (!use_void) free(*slot);
            break;
        default: {
            size_t size = *word++;
            void *block = use_void ? void_malloc() : realloc(*slot, size);
            *slot = block;
            if (size) touch(block);
        }
        }
    }
}

static __attribute__((noinline)) void replay_malloc(const struct program *program, void **slots) { replay(program, slots, 0); }
static __attribute__((noinline)) void replay_void(const struct program *program, void **slots) { replay(program, slots, 1); }

static void run_rounds(const struct program *program, void **slots, int rounds, int use_void) {
    uint64_t *elapsed_ns = map_zeroed((size_t)rounds * sizeof *elapsed_ns);
    if (use_void) void_ring = map_zeroed(VOID_RING_BYTES);
    for (int round = 0; round < rounds; round++) {
        uint64_t start_ns = now_ns();
        if (use_void) replay_void(program, slots);
        else replay_malloc(program, slots);
        elapsed_ns[round] = now_ns() - start_ns;
    }
    printf(",\"operations\":%llu,\"roundNs\":[", (unsigned long long)program->operations);
    for (int round = 0; round < rounds; round++) printf("%s%llu", round ? "," : "", (unsigned long long)elapsed_ns[round]);
    printf("]");
}

// A program fills the blocks that it asks for, so here each OS page of a block is written: else the figure would be
// that of pages nobody has touched yet.
static void fill(unsigned char *block, size_t size) {
    size_t page = os_page_bytes();
    for (size_t offset = 0; offset < size; offset += page) touch(block + offset);
    if (size) touch(block + size - 1);
}

static void step(uint32_t code, size_t size, void **slots) {
    void **slot = slots + (code & OPERAND_MASK);
    switch (code >> 30) {
    case OP_MALLOC: *slot = malloc(size); break;
    case OP_FREE: free(*slot); return;
    default: *slot = realloc(*slot, size);
    }
    if (*slot == NULL && size) fail("no memory for a block of %zu bytes", size);
    fill(*slot, size);
}

static void run_peak(const struct program *program, void **slots) {
    uint64_t base_bytes = resident_bytes(), at_peak_bytes = 0, max_bytes = 0;
    const uint32_t *word = program->words;
    uint64_t interval = program->operations / PEAK_SAMPLES + 1;
    for (uint64_t index = 0; index < program->operations; index++) {
        uint32_t code = *word++;
        step(code, code >> 30 == OP_FREE ? 0 : *word++, slots);
        if (index != program->peak_index && index % interval != 0) continue;
        uint64_t resident = resident_bytes(), held = resident > base_bytes ? resident - base_bytes : 0;
        if (index == program->peak_index) at_peak_bytes = held;
        if (held > max_bytes) max_bytes = held;
    }
    printf(",\"operations\":%llu,\"peakIndex\":%llu,\"peakLiveBytes\":%llu,\"heldAtPeakBytes\":%llu,\"heldMaxBytes\":%llu",
           (unsigned long long)program->operations, (unsigned long long)program->peak_index,
           (unsigned long long)program->peak_live_bytes, (unsigned long long)at_peak_bytes, (unsigned long long)max_bytes);
}

static long positive(const char *text) {
    char *end;
    long value = strtol(text, &end, 10);
    if (*end || value < 1 || value > 1000000000) fail("'%s' is not a number from 1 to 1000000000", text);
    return value;
}

// Each kind reads its own arguments, and prints its members behind those that all have.
static int run_kind(void (*kind)(int, char **), int count, char **arguments) {
    printf("{");
    print_allocator();
    kind(count, arguments);
    printf("}\n");
    return fflush(stdout) == 0 ? 0 : 2;
}

int main(int count, char **arguments) {
    static char output[1 << 16];
    setvbuf(stdout, output, _IOFBF, sizeof output);
    if (count == 4 && !strcmp(arguments[1], "memory")) {
        run_memory(arguments[2], arguments[3]);
        return fflush(stdout) == 0 ? 0 : 2;
    }
    if (count > 1 && !strcmp(arguments[1], "workload")) return run_kind(run_workload, count - 2, arguments + 2);
    if (count > 1 && !strcmp(arguments[1], "latency")) return run_kind(run_latency, count - 2, arguments + 2);
    const char *subject = count > 2 ? arguments[1] : "", *mode = count > 2 ? arguments[2] : "";
    int use_void = !strcmp(subject, "void"), rounds = !strcmp(mode, "rounds"), peak = !strcmp(mode, "peak");
    int pairs = !strcmp(mode, "pairs"), exchange = !strcmp(mode, "exchange");
    int wanted = rounds || pairs ? 5 : peak || exchange ? 4 : 0;
    if (count != wanted || (strcmp(subject, "malloc") && !(use_void && rounds)))
        fail("usage: replay malloc|void rounds TRACE N, malloc peak TRACE, malloc pairs N COUNT, malloc exchange SECONDS, memory NAME SCALE");
    printf("{");
    print_allocator();
    if (rounds || peak) {
        struct program program = load_program(arguments[3]);
        void **slots = map_zeroed(((size_t)program.slot_count + 1) * sizeof *slots);
        if (peak) run_peak(&program, slots);
        else run_rounds(&program, slots, (int)positive(arguments[4]), use_void);
    } else if (pairs) {
        run_pairs((int)positive(arguments[3]), positive(arguments[4]));
    } else {
        run_producer_consumer((double)positive(arguments[3]));
    }
    printf("}\n");
    return fflush(stdout) == 0 ? 0 : 2;
}
