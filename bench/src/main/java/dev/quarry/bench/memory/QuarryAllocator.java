// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.memory;

import dev.quarry.AllocatorStats;
import dev.quarry.OffHeapAllocator;
import java.util.LinkedHashMap;
import java.util.Map;

/// Quarry, as a service calls it.
final class QuarryAllocator extends MeasuredAllocator {
    private final OffHeapAllocator allocator = OffHeapAllocator.system();

    @Override
    BlockTable newTable(int slotCount) {
        return new AddressTable(slotCount) {
            @Override
            long malloc(int byteSize) {
                return allocator.malloc(byteSize);
            }

            @Override
            void release(long address) {
                allocator.free(address);
            }

            @Override
            long usableSize(long address) {
                return allocator.usableSize(address);
            }
        };
    }

    @Override
    long committedBytes() {
        return allocator.stats().committedBytes();
    }

    @Override
    void trim() {
        allocator.trim();
    }

    @Override
    void verifyEmpty() {
        allocator.verify();
        long liveBlocks = allocator.stats().liveBlocks();
        if (liveBlocks != 0) {
            throw new IllegalStateException(liveBlocks + " blocks are live after all were freed");
        }
    }

    @Override
    Map<String, Object> ownFigures() {
        AllocatorStats stats = allocator.stats();
        Map<String, Object> figures = new LinkedHashMap<>();
        figures.put("residentBytesOfItsMappings", allocator.residentBytes());
        figures.put("committedBytes", stats.committedBytes());
        figures.put("liveAndWasteBytes", stats.liveBytes() + stats.wasteBytes());
        figures.put("slabFreeBytes", stats.slabFreeBytes());
        figures.put("lookasideBytes", stats.lookasideBytes());
        figures.put("spanDirtyBytes", stats.spanDirtyBytes());
        figures.put("spanCleanBytes", stats.spanCleanBytes());
        figures.put("metadataBytes", stats.metadataBytes());
        return figures;
    }
}
