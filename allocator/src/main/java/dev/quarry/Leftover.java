// SPDX-License-Identifier: Apache-2.0
package dev.quarry;

import java.lang.System.Logger.Level;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/// What is still live when an allocator is to be closed, in one line.
final class Leftover {
    private static final System.Logger LOGGER = System.getLogger("dev.quarry");
    private static final int SHOWN_CLASSES = 3;

    private Leftover() {}

    static void log(String path, AllocatorStats stats) {
        LOGGER.log(Level.WARNING, "the allocator \"" + path + "\" is closed with " + describe(stats));
    }

    /// @param stats of the allocator, with something live
    static String describe(AllocatorStats stats) {
        List<SizeClassStats> classes = stats.sizeClasses().stream()
                .filter(row -> row.liveBlocks() > 0)
                .sorted(Comparator.comparingLong((SizeClassStats row) -> row.liveBlocks() * row.slotBytes())
                        .reversed())
                .toList();
        long inSlabs = classes.stream().mapToLong(SizeClassStats::liveBlocks).sum();
        long inSpans = Math.max(0, stats.liveBlocks() - inSlabs);
        String shown = classes.stream()
                .limit(SHOWN_CLASSES)
                .map(row -> row.liveBlocks() + " of the class of " + row.slotBytes())
                .collect(Collectors.joining(", "));
        String rest = classes.size() > SHOWN_CLASSES ? ", ..." : "";
        String spans = inSpans == 0 ? "" : (shown.isEmpty() ? "" : ", ") + inSpans + " with a span of their own";
        return String.format(
                Locale.ROOT,
                "%d live block%s of %d bytes: %s%s%s",
                stats.liveBlocks(),
                stats.liveBlocks() == 1 ? "" : "s",
                stats.liveBytes() + stats.wasteBytes(),
                shown,
                rest,
                spans);
    }
}
