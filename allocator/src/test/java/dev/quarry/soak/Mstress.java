// SPDX-License-Identifier: Apache-2.0
package dev.quarry.soak;

import dev.quarry.OffHeapAllocator;
import dev.quarry.numa.RawMemory;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLongArray;

/// One thread's work in a round of mstress, as mimalloc-bench has it: mixed sizes, blocks that are retained to the end,
/// blocks that are freed at random, and blocks exchanged with other threads over shared slots. Every word of a block is
/// written, and checked at its free.
final class Mstress {
    private static final int SCALE = 50;
    private static final long KEY = 0xbf58476d1ce4e5b9L;

    private final OffHeapAllocator allocator;
    private final AtomicLongArray transfer;
    private final SplittableRandom random;

    Mstress(OffHeapAllocator allocator, AtomicLongArray transfer, SplittableRandom random) {
        this.allocator = allocator;
        this.transfer = transfer;
        this.random = random;
    }

    /// @param thread number of the thread in its round: later ones do more
    void run(int thread) {
        int allocations = 100 * SCALE * (thread % 8 + 1);
        long[] data = new long[allocations];
        long[] retained = new long[allocations / 2];
        int dataCount = 0;
        int retainedCount = 0;
        while (dataCount < data.length || retainedCount < retained.length) {
            if (retainedCount == retained.length || dataCount < data.length && hasChance(50)) {
                data[dataCount++] = allocate(1L << random.nextInt(5));
            } else {
                retained[retainedCount++] = allocate(1L << random.nextInt(7));
            }
            if (dataCount > 0 && hasChance(66)) {
                int index = random.nextInt(dataCount);
                free(data[index]);
                data[index] = 0;
            }
            if (dataCount > 0 && hasChance(25)) {
                int index = random.nextInt(dataCount);
                data[index] = transfer.getAndSet(random.nextInt(transfer.length()), data[index]);
            }
        }
        freeAll(retained);
        freeAll(data);
    }

    /// Frees about half of what lies in the shared slots, or all of it.
    void drain(boolean all) {
        for (int index = 0; index < transfer.length(); index++) {
            if (all || hasChance(50)) {
                free(transfer.getAndSet(index, 0));
            }
        }
    }

    private boolean hasChance(int percent) {
        return random.nextInt(100) <= percent;
    }

    /// One block in fifty is a hundred times as large, a few are ten thousand times.
    private long allocate(long smallWords) {
        long words = smallWords;
        if (hasChance(1)) {
            words *= hasChance(1) ? 10_000 : hasChance(10) ? 1_000 : 100;
        }
        long address = allocator.malloc(words * Long.BYTES);
        for (long word = 0; word < words; word++) {
            RawMemory.putLong(address + word * Long.BYTES, words - word ^ KEY);
        }
        return address;
    }

    private void freeAll(long[] addresses) {
        for (long address : addresses) {
            free(address);
        }
    }

    private void free(long address) {
        if (address == 0) {
            return;
        }
        long words = RawMemory.getLong(address) ^ KEY;
        for (long word = 0; word < words; word++) {
            if (RawMemory.getLong(address + word * Long.BYTES) != (words - word ^ KEY)) {
                throw new AssertionError("word " + word + " of a block of " + words + " words was overwritten");
            }
        }
        allocator.free(address);
    }
}
