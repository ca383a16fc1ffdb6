// SPDX-License-Identifier: Apache-2.0
package dev.quarry.netty;

import dev.quarry.AllocatorStats;
import dev.quarry.OffHeapAllocator;
import io.netty.buffer.ByteBufAllocatorMetric;

/// What a [QuarryByteBufAllocator] uses and keeps. Exact while nothing is allocated or released.
///
/// Direct memory is that of the whole [OffHeapAllocator]: what else allocates from it is counted too. Its own
/// statistics say more.
///
/// Each call for direct memory walks the allocator: for a scrape, not for each request.
public final class QuarryByteBufAllocatorMetric implements ByteBufAllocatorMetric {
    private final OffHeapAllocator memory;
    private final BufferCaches caches;

    QuarryByteBufAllocatorMetric(OffHeapAllocator memory, BufferCaches caches) {
        this.memory = memory;
        this.caches = caches;
    }

    /// {@return bytes of the arrays of heap buffers that are not released}
    @Override
    public long usedHeapMemory() {
        return caches.usedArrayBytes();
    }

    /// {@return bytes of the blocks that are not freed, with what rounding adds to each}
    @Override
    public long usedDirectMemory() {
        AllocatorStats stats = memory.stats();
        return stats.liveBytes() + stats.wasteBytes();
    }

    /// {@return bytes of arrays that wait for the next heap buffer}
    public long pooledHeapMemory() {
        return caches.pooledArrayBytes();
    }

    /// {@return bytes of direct memory taken from the system: used, kept for reuse, and metadata}
    public long committedDirectMemory() {
        return memory.stats().committedBytes();
    }

    @Override
    public String toString() {
        return "QuarryByteBufAllocatorMetric(usedHeapMemory: " + usedHeapMemory() + "; usedDirectMemory: "
                + usedDirectMemory() + "; pooledHeapMemory: " + pooledHeapMemory() + "; committedDirectMemory: "
                + committedDirectMemory() + ')';
    }
}
