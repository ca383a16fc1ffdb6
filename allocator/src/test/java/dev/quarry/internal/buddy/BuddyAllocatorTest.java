// SPDX-License-Identifier: Apache-2.0
package dev.quarry.internal.buddy;

import static dev.quarry.internal.buddy.BuddyAllocator.NOTHING;
import static dev.quarry.internal.buddy.BuddyFixture.GRANULE_PAGES;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class BuddyAllocatorTest {
    private static final long PAGES = 1 << 12;

    private final BuddyFixture fixture = new BuddyFixture(PAGES, PAGES);
    private final BuddyAllocator buddy = fixture.buddy;

    @AfterEach
    void releaseTables() {
        fixture.close();
    }

    @Test
    void shouldCommitAGranuleAndKeepWhatIsOver() {
        assertEquals(0, buddy.allocate(1, 0));

        assertEquals(GRANULE_PAGES, buddy.frontierPages());
        assertEquals(GRANULE_PAGES, fixture.committedPages());
        assertEquals(GRANULE_PAGES - 1, buddy.freeCommittedPages());
        for (int order = 0; order < 4; order++) {
            assertEquals(1, buddy.freeBlocks(order), "order " + order);
        }
        buddy.verify();
    }

    @Test
    void shouldMergeWhatBelongsTogether() {
        long page = buddy.allocate(1, 0);
        long merges = buddy.merges();
        buddy.free(page, 1);

        assertEquals(4, buddy.merges() - merges);
        assertEquals(1, buddy.freeBlocks(4));
        assertEquals(GRANULE_PAGES, buddy.freeCommittedPages());
        buddy.verify();
    }

    @Test
    void shouldSplitALargerBlockAndMergeItAgain() {
        buddy.free(buddy.allocate(GRANULE_PAGES, 0), GRANULE_PAGES);
        long splits = buddy.splits();
        long merges = buddy.merges();

        long page = buddy.allocate(2, 0);
        assertEquals(1, buddy.splits() - splits);
        assertEquals(GRANULE_PAGES - 2, buddy.freeCommittedPages());
        buddy.verify();
        buddy.free(page, 2);
        assertEquals(3, buddy.merges() - merges);
        assertEquals(1, buddy.freeBlocks(4));
    }

    @Test
    void shouldPreferTheLowestBlockThatFitsWhateverItsSize() {
        long large = buddy.allocate(8, 0);
        buddy.allocate(1, 0);
        long small = buddy.allocate(1, 0);
        buddy.allocate(1, 0);
        buddy.free(small, 1);
        buddy.free(large, 8);
        long splits = buddy.splits();

        assertEquals(large, buddy.allocate(1, 0));
        assertEquals(splits + 1, buddy.splits());
        assertEquals(large + 1, buddy.allocate(1, 0));
        assertEquals(large + 2, buddy.allocate(2, 0));
        assertEquals(large + 4, buddy.allocate(4, 0));
        assertEquals(small, buddy.allocate(1, 0));
        buddy.verify();
    }

    @Test
    void shouldPreferTheLowestOfBlocksOfOneSize() {
        long[] pages = new long[64];
        for (int i = 0; i < pages.length; i++) {
            pages[i] = buddy.allocate(4, 0);
        }
        // Every other one, so that none merges; the lowest neither first nor last.
        for (int i = 0; i < pages.length; i++) {
            if ((i * 11 + 16) % 64 % 2 == 0) {
                buddy.free(pages[(i * 11 + 16) % 64], 4);
            }
        }
        for (int expected = 0; expected < pages.length; expected += 2) {
            assertEquals(pages[expected], buddy.allocate(4, 0));
            buddy.verify();
        }
    }

    @Test
    void shouldCostARunExactlyItsPages() {
        for (long pages = 1; pages <= 60; pages++) {
            long before = fixture.committedPages() - buddy.freeCommittedPages();
            buddy.allocate(pages, 0);
            assertEquals(pages, fixture.committedPages() - buddy.freeCommittedPages() - before);
        }
        buddy.verify();
    }

    @Test
    void shouldPutRunsOfOneSizeSideBySide() {
        for (int run = 0; run < 40; run++) {
            assertEquals(9 * run, buddy.allocate(9, 0));
            buddy.verify();
        }
        assertTrue(fixture.committedPages() < 9 * 40 + GRANULE_PAGES);

        buddy.free(9 * 10, 9);
        buddy.free(9 * 20, 9);
        assertEquals(9 * 10, buddy.allocate(9, 0), "the lowest place");
        assertEquals(9 * 20, buddy.allocate(9, 0));
        buddy.verify();
    }

    @Test
    void shouldStartARunAtAnEighthOfItsSize() {
        buddy.allocate(1, 0);
        assertEquals(8, buddy.allocate(65, 0));
        assertEquals(80, buddy.allocate(66, 0));
        buddy.verify();
    }

    @Test
    void shouldStartARunOfManyPagesWhereAnExtentStarts() {
        buddy.allocate(1, 0);
        assertEquals(Extents.PAGES, buddy.allocate(Extents.PAGES + 1, 0));
        assertEquals(3 * Extents.PAGES, buddy.allocate(Extents.PAGES, 0));
        buddy.verify();
    }

    @Test
    void shouldLeaveTheTailAsItIsWhenTheRestOfARunIsRefused() {
        try (BuddyFixture small = new BuddyFixture(PAGES, GRANULE_PAGES)) {
            small.buddy.allocate(9, 0);
            assertEquals(NOTHING, small.buddy.allocate(9, 0));

            assertEquals(GRANULE_PAGES - 9, small.buddy.freeCommittedPages());
            assertEquals(GRANULE_PAGES, small.buddy.frontierPages());
            small.buddy.verify();
        }
    }

    @Test
    void shouldAlignToEveryOrder() {
        try (BuddyFixture large = new BuddyFixture(1 << 21, 1 << 21)) {
            for (int order = 0; order <= 18; order++) {
                long run = large.buddy.allocate(3, order);
                long block = large.buddy.allocate(1L << order, order);
                assertTrue(run != NOTHING && block != NOTHING, "order " + order);
                assertEquals(0, (run | block) & (1L << order) - 1, "order " + order);
            }
            large.buddy.verify();
        }
    }

    @Test
    void shouldKeepTheGapsOfAlignmentWithoutCreditUntilTheyAreNeeded() {
        buddy.allocate(1, 0);
        assertEquals(1024, buddy.allocate(GRANULE_PAGES, 10));
        assertEquals(2L * GRANULE_PAGES, fixture.committedPages());

        long inTheGap = buddy.allocate(512, 0);
        assertEquals(512, inTheGap);
        assertEquals(2L * GRANULE_PAGES + 512, fixture.committedPages());
        buddy.verify();
    }

    @Test
    void shouldGiveNothingWhenThereIsNothing() {
        assertEquals(NOTHING, buddy.allocate(PAGES + 1, 0));
        assertEquals(NOTHING, buddy.allocate(1, 40));
        assertEquals(NOTHING, buddy.allocate(Long.MAX_VALUE, 0));
        assertEquals(0, buddy.allocate(PAGES, 0));
        assertEquals(NOTHING, buddy.allocate(1, 0));
        buddy.free(0, PAGES);
        assertEquals(0, buddy.allocate(PAGES, 12));
        buddy.verify();
    }

    @Test
    void shouldCommitLessThanAGranuleWhenCreditIsShort() {
        try (BuddyFixture poor = new BuddyFixture(PAGES, 3)) {
            assertEquals(0, poor.buddy.allocate(3, 0));
            assertEquals(3, poor.committedPages());
            assertEquals(NOTHING, poor.buddy.allocate(1, 0));
            assertEquals(3, poor.buddy.frontierPages());
            poor.buddy.verify();
        }
    }

    @Test
    void shouldNotMoveTheFrontierWhenTheRecordsCannotGrow() {
        fixture.recordsCanGrow = false;

        assertEquals(NOTHING, buddy.allocate(1, 0));
        assertEquals(0, buddy.frontierPages());
        assertEquals(0, fixture.committedPages());
    }

    @Test
    void shouldReuseRunsThatAreNoPowersOfTwo() {
        long pages = 768;
        buddy.free(buddy.allocate(pages, 0), pages);
        long frontier = buddy.frontierPages();
        for (int round = 0; round < 10_000; round++) {
            buddy.free(buddy.allocate(pages, 0), pages);
        }
        assertEquals(frontier, buddy.frontierPages());
        assertEquals(pages, fixture.committedPages());
        buddy.verify();
    }

    @Test
    void shouldReuseRunsThatLieBetweenLiveOnes() {
        long pages = 100;
        long[] runs = new long[32];
        for (int i = 0; i < runs.length; i++) {
            runs[i] = buddy.allocate(pages, 0);
        }
        long frontier = buddy.frontierPages();
        for (int round = 0; round < 1_000; round++) {
            int i = round * 7 % runs.length;
            buddy.free(runs[i], pages);
            runs[i] = buddy.allocate(pages, 0);
        }
        assertEquals(frontier, buddy.frontierPages());
        buddy.verify();
    }

    @Test
    void shouldGrowOverFreePages() {
        long page = buddy.allocate(4, 0);

        assertTrue(buddy.tryExtend(page, 4, 11));
        assertEquals(GRANULE_PAGES - 11, buddy.freeCommittedPages());
        fixture.map.setRelease(page, SpanMap.SPAN, 0, 11);
        buddy.verify();
    }

    @Test
    void shouldNotGrowOverTheNeighbourNorTheFrontier() {
        long first = buddy.allocate(4, 0);
        long second = buddy.allocate(4, 0);
        assertEquals(first + 4, second);

        assertFalse(buddy.tryExtend(first, 4, 5));
        assertFalse(buddy.tryExtend(second, 4, GRANULE_PAGES - 4 + 1));
        assertEquals(GRANULE_PAGES - 8, buddy.freeCommittedPages());
        buddy.verify();
    }

    @Test
    void shouldTakeCreditForTheUncommittedPagesThatItGrowsOver() {
        long page = buddy.allocate(8, 0);
        buddy.uncommit(buddy.highestFree(3));
        assertEquals(8, fixture.committedPages());

        assertTrue(buddy.tryExtend(page, 8, 12));
        assertEquals(12, fixture.committedPages());
        fixture.map.setRelease(page, SpanMap.SPAN, 0, 12);
        buddy.verify();
    }

    @Test
    void shouldNotGrowWithoutCredit() {
        try (BuddyFixture poor = new BuddyFixture(PAGES, GRANULE_PAGES)) {
            long page = poor.buddy.allocate(8, 0);
            poor.buddy.uncommit(poor.buddy.highestFree(3));
            assertTrue(poor.region.tryCredit(5L << SpanMap.PAGE_SHIFT));

            assertFalse(poor.buddy.tryExtend(page, 8, 12));
            assertEquals(0, poor.buddy.freeCommittedPages());
            poor.buddy.verify();
        }
    }

    @Test
    void shouldNotMergeCommittedWithUncommitted() {
        long page = buddy.allocate(8, 0);
        buddy.uncommit(buddy.highestFree(3));
        buddy.free(page, 8);

        assertEquals(1, buddy.freeBlocks(3));
        assertEquals(0, buddy.freeBlocks(4));
        buddy.uncommit(page);
        assertEquals(0, fixture.committedPages());
        buddy.verify();
        assertEquals(page, buddy.allocate(GRANULE_PAGES, 4));
        assertEquals(GRANULE_PAGES, fixture.committedPages());
    }

    @Test
    void shouldSayInTheRecordThatARunIsTakenWhereverItComesFrom() {
        requireTaken(buddy.allocate(5, 0), 5);
        requireTaken(buddy.allocate(3, 0), 3);
        requireTaken(buddy.allocate(GRANULE_PAGES, 8), GRANULE_PAGES);
        requireTaken(buddy.allocate(100, 0), 100);
        long run = buddy.allocate(768, 0);
        buddy.free(run, 768);
        assertEquals(run, buddy.allocate(700, 0));
        requireTaken(run, 700);
        buddy.verify();
    }

    private void requireTaken(long page, long pages) {
        long word = fixture.map.wordAcquire(page);
        assertEquals(SpanMap.CACHED, SpanMap.state(word), "state of page " + page);
        assertEquals(pages, SpanMap.pages(word), "length of the run at page " + page);
    }

    @Test
    void shouldGiveTheFreeBlocksOfAnOrderFromTheHighestDown() {
        long[] blocks = new long[6];
        for (int i = 0; i < blocks.length; i++) {
            blocks[i] = buddy.allocate(GRANULE_PAGES, 4);
        }
        buddy.free(blocks[2], GRANULE_PAGES);
        buddy.free(blocks[4], GRANULE_PAGES);
        buddy.free(blocks[0], GRANULE_PAGES);

        assertEquals(blocks[4], buddy.highestFree(4));
        assertEquals(blocks[2], buddy.highestFreeBelow(4, blocks[4]));
        assertEquals(blocks[0], buddy.highestFreeBelow(4, blocks[2]));
        assertEquals(NOTHING, buddy.highestFreeBelow(4, blocks[0]));
        assertEquals(NOTHING, buddy.highestFree(5));
    }
}
