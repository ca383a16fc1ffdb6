// SPDX-License-Identifier: Apache-2.0
package dev.quarry.internal.slab;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.quarry.internal.buddy.Extents;
import dev.quarry.internal.buddy.PageAllocator;
import dev.quarry.internal.region.SimulatedRegions;
import dev.quarry.numa.OsCall;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// The decay where huge OS pages are wanted.
class ReclaimExtentsTest {
    private static final long DELAY_NS = 3_200;
    private static final long EPOCH_NS = DELAY_NS / Reclaim.EPOCHS;
    private static final long REGION_BYTES = 32 << 20;

    private final SimulatedRegions machine = new SimulatedRegions(SimulatedRegions.NO_LIMIT);
    private final PageAllocator pages = new PageAllocator(
            machine.region(REGION_BYTES),
            machine.table(1 << 17),
            machine.table(4096),
            machine.table(1 << 13),
            covered -> true,
            1 << 16);
    private final Reclaim reclaim = new Reclaim(pages);
    private long nowNs;

    @BeforeEach
    void keepExtents() {
        pages.keep(new Extents(pages));
    }

    @AfterEach
    void releaseMachine() {
        pages.verify();
        machine.close();
    }

    private void makeDirty(long pageCount) {
        pages.free(pages.allocate(pageCount, 0), pageCount, pageCount);
    }

    private void epochs(int count) {
        for (int epoch = 0; epoch < count; epoch++) {
            nowNs += EPOCH_NS;
            ReclaimTest.decay(reclaim, nowNs, DELAY_NS);
        }
    }

    @Test
    void shouldPurgeExtentAfterExtent() {
        makeDirty(8 * Extents.PAGES);
        ReclaimTest.decay(reclaim, nowNs, DELAY_NS);
        for (int epoch = 0; epoch < Reclaim.EPOCHS; epoch++) {
            epochs(1);
            assertEquals(0, pages.dirtyFreeBytes() % Extents.BYTES, "after epoch " + epoch);
        }
        assertEquals(0, pages.dirtyFreeBytes());
        assertEquals(8, machine.os().calls(OsCall.PURGE));
    }

    @Test
    void shouldLeaveSmallerBlocksAndNotTryAgainAndAgain() {
        long first = pages.allocate(4 * Extents.PAGES, 0);
        long kept = first + 4 * Extents.PAGES - 1;
        pages.free(first, kept - first, kept - first);
        long dirtyBytes = pages.dirtyFreeBytes();
        epochs(10 * Reclaim.EPOCHS);

        // What is left of the extent in which a page is in use.
        assertEquals(Extents.BYTES - 4096, pages.dirtyFreeBytes());
        long calls = machine.os().calls(OsCall.PURGE);
        epochs(10 * Reclaim.EPOCHS);
        assertEquals(calls, machine.os().calls(OsCall.PURGE));
        assertEquals(dirtyBytes - pages.dirtyFreeBytes(), pages.purgedBytes());

        pages.free(kept, 1, 1);
        epochs(2 * Reclaim.EPOCHS);
        assertEquals(0, pages.dirtyFreeBytes(), "it decays when it is whole");
    }

    @Test
    void shouldNotTakeAFreshExtentForWhatSmallerBlocksKeep() {
        long first = pages.allocate(4 * Extents.PAGES, 0);
        for (long page = first; page < first + 4 * Extents.PAGES; page += Extents.PAGES) {
            pages.free(page, Extents.PAGES - 1, Extents.PAGES - 1);
        }
        epochs(2 * Reclaim.EPOCHS);
        long dirtyBytes = pages.dirtyFreeBytes();
        pages.free(first + Extents.PAGES - 1, 1, 1);
        epochs(2);

        assertEquals(dirtyBytes + 4096, pages.dirtyFreeBytes());
        for (long page = first + Extents.PAGES; page < first + 4 * Extents.PAGES; page += Extents.PAGES) {
            pages.free(page + Extents.PAGES - 1, 1, 1);
        }
    }

    @Test
    void shouldGiveAnExtentItsDelayFromWhenItIsWhole() {
        long first = pages.allocate(Extents.PAGES / 2, 0);
        long second = pages.allocate(Extents.PAGES / 2, 0);
        pages.free(first, Extents.PAGES / 2, Extents.PAGES / 2);
        epochs(Reclaim.EPOCHS);
        pages.free(second, Extents.PAGES / 2, Extents.PAGES / 2);
        epochs(Reclaim.EPOCHS / 2);
        assertEquals(Extents.BYTES, pages.dirtyFreeBytes());

        epochs(Reclaim.EPOCHS);
        assertEquals(0, pages.dirtyFreeBytes());
    }

    @Test
    void shouldPurgeEverythingWithoutADelay() {
        makeDirty(10);

        assertEquals(10 << 12, ReclaimTest.decay(reclaim, nowNs, 0));
    }

    @Test
    void shouldGiveBackSmallerBlocksToo() {
        makeDirty(10);

        assertEquals(10, pages.purge(Long.MAX_VALUE));
    }
}
