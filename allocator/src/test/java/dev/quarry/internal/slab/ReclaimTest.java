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
    private static final long DELAY_NS = 1_000;
    private static final long REGION_BYTES = 16 << 20;
    private static final long RUN_PAGES = 64;
    private static final long RUN_BYTES = RUN_PAGES << PAGE_SHIFT;

    private final SimulatedRegions machine = new SimulatedRegions(SimulatedRegions.NO_LIMIT);
    private final PageAllocator pages = new PageAllocator(
            machine.region(REGION_BYTES), machine.table(1 << 16), machine.table(4096), covered -> true, 1 << 16);
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

    @Test
    void shouldPurgeWhatStayedDirtyThroughTheDelay() {
        makeDirty(2);

        assertEquals(0, reclaim.decay(5, DELAY_NS));
        assertEquals(0, reclaim.decay(5 + DELAY_NS - 1, DELAY_NS));
        assertEquals(2 * RUN_BYTES, reclaim.decay(5 + DELAY_NS, DELAY_NS));
        assertEquals(0, pages.dirtyFreeBytes());
    }

    @Test
    void shouldKeepWhatWasNeededMeanwhile() {
        makeDirty(3);
        reclaim.decay(0, DELAY_NS);
        long first = pages.allocate(RUN_PAGES, 0);
        long second = pages.allocate(RUN_PAGES, 0);
        reclaim.decay(DELAY_NS / 2, DELAY_NS);
        pages.free(first, RUN_PAGES, RUN_PAGES);
        pages.free(second, RUN_PAGES, RUN_PAGES);

        assertEquals(RUN_BYTES, reclaim.decay(DELAY_NS, DELAY_NS));
        assertEquals(2 * RUN_BYTES, pages.dirtyFreeBytes());
    }

    @Test
    void shouldNotPurgeWhatCameInTheMiddleOfTheDelay() {
        reclaim.decay(0, DELAY_NS);
        makeDirty(1);

        assertEquals(0, reclaim.decay(DELAY_NS, DELAY_NS));
        assertEquals(RUN_BYTES, reclaim.decay(2 * DELAY_NS, DELAY_NS));
    }

    @Test
    void shouldPurgeOnceWhenTheClockJumps() {
        makeDirty(1);
        reclaim.decay(0, DELAY_NS);

        assertEquals(RUN_BYTES, reclaim.decay(1_000_000 * DELAY_NS, DELAY_NS));
        long purges = machine.os().calls(OsCall.PURGE);
        makeDirty(1);
        for (int tick = 1; tick < 10; tick++) {
            assertEquals(0, reclaim.decay(1_000_000 * DELAY_NS + tick, DELAY_NS), "tick " + tick);
        }
        assertEquals(purges, machine.os().calls(OsCall.PURGE));
    }

    @Test
    void shouldPurgeAtOnceWithoutADelay() {
        makeDirty(1);

        assertEquals(RUN_BYTES, reclaim.decay(0, 0));
    }

    @Test
    void shouldWorkAcrossTheEndOfTheClocksRange() {
        makeDirty(1);

        assertEquals(0, reclaim.decay(Long.MAX_VALUE, DELAY_NS));
        assertEquals(RUN_BYTES, reclaim.decay(Long.MIN_VALUE + DELAY_NS, DELAY_NS));
    }

    @Test
    void shouldTryAgainAfterADelayWhenTheSystemRefuses() {
        makeDirty(1);
        reclaim.decay(0, DELAY_NS);
        machine.os().failNth(OsCall.PURGE, 1, Errno.EINVAL);

        assertEquals(0, reclaim.decay(DELAY_NS, DELAY_NS));
        assertEquals(RUN_BYTES, reclaim.decay(2 * DELAY_NS, DELAY_NS));
    }
}
