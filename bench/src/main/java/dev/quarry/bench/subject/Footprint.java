// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.subject;

import dev.quarry.AllocatorStats;
import dev.quarry.OffHeapAllocator;
import java.util.LinkedHashMap;
import java.util.Map;

/// How much memory a subject holds.
public final class Footprint {
    /// The figure that is compared.
    public static final String HELD = "heldBytes";

    private Footprint() {}

    /// What the kernel says of Quarry's memory, metadata included, as it is asked about the natives; and Quarry's own
    /// accounting beside it.
    static Map<String, Long> ofQuarry() {
        AllocatorStats stats = OffHeapAllocator.system().stats();
        Map<String, Long> figures = new LinkedHashMap<>();
        figures.put(HELD, OffHeapAllocator.system().residentBytes());
        figures.put("accountedHeldBytes", stats.heldBytes());
        figures.put("committedBytes", stats.committedBytes());
        figures.put("spanCleanBytes", stats.spanCleanBytes());
        figures.put("spanDirtyBytes", stats.spanDirtyBytes());
        figures.put("slabFreeBytes", stats.slabFreeBytes());
        figures.put("lookasideBytes", stats.lookasideBytes());
        figures.put("liveAndWasteBytes", stats.liveBytes() + stats.wasteBytes());
        figures.put("metadataBytes", stats.metadataBytes());
        return figures;
    }

    static Map<String, Long> ofBytes(long bytes) {
        return Map.of(HELD, bytes);
    }
}
