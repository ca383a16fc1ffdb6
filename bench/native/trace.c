// SPDX-License-Identifier: Apache-2.0
//
// Loads a trace (bench/traces/README.md has the format). The launcher unpacks and checks traces before they come here,
// so the checks below only keep this program from running wild when it is started by hand.

#include "harness.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

struct __attribute__((packed)) header {
    char magic[4];
    uint32_t version;
    uint32_t slots;
    uint64_t operations;
    uint32_t threads;
};

static const unsigned char *map_file(const char *path, size_t *bytes) {
    int file = open(path, O_RDONLY);
    struct stat status;
    if (file < 0 || fstat(file, &status) != 0) fail("%s: cannot be opened", path);
    *bytes = (size_t)status.st_size;
    if (*bytes < sizeof(struct header)) fail("%s: shorter than a trace's header of 24 bytes", path);
    void *content = mmap(NULL, *bytes, PROT_READ, MAP_PRIVATE, file, 0);
    if (content == MAP_FAILED) fail("%s: cannot be mapped", path);
    close(file);
    return content;
}

// Size of the block in each slot, plus one; 0 where there is none.
static uint64_t *sizes;

// Copies one operation, of `words` words, and follows what is live.
static void append(struct program *program, const uint32_t *source, size_t words, uint64_t *live_bytes) {
    uint32_t operation = source[0] >> 30, slot = source[0] & OPERAND_MASK;
    if (sizes[slot]) *live_bytes -= sizes[slot] - 1;
    sizes[slot] = operation == OP_FREE ? 0 : (uint64_t)source[1] + 1;
    if (sizes[slot]) *live_bytes += source[1];
    memcpy(program->words + program->word_count, source, words * sizeof *source);
    program->word_count += words;
    if (*live_bytes > program->peak_live_bytes) {
        program->peak_live_bytes = *live_bytes;
        program->peak_index = program->operations;
    }
    program->operations++;
}

struct program load_program(const char *path) {
    size_t bytes;
    const unsigned char *content = map_file(path, &bytes);
    struct header header;
    memcpy(&header, content, sizeof header);
    if (memcmp(header.magic, "QTRC", 4) != 0 || header.version != 1) fail("%s: not an unpacked trace of version 1", path);
    size_t source_words = (bytes - sizeof header) / 4;
    struct program program = {.slot_count = header.slots};
    program.words = map_zeroed((source_words + header.slots) * 4);
    size_t size_bytes = ((size_t)header.slots + 1) * sizeof *sizes;
    sizes = map_zeroed(size_bytes);
    uint64_t live_bytes = 0;
    for (size_t i = 0; i < source_words;) {
        uint32_t words[2];
        memcpy(words, content + sizeof header + i * 4, i + 1 < source_words ? 8 : 4);
        uint32_t operation = words[0] >> 30, slot = words[0] & OPERAND_MASK;
        size_t count = operation == OP_MALLOC || operation == OP_REALLOC ? 2 : 1;
        if (i + count > source_words) fail("%s: ends inside an operation", path);
        i += count;
        if (operation == OP_THREAD) continue;
        if (slot >= header.slots) fail("%s: word %zu names slot %u of %u", path, i - count, slot, header.slots);
        if (!sizes[slot] != (operation == OP_MALLOC)) fail("%s: word %zu does not fit slot %u", path, i - count, slot);
        append(&program, words, count, &live_bytes);
    }
    for (uint32_t slot = 0; slot < header.slots; slot++) {
        uint32_t word = (uint32_t)OP_FREE << 30 | slot;
        if (sizes[slot]) append(&program, &word, 1, &live_bytes);
    }
    munmap(sizes, size_bytes);
    munmap((void *)content, bytes);
    return program;
}
