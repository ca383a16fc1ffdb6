// SPDX-License-Identifier: Apache-2.0
package dev.quarry.netty;

import java.util.ArrayList;
import java.util.List;

/// The depots of one allocator: one for the objects of direct buffers, one for each class of arrays.
///
/// Thread-safe.
final class BufferDepots {
    private static final int BLOCKS_A_MAGAZINE = 64;
    private static final int BLOCK_MAGAZINES = 256;

    private static final int ARRAYS_A_MAGAZINE = 32;
    private static final int ARRAY_MAGAZINES = 64;
    private static final int ARRAY_MAGAZINE_BYTES = 32 << 10;
    private static final int LARGE_CLASS_BYTES = 8 << 20;

    /// The part of the heap that pooled arrays may take beside those in the threads' own caches.
    private static final int HEAP_PART = 16;

    private final Depot.Budget arrayBudget =
            new Depot.Budget(Runtime.getRuntime().maxMemory() / HEAP_PART);
    private final Depot<BlockByteBuf> blocks = new Depot<>(BLOCKS_A_MAGAZINE, BLOCK_MAGAZINES, 0, new Depot.Budget(0));
    private final List<Depot<ArrayByteBuf>> arrays = new ArrayList<>(ArrayClasses.COUNT);

    BufferDepots() {
        for (int arrayClass = 0; arrayClass < ArrayClasses.COUNT; arrayClass++) {
            int bytes = ArrayClasses.bytes(arrayClass);
            int items = arrayClass < ArrayClasses.THREAD_COUNT
                    ? Math.clamp(ARRAY_MAGAZINE_BYTES / bytes, 1, ARRAYS_A_MAGAZINE)
                    : 1;
            int magazines = Math.clamp(LARGE_CLASS_BYTES / (bytes * items), 2, ARRAY_MAGAZINES);
            arrays.add(new Depot<>(items, magazines, bytes, arrayBudget));
        }
    }

    Depot<BlockByteBuf> blocks() {
        return blocks;
    }

    Depot<ArrayByteBuf> arrays(int arrayClass) {
        return arrays.get(arrayClass);
    }

    /// {@return bytes of the arrays kept}
    long arrayBytes() {
        return arrayBudget.keptBytes();
    }

    /// Leaves all that is kept to the garbage collector.
    void clear() {
        blocks.clear();
        for (Depot<ArrayByteBuf> depot : arrays) {
            depot.clear();
        }
    }
}
