// SPDX-License-Identifier: Apache-2.0
package dev.quarry;

import static dev.quarry.internal.buddy.SpanMap.PAGE_BYTES;

/// The size classes that have been used, one line each.
final class SlabInfo {
    private SlabInfo() {}

    static String text(AllocatorStats stats) {
        ViewText text = new ViewText();
        text.add("slabinfo - version: 2.1").endLine();
        text.add("# name            <active_objs> <num_objs> <objsize> <objperslab> <pagesperslab>")
                .add(" : tunables <limit> <batchcount> <sharedfactor>")
                .add(" : slabdata <active_slabs> <num_slabs> <sharedavail>")
                .endLine();
        for (SizeClassStats row : stats.sizeClasses()) {
            if (row.mallocs() != 0) {
                text.add(
                                "%-17s %6d %6d %6d %4d %4d",
                                "malloc-" + row.slotBytes(),
                                row.liveBlocks(),
                                row.slabs() * row.slotsPerSlab(),
                                row.slotBytes(),
                                row.slotsPerSlab(),
                                row.slabBytes() / PAGE_BYTES)
                        .add(" : tunables %4d %4d %4d", row.lookasideDepth(), 0, 0)
                        .add(" : slabdata %6d %6d %6d", activeSlabs(row), row.slabs(), 0)
                        .endLine();
            }
        }
        return text.toString();
    }

    /// Slabs with a live slot, or an unfinished free.
    private static long activeSlabs(SizeClassStats row) {
        return row.slabs() - row.lookasideSlots() / row.slotsPerSlab();
    }
}
