// SPDX-License-Identifier: Apache-2.0
package dev.quarry;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.quarry.internal.slab.SizeClasses;
import java.util.Arrays;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Slabs that are nearly empty are filled up again before anything new is taken: the very slots that were freed are
/// handed out, one slab after the other. They come in the order in which the slabs got their first free slot, behind
/// the slab in use, and not in that of addresses.
class PackingTest {
    private static final int SLABS = 8;

    /// The survivor of each slab is at another place than that of the one before.
    private static final int SURVIVOR_STEP = 37;

    private final OffHeapAllocator allocator =
            OffHeapAllocator.create(AllocatorConfig.builder().name("packing").build());

    @ParameterizedTest
    @ValueSource(longs = {16, 64, 144, 1024, 4096, 16896, 32768})
    void shouldFillNearlyEmptySlabsBeforeItTakesMemory(long byteSize) {
        int sizeClass = SizeClasses.of(byteSize);
        int capacity = SizeClasses.capacity(sizeClass);
        long[] blocks = new long[SLABS * capacity];
        for (int i = 0; i < blocks.length; i++) {
            blocks[i] = allocator.malloc(byteSize);
        }
        long committedBytes = allocator.stats().committedBytes();
        long[] freed = new long[SLABS * (capacity - 1)];
        int freedCount = 0;
        for (int i = 0; i < blocks.length; i++) {
            if (i % capacity != i / capacity * SURVIVOR_STEP % capacity) {
                freed[freedCount++] = blocks[i];
                allocator.free(blocks[i]);
            }
        }
        long[] refill = new long[freedCount];
        int changesOfSlab = 0;
        for (int i = 0; i < freedCount; i++) {
            refill[i] = allocator.malloc(byteSize);
            changesOfSlab += i > 0 && slab(sizeClass, refill[i]) != slab(sizeClass, refill[i - 1]) ? 1 : 0;
        }
        assertEquals(SLABS - 1, changesOfSlab, "each slab is filled before the next");
        assertEquals(committedBytes, allocator.stats().committedBytes());
        Arrays.sort(freed);
        Arrays.sort(refill);
        assertArrayEquals(freed, refill);
        allocator.verify();
        allocator.close();
    }

    /// {@return the same for all addresses of a slab} Slabs start at a multiple of their size.
    private static long slab(int sizeClass, long address) {
        return address / SizeClasses.slabBytes(sizeClass);
    }
}
