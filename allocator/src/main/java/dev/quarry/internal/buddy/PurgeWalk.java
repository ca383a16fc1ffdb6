// SPDX-License-Identifier: Apache-2.0
package dev.quarry.internal.buddy;

/// Where a purge is that is done in pieces: which blocks it looks at, and below which page.
///
/// Between two pieces the zone's lock is free, and blocks may be taken, split, freed and merged. So the walk goes by
/// address, downwards, whatever the blocks are just then: it ends, and misses nothing that stays free. First it looks
/// at those of at least a piece, for which a system call is worth most, then at smaller ones.
///
/// Not thread-safe: used under the zone's lock.
public final class PurgeWalk {
    /// log2 of [PageAllocator#PIECE_PAGES].
    static final int PIECE_ORDER = Long.numberOfTrailingZeros(PageAllocator.PIECE_PAGES);

    private static final int NO_ORDER = -1;

    private int leastOrder = NO_ORDER;
    private int mostOrder = NO_ORDER;
    private boolean goesOnWithSmaller;
    private long topPage;

    /// What lies from here on is done.
    long endPage;

    /// Begins at the highest page.
    /// @param frontierPages all pages that there are
    public void start(long frontierPages) {
        start(frontierPages, PIECE_ORDER);
        goesOnWithSmaller = true;
    }

    /// The same, for whole extents alone.
    /// @param frontierPages all pages that there are
    public void startWithExtents(long frontierPages) {
        start(frontierPages, Extents.ORDER);
        goesOnWithSmaller = false;
    }

    private void start(long frontierPages, int least) {
        leastOrder = least;
        mostOrder = BuddyAllocator.orders() - 1;
        topPage = frontierPages;
        endPage = frontierPages;
    }

    boolean isAtEnd() {
        return leastOrder == NO_ORDER;
    }

    /// The least order of the blocks that it looks at now.
    int leastOrder() {
        return leastOrder;
    }

    /// The greatest one.
    int mostOrder() {
        return mostOrder;
    }

    /// There are no more such blocks.
    void pass() {
        mostOrder = leastOrder - 1;
        leastOrder = goesOnWithSmaller ? 0 : NO_ORDER;
        goesOnWithSmaller = false;
        endPage = topPage;
    }
}
