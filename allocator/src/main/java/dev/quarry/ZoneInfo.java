// SPDX-License-Identifier: Apache-2.0
package dev.quarry;

import static dev.quarry.internal.buddy.SpanMap.PAGE_BYTES;

import dev.quarry.internal.slab.Watermarks;

/// What each zone has, one entry a line.
final class ZoneInfo {
    private ZoneInfo() {}

    static String text(AllocatorStats stats) {
        ViewText text = new ViewText();
        long nodes = stats.nodes().stream().filter(zone -> zone.node() >= 0).count();
        Watermarks marks = Watermarks.of(stats.limitBytes() / Math.max(1, nodes));
        for (NodeStats zone : stats.nodes()) {
            long freePages = freePages(zone);
            long committedPages = zone.committedBytes() / PAGE_BYTES;
            text.addZone(zone).endLine();
            text.add("  pages free     %d", freePages).endLine();
            text.add("        min      %d", marks.minBytes() / PAGE_BYTES).endLine();
            text.add("        low      %d", marks.lowBytes() / PAGE_BYTES).endLine();
            text.add("        high     %d", marks.highBytes() / PAGE_BYTES).endLine();
            text.add("        spanned  %d", zone.reservedBytes() / PAGE_BYTES).endLine();
            text.add("        present  %d", committedPages).endLine();
            text.add("        managed  %d", committedPages).endLine();
            addCounter(text, "nr_free_pages", freePages);
            addCounter(text, "nr_splits", zone.splits());
            addCounter(text, "nr_merges", zone.merges());
            addCounter(text, "numa_hit", zone.numaHit());
            addCounter(text, "numa_miss", zone.numaMiss());
            addCounter(text, "numa_foreign", zone.numaForeign());
            addCounter(text, "numa_interleave", zone.interleaveHit());
            addCounter(text, "numa_local", zone.localNode());
            addCounter(text, "numa_other", zone.otherNode());
        }
        return text.toString();
    }

    private static void addCounter(ViewText text, String name, long value) {
        text.add("      %-12s %d", name, value).endLine();
    }

    private static long freePages(NodeStats zone) {
        long pages = 0;
        for (int order = 0; order < zone.freeBlocksByOrder().size(); order++) {
            pages += (long) zone.freeBlocksByOrder().get(order) << order;
        }
        return pages;
    }
}
