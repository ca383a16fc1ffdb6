// SPDX-License-Identifier: Apache-2.0
package dev.quarry.internal.buddy;

import static dev.quarry.internal.buddy.GrowthPurge.SLACK_PAGES;
import static dev.quarry.internal.buddy.GrowthPurge.SLACK_SHIFT;
import static dev.quarry.internal.buddy.PageAllocator.PURGE_PAGES;
import static dev.quarry.internal.buddy.SpanMap.PAGE_SHIFT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quarry.internal.region.SimulatedRegions;
import org.junit.jupiter.api.Test;

class GrowthPurgeTest {
    private static final long DIRTY = 5 * SLACK_PAGES;
    private static final long USED = SLACK_PAGES;
    private static final long ROUND = DIRTY + USED;

    private final GrowthPurge growth = new GrowthPurge();

    /// A round in which the dirty pages were never fewer than these.
    private void passARound(long lowWaterPages) {
        growth.onAllocate(1, 0, lowWaterPages, USED);
        growth.onAllocate(ROUND - 1, 0, DIRTY, USED);
    }

    private void passTwoRounds(long lowWaterPages) {
        passARound(lowWaterPages);
        passARound(lowWaterPages);
    }

    private void takeFresh(long pages) {
        growth.onAllocate(pages, pages, DIRTY, USED);
    }

    @Test
    void shouldPurgeAsMuchAsIsTakenFresh() {
        passTwoRounds(DIRTY);
        assertEquals(0, growth.duePages(PURGE_PAGES));
        takeFresh(PURGE_PAGES - 1);
        assertEquals(0, growth.duePages(PURGE_PAGES), "too few for a system call");
        takeFresh(1);
        assertEquals(PURGE_PAGES, growth.duePages(PURGE_PAGES));
        growth.onPurge(PURGE_PAGES, PURGE_PAGES);
        assertEquals(0, growth.duePages(1));
    }

    @Test
    void shouldPurgeNoMoreThanWasOfNoUse() {
        passTwoRounds(2 * SLACK_PAGES);
        takeFresh(4 * SLACK_PAGES);
        assertEquals(SLACK_PAGES, growth.duePages(PURGE_PAGES));
        growth.onPurge(SLACK_PAGES, SLACK_PAGES);
        assertEquals(0, growth.duePages(1));
    }

    @Test
    void shouldKeepWhatACircleNeedsAgain() {
        passTwoRounds(SLACK_PAGES / 2);
        takeFresh(4 * SLACK_PAGES);
        assertEquals(0, growth.duePages(1));
    }

    @Test
    void shouldKeepAPartOfWhatIsInUse() {
        long used = 2 * DIRTY << SLACK_SHIFT;
        for (int round = 0; round < 3; round++) {
            growth.onAllocate(used + DIRTY, used + DIRTY, DIRTY, used);
        }
        growth.onAllocate(1000, 1000, DIRTY, used);
        assertEquals(0, growth.duePages(1));
    }

    @Test
    void shouldRestUntilTheNextRoundWhereTheSystemRefuses() {
        passTwoRounds(DIRTY);
        takeFresh(PURGE_PAGES);
        growth.onPurge(PURGE_PAGES, 0);
        takeFresh(PURGE_PAGES);
        assertEquals(0, growth.duePages(1));
        passARound(DIRTY);
        takeFresh(PURGE_PAGES);
        assertEquals(PURGE_PAGES + PURGE_PAGES / 2, growth.duePages(PURGE_PAGES), "of the round before the half");
    }

    /// A run of five units comes and goes, and a block of one stays in its place each time: no run fits again. Others
    /// come and go in what is dirty meanwhile.
    @Test
    void shouldBoundWhatRunsLeaveThatDoNotFitWhereOthersLay() {
        long total = 1 << 16;
        long unit = 128;
        int runs = 60;
        try (SimulatedRegions machine = new SimulatedRegions(total << PAGE_SHIFT)) {
            PageAllocator pages = new PageAllocator(
                    machine.region(total << PAGE_SHIFT),
                    machine.table(total * SpanMap.RECORD_BYTES),
                    machine.table(total),
                    machine.table(total),
                    covered -> true,
                    1);
            for (int run = 0; run < runs; run++) {
                while (pages.purgeForGrowth() != 0) {
                    // A piece each time.
                }
                pages.free(pages.allocate(5 * unit, 0), 5 * unit, 5 * unit);
                pages.allocate(unit, 0);
                for (int other = 0; other < 10; other++) {
                    pages.free(pages.allocate(unit, 0), unit, unit);
                }
            }
            long leftPages = runs * 4 * unit;
            // Of each round what the one before it left is purged, and rounds grow with what is committed.
            long boundPages = leftPages * 3 / 5;
            assertTrue(pages.dirtyFreeBytes() <= boundPages << PAGE_SHIFT, () -> pages.dirtyFreeBytes() + " bytes");
            pages.verify();
        }
    }
}
