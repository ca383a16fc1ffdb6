// SPDX-License-Identifier: Apache-2.0
package dev.quarry;

import java.util.ArrayDeque;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;

/// A thread's work at the limit.
final class Churn {
    private Churn() {}

    /// Takes until refused, then gives a part back and takes again; frees all in the end.
    /// @param mostBytes  a block's size is below it
    /// @param operations how often it takes
    /// @param refusals   counts
    static void run(OffHeapAllocator allocator, long seed, int mostBytes, int operations, AtomicInteger refusals) {
        SplittableRandom random = new SplittableRandom(seed);
        ArrayDeque<Long> blocks = new ArrayDeque<>();
        for (int operation = 0; operation < operations; operation++) {
            long address = allocator.tryMalloc(random.nextInt(mostBytes));
            if (address != 0) {
                blocks.add(address);
            } else {
                refusals.incrementAndGet();
                for (int index = blocks.size() / 2; index > 0; index--) {
                    allocator.free(blocks.remove());
                }
            }
        }
        blocks.forEach(allocator::free);
    }
}
