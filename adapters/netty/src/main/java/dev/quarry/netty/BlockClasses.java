// SPDX-License-Identifier: Apache-2.0
package dev.quarry.netty;

import dev.quarry.OffHeapAllocator;
import java.util.Arrays;

/// The sizes in which blocks are kept with their buffers: of the allocator's own classes four to each doubling, and
/// the one that a TLS record in its frame falls into, without which the records would take a fifth more.
///
/// The allocator has eight to a doubling. Half as many lose more in each block, but what is kept of a class serves
/// twice as many sizes: less waits unused for its size to come again, and that was more (docs/adr/0007).
///
/// Immutable.
final class BlockClasses {
    /// Largest block that is kept.
    static final int MAX_BYTES = 64 << 10;

    /// More than there are classes: what is looked up by class has so many places.
    static final int CAPACITY = 128;

    /// In place of a class: a block that is never kept.
    static final int NONE = CAPACITY - 1;

    /// A TLS record of 16 KiB in its frame.
    static final int TLS_RECORD_BYTES = 16_639;

    private static final int STEPS_SHIFT = 2;
    private static final int GRANULE_SHIFT = 4;

    /// By granules up to the largest. One table and no question how large, which random sizes would answer at random.
    private final byte[] lookup = new byte[(MAX_BYTES >> GRANULE_SHIFT) + 1];

    private final int[] bytes;

    BlockClasses(OffHeapAllocator memory) {
        bytes = sizes(memory);
        int blockClass = 0;
        for (int index = 0; index < lookup.length; index++) {
            while (bytes[blockClass] < index << GRANULE_SHIFT) {
                blockClass++;
            }
            lookup[index] = (byte) blockClass;
        }
    }

    private static int[] sizes(OffHeapAllocator memory) {
        long tlsRecordBytes = memory.goodSize(TLS_RECORD_BYTES);
        int[] sizes = new int[CAPACITY];
        int count = 0;
        for (long size = memory.goodSize(0); size <= MAX_BYTES; size = memory.goodSize(size + 1)) {
            if (isStep((int) size) || size == tlsRecordBytes) {
                sizes[count++] = (int) size;
            }
        }
        return Arrays.copyOf(sizes, count);
    }

    /// {@return whether a size is one of the four steps to the next power of two}
    private static boolean isStep(int size) {
        int stepBytes = Integer.highestOneBit(size) >>> STEPS_SHIFT;
        return (size & stepBytes - 1) == 0;
    }

    /// {@return the class of the smallest block that has so many bytes, or [#NONE]}
    int of(int byteSize) {
        final int index = byteSize + (1 << GRANULE_SHIFT) - 1 >>> GRANULE_SHIFT;
        return Integer.compareUnsigned(index, lookup.length) < 0 ? lookup[index] : NONE;
    }

    /// {@return the class of a block, or [#NONE]}
    int ofBlock(long usableBytes) {
        int blockClass = usableBytes <= MAX_BYTES ? of((int) usableBytes) : NONE;
        return blockClass != NONE && bytes[blockClass] == usableBytes ? blockClass : NONE;
    }

    int count() {
        return bytes.length;
    }

    /// {@return the bytes of the blocks of a class}
    /// @param blockClass not [#NONE]
    int bytes(int blockClass) {
        return bytes[blockClass];
    }
}
