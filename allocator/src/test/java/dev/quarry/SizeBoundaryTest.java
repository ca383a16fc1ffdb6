// SPDX-License-Identifier: Apache-2.0
package dev.quarry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quarry.internal.buddy.SpanMap;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.function.LongUnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Sizes and alignments at every edge of the arithmetic: served, or refused by the right exception, never wrapped
/// round.
class SizeBoundaryTest {
    private static final long LIMIT_BYTES = 64L << 20;

    private final OffHeapAllocator allocator = OffHeapAllocator.create(AllocatorConfig.builder()
            .limit(LIMIT_BYTES)
            .reserve("4g")
            .maintenance(MaintenanceMode.EXTERNAL)
            .build());

    @AfterEach
    void shouldBeUntouchedAtTheEnd() {
        allocator.trim();
        assertEquals(0, allocator.verifyAndCountLost());
        assertEquals(0, allocator.stats().liveBlocks());
        allocator.close();
    }

    /// All powers of two and their neighbours, and the ends of the range.
    private static TreeSet<Long> sizes() {
        TreeSet<Long> sizes = new TreeSet<>();
        for (int shift = 0; shift < Long.SIZE; shift++) {
            for (int near = -1; near <= 1; near++) {
                sizes.add((1L << shift) + near);
            }
        }
        for (long below = 0; below < 64; below++) {
            sizes.add(Long.MAX_VALUE - below);
            sizes.add(Long.MIN_VALUE + below);
        }
        return sizes;
    }

    private void requireServedOrRefused(String name, long size, LongUnaryOperator allocate) {
        String what = name + " of " + size;
        if (size < 0) {
            assertThrows(IllegalArgumentException.class, () -> allocate.applyAsLong(size), what);
        } else if (size > LIMIT_BYTES) {
            assertThrows(OutOfOffHeapMemoryError.class, () -> allocate.applyAsLong(size), what);
        } else if (size < LIMIT_BYTES / 2) {
            long address = allocate.applyAsLong(size);
            assertTrue(allocator.usableSize(address) >= size, what);
            allocator.free(address);
            allocator.trim();
        }
    }

    @Test
    void shouldServeOrRefuseEverySize() {
        LocalArena local = allocator.localArena();
        for (long size : sizes()) {
            requireServedOrRefused("malloc", size, allocator::malloc);
            requireServedOrRefused("calloc", size, bytes -> allocator.calloc(1, bytes));
            requireServedOrRefused("alignedAlloc", size, bytes -> allocator.alignedAlloc(4096, bytes));
            requireServedOrRefused("realloc of nothing", size, bytes -> allocator.realloc(0, bytes));
            requireServedOrRefused("realloc", size, this::reallocated);
            requireServedOrRefused("local malloc", size, local::malloc);
            requireServedOrRefused("local realloc", size, bytes -> local.realloc(0, bytes));
            requireServedOrRefused(
                    "allocate", size, bytes -> allocator.allocate(bytes, 64).address());
        }
    }

    /// Frees its block again where the change is refused.
    private long reallocated(long size) {
        long old = allocator.malloc(100);
        try {
            return allocator.realloc(old, size);
        } catch (IllegalArgumentException | OutOfOffHeapMemoryError refused) {
            assertTrue(allocator.owns(old));
            allocator.free(old);
            throw refused;
        }
    }

    @Test
    void shouldRefuseEveryProductThatOverflows() {
        for (long count : sizes()) {
            for (long each : new long[] {2, 3, 1 << 20, Integer.MAX_VALUE, 1L << 33, Long.MAX_VALUE}) {
                boolean overflows = count > 0 && count > Long.MAX_VALUE / each;
                if (count < 0 || overflows) {
                    assertThrows(
                            IllegalArgumentException.class,
                            () -> allocator.calloc(count, each),
                            count + " elements of " + each);
                }
            }
        }
    }

    @Test
    void shouldRefuseEveryAlignmentThatIsNone() {
        for (long alignment : sizes()) {
            if (alignment <= 0 || Long.bitCount(alignment) != 1 || alignment > 1 << 30) {
                assertThrows(
                        IllegalArgumentException.class,
                        () -> allocator.alignedAlloc(alignment, 16),
                        "alignment " + alignment);
            }
        }
    }

    /// What lies before an aligned block is address space and not memory: the block costs at most twice its pages.
    @Test
    void shouldNotPayForAlignment() {
        for (int shift = 17; shift <= 30; shift++) {
            for (long size : new long[] {1, 100_000, 5 << 20}) {
                long address = allocator.alignedAlloc(1L << shift, size);
                String what = "alignment 2^" + shift + " of " + size;
                assertEquals(0, address & (1L << shift) - 1, what);
                allocator.trim();
                AllocatorStats stats = allocator.stats();
                long pageBytes = size + SpanMap.PAGE_BYTES - 1 & -SpanMap.PAGE_BYTES;
                assertTrue(stats.committedBytes() - stats.metadataBytes() <= 2 * pageBytes, what + ": " + stats);
                allocator.free(address);
            }
        }
    }

    @Test
    void shouldGiveEachEmptyBlockAnAddressOfItsOwn() {
        List<Long> blocks = new ArrayList<>();
        for (int index = 0; index < 1_000; index++) {
            blocks.add(allocator.malloc(0));
        }
        assertEquals(blocks.size(), new TreeSet<>(blocks).size());
        assertNotEquals(0, blocks.get(0));
        blocks.forEach(allocator::free);
    }
}
