// SPDX-License-Identifier: Apache-2.0
package dev.quarry;

import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// One snapshot for all attributes that a tool reads one by one, for a quarter of a second.
///
/// Thread-safe.
final class SharedStats {
    static final long MAX_AGE_NS = TimeUnit.MILLISECONDS.toNanos(250);

    private final OffHeapAllocator allocator;
    private @Nullable AllocatorStats last;
    private long takenNs;

    SharedStats(OffHeapAllocator allocator) {
        this.allocator = allocator;
    }

    /// @throws IllegalStateException if the allocator is closed and no snapshot is new enough
    synchronized AllocatorStats get() {
        long nowNs = allocator.space().os().nanoTime();
        AllocatorStats stats = last;
        if (stats == null || nowNs - takenNs >= MAX_AGE_NS) {
            stats = allocator.stats();
            last = stats;
            takenNs = nowNs;
        }
        return stats;
    }
}
