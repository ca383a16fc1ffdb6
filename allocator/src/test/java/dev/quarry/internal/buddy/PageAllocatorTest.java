// SPDX-License-Identifier: Apache-2.0
package dev.quarry.internal.buddy;

import static dev.quarry.internal.buddy.BuddyAllocator.NOTHING;
import static dev.quarry.internal.buddy.SpanMap.PAGE_BYTES;
import static dev.quarry.internal.buddy.SpanMap.PAGE_SHIFT;
import static dev.quarry.numa.RawMemory.getLong;
import static dev.quarry.numa.RawMemory.putLong;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quarry.internal.region.Region;
import dev.quarry.internal.region.SimulatedRegions;
import dev.quarry.internal.region.Table;
import dev.quarry.numa.Errno;
import dev.quarry.numa.OsCall;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PageAllocatorTest {
    private static final int PAGES = 1 << 11;
    private static final int GRANULE_PAGES = 16;
    private static final long LIMIT_PAGES = PAGES / 2;

    private final SimulatedRegions machine = new SimulatedRegions(LIMIT_PAGES << PAGE_SHIFT);
    private final Region region = machine.region((long) PAGES << PAGE_SHIFT);
    private final Table dirtyBits = machine.table(4096);
    private final PageAllocator pages = new PageAllocator(
            region,
            machine.table((long) PAGES * SpanMap.RECORD_BYTES),
            dirtyBits,
            machine.table(4096),
            covered -> true,
            (long) GRANULE_PAGES << PAGE_SHIFT);

    @AfterEach
    void releaseMachine() {
        machine.close();
    }

    private long address(long page) {
        return region.base() + (page << PAGE_SHIFT);
    }

    /// Allocates a run and writes to each of its pages.
    private long allocateAndWrite(long count) {
        long page = pages.allocate(count, 0);
        for (long at = page; at < page + count; at++) {
            putLong(address(at), at);
        }
        return page;
    }

    @Test
    void shouldKnowThatFreshPagesAreClean() {
        pages.allocate(4, 0);

        assertTrue(pages.lastWasClean());
        assertEquals(0, pages.dirtyFreeBytes());
        assertEquals((GRANULE_PAGES - 4L) << PAGE_SHIFT, pages.cleanFreeBytes());
    }

    @Test
    void shouldKnowThatFreedPagesAreDirty() {
        long page = allocateAndWrite(4);
        pages.free(page, 4, 4);

        assertEquals(4L << PAGE_SHIFT, pages.dirtyFreeBytes());
        assertEquals(page, pages.allocate(4, 0));
        assertFalse(pages.lastWasClean());
        assertEquals(0, pages.dirtyFreeBytes());
        pages.verify();
    }

    @Test
    void shouldKeepCleanWhatWasNotWrittenTo() {
        long page = pages.allocate(8, 0);
        pages.free(page, 8, 2);
        assertEquals(2L << PAGE_SHIFT, pages.dirtyFreeBytes());

        assertEquals(page, pages.allocate(2, 1));
        assertFalse(pages.lastWasClean());
        assertEquals(page + 2, pages.allocate(2, 1));
        assertTrue(pages.lastWasClean());
    }

    @Test
    void shouldCountNoPageTwiceThatWasDirtyBefore() {
        long page = pages.allocate(8, 0);
        pages.free(page, 8, 8);
        assertEquals(page, pages.allocate(8, 0));
        pages.free(page, 8, 2);

        assertEquals(8L << PAGE_SHIFT, pages.dirtyFreeBytes());
        pages.verify();
    }

    @Test
    void shouldReadZeroAfterPurge() {
        long page = allocateAndWrite(4);
        pages.free(page, 4, 4);

        assertEquals(4, pages.purge(Long.MAX_VALUE));
        assertEquals(0, pages.dirtyFreeBytes());
        assertEquals(4L << PAGE_SHIFT, pages.purgedBytes());
        assertEquals(page, pages.allocate(4, 0));
        assertTrue(pages.lastWasClean());
        assertEquals(0, getLong(address(page)));
        pages.verify();
    }

    @Test
    void shouldPurgeLargeBlocksFirstAndNoMoreThanIsWanted() {
        long large = allocateAndWrite(64);
        allocateAndWrite(1);
        long small = allocateAndWrite(1);
        pages.free(small, 1, 1);
        pages.free(large, 64, 64);

        assertEquals(64, pages.purge(1));
        assertEquals(1L << PAGE_SHIFT, pages.dirtyFreeBytes());
        assertEquals(1, pages.purge(1));
        assertEquals(0, pages.purge(1));
        assertEquals(0, pages.purge(0));
    }

    private long purgePieces(PurgeWalk walk) {
        long purged = 0;
        long piece;
        do {
            piece = pages.purgePiece(walk, Long.MAX_VALUE);
            assertTrue(piece <= PageAllocator.PIECE_PAGES);
            purged += piece;
        } while (piece != 0);
        return purged;
    }

    @Test
    void shouldPurgeAPieceAtATime() {
        long large = allocateAndWrite(GRANULE_PAGES);
        allocateAndWrite(1);
        long small = allocateAndWrite(1);
        pages.free(small, 1, 1);
        pages.free(large, GRANULE_PAGES, GRANULE_PAGES);
        PurgeWalk walk = new PurgeWalk();
        assertEquals(0, pages.purgePiece(walk, 1), "it has not begun");

        walk.start(pages.buddy().frontierPages());
        assertEquals(GRANULE_PAGES + 1, purgePieces(walk));
        assertEquals(0, pages.dirtyFreeBytes());
        assertEquals(GRANULE_PAGES + 1L << PAGE_SHIFT, pages.purgedBytes());
        pages.verify();
    }

    /// What happens between two pieces: below the walk a block is freed, and one is taken; where it is, one merges.
    @Test
    void shouldGoOnWhenBlocksChangeBetweenPieces() {
        long piece = PageAllocator.PIECE_PAGES;
        long low = allocateAndWrite(piece);
        long high = allocateAndWrite(piece / 2);
        long higher = allocateAndWrite(piece / 2);
        long highest = allocateAndWrite(piece);
        pages.free(higher, piece / 2, piece / 2);
        pages.free(highest, piece, piece);
        PurgeWalk walk = new PurgeWalk();
        walk.start(pages.buddy().frontierPages());
        assertEquals(piece, pages.purgePiece(walk, Long.MAX_VALUE));
        pages.free(high, piece / 2, piece / 2);
        pages.free(low, piece, piece);
        assertEquals(low, pages.allocate(piece / 2, 0));

        assertEquals(piece + piece / 2, purgePieces(walk));
        assertEquals(0, pages.dirtyFreeBytes());
        pages.verify();
    }

    @Test
    void shouldPurgeLittleMoreThanIsWanted() {
        long block = allocateAndWrite(PageAllocator.PIECE_PAGES);
        pages.free(block, PageAllocator.PIECE_PAGES, PageAllocator.PIECE_PAGES);
        PurgeWalk walk = new PurgeWalk();
        walk.start(pages.buddy().frontierPages());

        assertEquals(PageAllocator.PURGE_PAGES, pages.purgePiece(walk, 1));
        assertEquals(2 * PageAllocator.PURGE_PAGES, pages.purgePiece(walk, PageAllocator.PURGE_PAGES + 1));
        pages.verify();
    }

    @Test
    void shouldEndAWalkThatTheSystemRefuses() {
        pages.free(allocateAndWrite(GRANULE_PAGES), GRANULE_PAGES, GRANULE_PAGES);
        machine.os().failFrom(OsCall.PURGE, 1, Errno.EINVAL);
        PurgeWalk walk = new PurgeWalk();
        walk.start(pages.buddy().frontierPages());

        assertEquals(0, pages.purgePiece(walk, Long.MAX_VALUE));
        assertEquals((long) GRANULE_PAGES << PAGE_SHIFT, pages.dirtyFreeBytes());
        pages.verify();
    }

    @Test
    void shouldStayDirtyWhenTheSystemRefusesToPurge() {
        long page = allocateAndWrite(4);
        pages.free(page, 4, 4);
        machine.os().failFrom(OsCall.PURGE, 1, Errno.EINVAL);

        assertEquals(0, pages.purge(Long.MAX_VALUE));
        assertEquals(4L << PAGE_SHIFT, pages.dirtyFreeBytes());
        pages.verify();
        machine.os().disarm();
        assertEquals(4, pages.purge(Long.MAX_VALUE));
    }

    @Test
    void shouldReturnTheCreditOfCleanBlocksOnly() {
        long dirtyRun = allocateAndWrite(GRANULE_PAGES);
        allocateAndWrite(8);
        pages.free(dirtyRun, GRANULE_PAGES, GRANULE_PAGES);

        assertEquals(8, pages.uncommitClean());
        assertEquals(GRANULE_PAGES + 8L << PAGE_SHIFT, machine.ledger().committedBytes());
        assertEquals(0, pages.cleanFreeBytes());
        pages.verify();
    }

    /// Frees blocks of 4, 16 and 8 pages that cannot merge, and uses up the rest of the granule.
    private void scatterFreeBlocks() {
        long four = allocateAndWrite(4);
        allocateAndWrite(4);
        long eight = allocateAndWrite(8);
        long sixteen = allocateAndWrite(16);
        allocateAndWrite(16);
        pages.free(four, 4, 4);
        pages.free(eight, 8, 8);
        pages.free(sixteen, 16, 16);
        assertEquals(0, pages.cleanFreeBytes());
    }

    @Test
    void shouldGiveBackTheLeastThatWillDo() {
        scatterFreeBlocks();
        long committed = region.committedBytes();

        assertEquals(8, pages.giveBack(5), "the smallest that is large enough");
        assertEquals(committed - (8L << PAGE_SHIFT), region.committedBytes());
        assertEquals(4, pages.giveBack(4));
        assertEquals(16, pages.giveBack(1));
        assertEquals(0, pages.giveBack(1));
        assertEquals(28L << PAGE_SHIFT, pages.purgedBytes());
        pages.verify();
    }

    @Test
    void shouldGiveBackSeveralWhereNoneIsLargeEnough() {
        scatterFreeBlocks();

        assertEquals(24, pages.giveBack(20), "the largest first, and no more than is needed");
        assertEquals(4L << PAGE_SHIFT, pages.dirtyFreeBytes());
        assertEquals(4, pages.giveBack(Long.MAX_VALUE >>> PAGE_SHIFT));
        pages.verify();
    }

    @Test
    void shouldKeepTheCreditOfWhatTheSystemRefusesToPurge() {
        scatterFreeBlocks();
        long committed = region.committedBytes();
        machine.os().failFrom(OsCall.PURGE, 1, Errno.EINVAL);

        assertEquals(0, pages.giveBack(5));
        assertEquals(committed, region.committedBytes());
        assertEquals(28L << PAGE_SHIFT, pages.dirtyFreeBytes());
        assertEquals(0, pages.purgedBytes());
        pages.verify();
        machine.os().disarm();
        assertEquals(8, pages.giveBack(5));
    }

    @Test
    void shouldGrowOverDirtyPages() {
        long page = pages.allocate(8, 0);
        long next = pages.allocate(8, 0);
        pages.free(next, 8, 8);

        assertTrue(pages.tryExtend(page, 8, 12));
        pages.map().setRelease(page, SpanMap.SPAN, 0, 12);
        assertEquals(4L << PAGE_SHIFT, pages.dirtyFreeBytes());
        pages.verify();
    }

    @Test
    void shouldTakeBackAsCleanWhatTheSystemHasEmptied() {
        long page = allocateAndWrite(4);
        pages.free(page, 4, 4);
        assertEquals(page, pages.allocate(4, 0));
        assertTrue(region.tryPurge(page << PAGE_SHIFT, 4L << PAGE_SHIFT));
        pages.freeClean(page, 4);

        assertEquals(0, pages.dirtyFreeBytes());
        pages.verify();
    }

    @Test
    void shouldFindADirtyPageThatIsNotCounted() {
        pages.allocate(8, 0);
        putLong(dirtyBits.address(), 1L << 8);

        IllegalStateException broken = assertThrows(IllegalStateException.class, pages::verify);
        assertEquals("pages: 0 dirty free pages counted, 1 found", broken.getMessage());
    }

    @Test
    void shouldServeRunsOfThreeMebibytesFromTheSamePages() {
        long count = (3 << 20) / PAGE_BYTES;
        for (int round = 0; round < 10_000; round++) {
            pages.free(pages.allocate(count, 0), count, 1);
        }
        assertEquals(count << PAGE_SHIFT, region.committedBytes());
        pages.verify();
    }

    /// What is called clean must read as zero, whatever happened to it before.
    @Test
    void shouldCallCleanOnlyWhatReadsAsZero() {
        long seed = System.nanoTime();
        SplittableRandom random = new SplittableRandom(seed);
        List<long[]> runs = new ArrayList<>();
        int clean = 0;
        PurgeWalk walk = new PurgeWalk();
        for (int step = 0; step < 20_000; step++) {
            String context = "seed " + seed + ", step " + step;
            int dice = random.nextInt(100);
            if (dice < 50) {
                long count = 1 + random.nextInt(random.nextBoolean() ? 8 : 200);
                long page = pages.allocate(count, 0);
                if (page != NOTHING) {
                    runs.add(new long[] {page, count, 0});
                    clean += pages.lastWasClean() ? requireZero(page, count, context) : 0;
                }
            } else if (dice < 92 && !runs.isEmpty()) {
                long[] run = runs.remove(random.nextInt(runs.size()));
                long written = random.nextLong(run[1] + 1);
                for (long at = run[0]; at < run[0] + written; at++) {
                    putLong(address(at) + random.nextInt(PAGE_BYTES / 8) * 8L, step + 1L);
                }
                pages.free(run[0], run[1], written);
            } else if (dice < 95) {
                pages.purge(random.nextLong(100));
            } else if (dice < 97) {
                if (random.nextInt(4) == 0) {
                    walk.start(pages.buddy().frontierPages());
                }
                pages.purgePiece(walk, random.nextLong(400));
            } else {
                pages.uncommitClean();
            }
            if (step % 64 == 0) {
                pages.verify();
            }
        }
        assertTrue(clean > 100, "too few clean runs, seed " + seed);
    }

    private int requireZero(long page, long count, String context) {
        for (long at = address(page); at < address(page + count); at += Long.BYTES) {
            if (getLong(at) != 0) {
                throw new AssertionError("a clean page is not zero, " + context);
            }
        }
        return 1;
    }
}
