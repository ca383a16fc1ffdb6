// SPDX-License-Identifier: Apache-2.0
package dev.quarry.it.servers;

import dev.quarry.OffHeapAllocator;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/// All memory that an allocator has left, in blocks of 1 KiB and more, until they are freed. What others free meanwhile
/// is had by [#takeMoreUntil].
final class Hoard {
    private static final long LARGEST_BYTES = 1 << 20;
    private static final long SMALLEST_BYTES = 1 << 10;

    private static final long PAUSE_NS = TimeUnit.MILLISECONDS.toNanos(1);

    private final OffHeapAllocator allocator;
    private final List<Long> blocks = new ArrayList<>();

    Hoard(OffHeapAllocator allocator) {
        this.allocator = allocator;
        takeMore();
    }

    /// Takes what others free, until something is so that comes by itself.
    void takeMoreUntil(BooleanSupplier end) {
        while (!end.getAsBoolean()) {
            takeMore();
            LockSupport.parkNanos(PAUSE_NS);
        }
    }

    private void takeMore() {
        for (long byteSize = LARGEST_BYTES; byteSize >= SMALLEST_BYTES; byteSize >>= 1) {
            for (long address = allocator.tryMalloc(byteSize); address != 0; address = allocator.tryMalloc(byteSize)) {
                blocks.add(address);
            }
        }
    }

    void free() {
        blocks.forEach(allocator::free);
        blocks.clear();
    }
}
