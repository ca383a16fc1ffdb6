// SPDX-License-Identifier: Apache-2.0
package dev.quarry.internal.slab;

import static dev.quarry.internal.buddy.SpanMap.PAGE_SHIFT;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.quarry.internal.buddy.PageAllocator;
import dev.quarry.internal.region.SimulatedRegions;
import dev.quarry.numa.Errno;
import dev.quarry.numa.OsCall;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ReclaimTest {
    private static final long DELAY_NS = 3_200;
    private static final long EPOCH_NS = DELAY_NS / Reclaim.EPOCHS;
    private static final long REGION_BYTES = 16 << 20;
    private static final long RUN_PAGES = 64;
    private static final long RUN_BYTES = RUN_PAGES << PAGE_SHIFT;

    private final SimulatedRegions machine = new SimulatedRegions(SimulatedRegions.NO_LIMIT);
    private final PageAllocator pages = new PageAllocator(
            machine.region(REGION_BYTES),
            machine.table(1 << 16),
            machine.table(4096),
            machine.table(4096),
            covered -> true,
            1 << 16);
    private final Reclaim reclaim = new Reclaim(pages);

    @AfterEach
    void releaseMachine() {
        machine.close();
    }

    /// Each run's buddy stays allocated, so that runs do not merge: a purge takes whole blocks.
    private void makeDirty(int runs) {
        long[] taken = new long[runs];
        for (int run = 0; run < runs; run++) {
            taken[run] = pages.allocate(RUN_PAGES, 0);
            pages.allocate(RUN_PAGES, 0);
        }
        for (long page : taken) {
            pages.free(page, RUN_PAGES, RUN_PAGES);
        }
    }

    private long decay(long nowNs, long delayNs) {
        return decay(reclaim, nowNs, delayNs);
    }

    /// {@return the bytes given back}
    static long decay(Reclaim reclaim, long nowNs, long delayNs) {
        reclaim.look(nowNs, delayNs);
        long purgedPages = 0;
        long piecePages;
        do {
            piecePages = reclaim.purgePiece();
            purgedPages += piecePages;
        } while (piecePages != 0);
        return purgedPages << PAGE_SHIFT;
    }

    @Test
    void shouldPurgeSlowlyThenFastThenSlowly() {
        makeDirty(20);
        decay(5, DELAY_NS);
        long[] left = new long[5];
        for (int quarter = 1; quarter <= 4; quarter++) {
            decay(5 + quarter * DELAY_NS / 4, DELAY_NS);
            left[quarter] = pages.dirtyFreeBytes() / RUN_BYTES;
        }
        // The smootherstep of 3/4, 1/2 and 1/4, in runs, of which only whole ones go.
        assertEquals(20 * 0.9, left[1], 2);
        assertEquals(20 * 0.5, left[2], 2);
        assertEquals(20 * 0.1, left[3], 2);
        assertEquals(0, left[4]);
    }

    @Test
    void shouldPurgeNothingOfWhatIsNeededAgainAndAgain() {
        makeDirty(3);
        decay(0, DELAY_NS);
        long purges = machine.os().calls(OsCall.PURGE);
        for (int tick = 1; tick < 100; tick++) {
            long taken = pages.allocate(RUN_PAGES, 0);
            long second = pages.allocate(RUN_PAGES, 0);
            long third = pages.allocate(RUN_PAGES, 0);
            decay(tick * DELAY_NS / 50, DELAY_NS);
            pages.free(taken, RUN_PAGES, RUN_PAGES);
            pages.free(second, RUN_PAGES, RUN_PAGES);
            pages.free(third, RUN_PAGES, RUN_PAGES);
            decay(tick * DELAY_NS / 50 + DELAY_NS / 100, DELAY_NS);
        }
        assertEquals(purges, machine.os().calls(OsCall.PURGE));
    }

    @Test
    void shouldPurgeWhatIsLeftOverOfWhatWasNeeded() {
        makeDirty(3);
        decay(0, DELAY_NS);
        long first = pages.allocate(RUN_PAGES, 0);
        long second = pages.allocate(RUN_PAGES, 0);
        decay(DELAY_NS - EPOCH_NS, DELAY_NS);
        assertEquals(0, pages.dirtyFreeBytes(), "the one that nobody took");
        pages.free(first, RUN_PAGES, RUN_PAGES);
        pages.free(second, RUN_PAGES, RUN_PAGES);
        decay(DELAY_NS, DELAY_NS);
        assertEquals(2 * RUN_BYTES, pages.dirtyFreeBytes());
    }

    @Test
    void shouldGiveEachPageItsDelay() {
        decay(0, DELAY_NS);
        makeDirty(1);
        assertEquals(0, decay(DELAY_NS, DELAY_NS));
        assertEquals(0, decay(DELAY_NS + EPOCH_NS, DELAY_NS));
        assertEquals(RUN_BYTES, decay(2 * DELAY_NS, DELAY_NS));
    }

    @Test
    void shouldPurgeALargeBlockInPieces() {
        long block = pages.allocate(8 * RUN_PAGES, 0);
        pages.free(block, 8 * RUN_PAGES, 8 * RUN_PAGES);
        decay(0, DELAY_NS);
        decay(DELAY_NS / 2, DELAY_NS);
        assertEquals(4 * RUN_BYTES, pages.dirtyFreeBytes(), RUN_BYTES);
        decay(DELAY_NS, DELAY_NS);
        assertEquals(0, pages.dirtyFreeBytes());
    }

    @Test
    void shouldPurgeOnceWhenTheClockJumps() {
        makeDirty(1);
        decay(0, DELAY_NS);

        assertEquals(RUN_BYTES, decay(1_000_000 * DELAY_NS, DELAY_NS));
        long purges = machine.os().calls(OsCall.PURGE);
        makeDirty(1);
        for (int tick = 1; tick < 10; tick++) {
            assertEquals(0, decay(1_000_000 * DELAY_NS + tick, DELAY_NS), "tick " + tick);
        }
        assertEquals(purges, machine.os().calls(OsCall.PURGE));
    }

    @Test
    void shouldPurgeAtOnceWithoutADelay() {
        makeDirty(1);

        assertEquals(RUN_BYTES, decay(0, 0));
    }

    @Test
    void shouldWorkAcrossTheEndOfTheClocksRange() {
        makeDirty(1);

        assertEquals(0, decay(Long.MAX_VALUE, DELAY_NS));
        assertEquals(RUN_BYTES, decay(Long.MIN_VALUE + DELAY_NS, DELAY_NS));
    }

    @Test
    void shouldTryAgainAfterADelayWhenTheSystemRefuses() {
        makeDirty(1);
        decay(0, DELAY_NS);
        machine.os().failNth(OsCall.PURGE, 1, Errno.EINVAL);

        assertEquals(0, decay(DELAY_NS, DELAY_NS));
        assertEquals(RUN_BYTES, decay(2 * DELAY_NS, DELAY_NS));
    }
}
