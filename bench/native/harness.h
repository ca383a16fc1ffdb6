// SPDX-License-Identifier: Apache-2.0
//
// What the parts of the native reference harness share. The harness itself never calls malloc: all that it needs comes
// from mmap, so that the allocator under test (the C library's, or the one in LD_PRELOAD) sees the workload's calls only.

#ifndef QUARRY_BENCH_HARNESS_H
#define QUARRY_BENCH_HARNESS_H

#include <stddef.h>
#include <stdint.h>

// A trace, ready to be run: thread switches taken out, and a free appended for each block still live at its end.
struct program {
    uint32_t *words;
    size_t word_count;
    uint32_t slot_count;
    uint64_t operations;      // frees at the end included
    uint64_t peak_index;      // index of the operation after which most requested bytes are live
    uint64_t peak_live_bytes; // and how many
};

enum { OP_MALLOC = 0, OP_FREE = 1, OP_REALLOC = 2, OP_THREAD = 3 };
#define OPERAND_MASK 0x3fffffffu

// trace.c: reads a trace without its gzip wrapper; ends the program with a sentence when it is not one.
struct program load_program(const char *path);

// system.c
_Noreturn void fail(const char *format, ...) __attribute__((format(printf, 1, 2)));
void *map_zeroed(size_t bytes);
uint64_t now_ns(void);
uint64_t resident_bytes(void);
uint64_t anonymous_bytes(void); // the part of it that is no file's
size_t os_page_bytes(void);
void print_allocator(void); // the JSON members "library" and "version" of the malloc that is in place

// micro.c: each prints its JSON members.
void run_pairs(int rounds, long pairs_per_round);
void run_producer_consumer(double seconds);

// memory.c: runs a memory case and prints the whole object.
void run_memory(const char *name, const char *scale);
// workload.c: NAME tiny|quick|full [THREADS]; prints its JSON members.
void run_workload(int count, char **arguments);

// latency.c: NAME SCALE; prints its JSON members.
void run_latency(int count, char **arguments);

// Keeps the compiler from pairing a malloc with its free, or from dropping the store to a block.
static inline void touch(void *block) { *(volatile unsigned char *)block = 1; }

#endif
