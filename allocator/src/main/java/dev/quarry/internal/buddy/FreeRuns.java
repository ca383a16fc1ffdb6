// SPDX-License-Identifier: Apache-2.0
package dev.quarry.internal.buddy;

/// Where a run of pages could be: free blocks that lie side by side.
///
/// A run that need not be aligned starts at any multiple of an eighth of its size, so that runs of one size lie one
/// behind the other: between blocks of the next power of two there would be up to as much memory of no use to them.
/// From the size of an extent on it starts where an extent does.
///
/// Not thread-safe: used under its zone's lock. Changes nothing.
final class FreeRuns {
    /// log2 of the part of a run's size that its start is a multiple of.
    private static final int PART_SHIFT = 3;

    private final FreeMap committed;
    private final FreeMap uncommitted;

    FreeRuns(FreeMap committed, FreeMap uncommitted) {
        this.committed = committed;
        this.uncommitted = uncommitted;
    }

    /// {@return log2 of what a run's first page is a multiple of, and of the least block that it starts with}
    /// @param pages      its length
    /// @param alignOrder log2 of the alignment in pages that it needs; an aligned power of two is one block
    static int startOrder(long pages, int alignOrder) {
        int floor = Long.SIZE - 1 - Long.numberOfLeadingZeros(pages);
        if (alignOrder != 0 && 1L << floor == pages) {
            return Math.max(floor, alignOrder);
        }
        int part = Math.max(floor - PART_SHIFT, 0);
        return Math.max(floor < Extents.ORDER ? part : Math.max(part, Extents.ORDER), alignOrder);
    }

    /// {@return the free block of either kind that starts at a page, or [FreeMap#NOTHING]}
    /// @param page          where
    /// @param frontierPages how far the maps reach
    long blockAt(long page, long frontierPages) {
        if (page >= frontierPages) {
            return FreeMap.NOTHING;
        }
        long block = committed.at(page);
        return block != FreeMap.NOTHING ? block : uncommitted.at(page);
    }

    /// {@return where the free blocks end that lie side by side from a page on, or the end where that comes first}
    /// @param start           a page
    /// @param end             at most the frontier
    /// @param alsoUncommitted whether blocks without credit count
    long end(long start, long end, boolean alsoUncommitted) {
        long at = start;
        while (at < end) {
            long block = alsoUncommitted ? blockAt(at, end) : committed.at(at);
            if (block == FreeMap.NOTHING) {
                return at;
            }
            at += 1L << FreeMap.order(block);
        }
        return end;
    }

    /// {@return where the committed blocks begin that lie side by side just below the frontier, without those that
    /// would make them as long as a run; the frontier where there is none}
    /// @param frontier   the first page behind them
    /// @param pages      of the run
    /// @param startOrder of the run
    long tailStart(long frontier, long pages, int startOrder) {
        long start = frontier;
        long before = blockBefore(start, startOrder);
        while (before != FreeMap.NOTHING && frontier - before < pages) {
            start = before;
            before = blockBefore(start, startOrder);
        }
        return start;
    }

    private long blockBefore(long page, int leastOrder) {
        int most = page == 0 ? -1 : Math.min(Long.numberOfTrailingZeros(page), FreeMap.ORDERS - 1);
        for (int order = most; order >= leastOrder; order--) {
            if (committed.contains(page - (1L << order), order)) {
                return page - (1L << order);
            }
        }
        return FreeMap.NOTHING;
    }
}
