// SPDX-License-Identifier: Apache-2.0
package dev.quarry.internal.buddy;

import static dev.quarry.internal.buddy.BuddyAllocator.NOTHING;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quarry.internal.region.Collapse;
import dev.quarry.internal.region.SimulatedRegions;
import dev.quarry.numa.Errno;
import dev.quarry.numa.OsCall;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ExtentsTest {
    private static final long REGION_BYTES = 16 << 20;
    private static final long HALF = Extents.PAGES / 2;
    private static final int MANY_ROUNDS = 1000;

    private final SimulatedRegions machine = new SimulatedRegions(SimulatedRegions.NO_LIMIT);
    private final PageAllocator pages = new PageAllocator(
            machine.region(REGION_BYTES),
            machine.table(1 << 16),
            machine.table(4096),
            machine.table(4096),
            covered -> true,
            Extents.BYTES);
    private final Extents extents = new Extents(pages);

    @BeforeEach
    void keepExtents() {
        pages.keep(extents);
    }

    @AfterEach
    void releaseMachine() {
        pages.verify();
        machine.close();
    }

    /// {@return how many rounds it took until an extent was due}
    private int roundsUntilDue() {
        for (int round = 1; round <= MANY_ROUNDS; round++) {
            if (extents.begin() != NOTHING) {
                return round;
            }
        }
        return -1;
    }

    private void collapse() {
        assertEquals(Extents.QUIET_VISITS + 1, roundsUntilDue());
        extents.end(Collapse.DONE);
    }

    @Test
    void shouldFindAnExtentThatIsDense() {
        pages.allocate(HALF, 0);
        pages.allocate(HALF, 0);

        assertEquals(Extents.QUIET_VISITS + 1, roundsUntilDue());
        extents.end(Collapse.DONE);
        assertEquals(1, extents.collapsed());
        assertEquals(-1, roundsUntilDue(), "it is collapsed once");
    }

    @Test
    void shouldFindTheExtentsOfALargeSpan() {
        pages.allocate(3 * Extents.PAGES, 0);

        for (int extent = 0; extent < 3; extent++) {
            long page = NOTHING;
            for (int round = 0; round < MANY_ROUNDS && page == NOTHING; round++) {
                page = extents.begin();
            }
            assertEquals(extent * Extents.PAGES, page);
            extents.end(Collapse.DONE);
        }
        assertEquals(-1, roundsUntilDue());
    }

    @Test
    void shouldCountDirtyFreePagesAsDense() {
        pages.allocate(HALF, 0);
        long freed = pages.allocate(HALF, 0);
        pages.free(freed, HALF, HALF);

        assertEquals(Extents.QUIET_VISITS + 1, roundsUntilDue());
    }

    @Test
    void shouldLeaveAnExtentWithACleanPage() {
        pages.allocate(HALF, 0);
        long freed = pages.allocate(HALF, 0);
        pages.free(freed, HALF, HALF - 1);

        assertEquals(-1, roundsUntilDue());
    }

    @Test
    void shouldLeaveAnExtentWithoutCredit() {
        pages.allocate(HALF, 0);
        long freed = pages.allocate(HALF, 0);
        pages.free(freed, HALF, HALF);
        pages.giveBack(HALF);

        assertEquals(-1, roundsUntilDue());
    }

    @Test
    void shouldLeaveAnExtentThatIsFree() {
        long freed = pages.allocate(4 * Extents.PAGES, 0);
        pages.free(freed, 4 * Extents.PAGES, 4 * Extents.PAGES);

        assertEquals(-1, roundsUntilDue());
    }

    @Test
    void shouldLeaveWhatIsNotWhollyBelowTheFrontier() {
        pages.allocate(Extents.PAGES + HALF, 0);
        pages.allocate(HALF / 2, 0);
        assertTrue(pages.buddy().frontierPages() < 2 * Extents.PAGES || pages.cleanFreeBytes() > 0);

        collapse();
        assertEquals(-1, roundsUntilDue());
    }

    @Test
    void shouldStartAgainAfterAPurgeOfAPart() {
        pages.allocate(HALF, 0);
        long freed = pages.allocate(HALF, 0);
        collapse();
        pages.free(freed, HALF, HALF);
        assertEquals(HALF, pages.purge(HALF));
        assertEquals(-1, roundsUntilDue());

        pages.allocate(HALF, 0);
        assertEquals(Extents.QUIET_VISITS + 1, roundsUntilDue());
    }

    @Test
    void shouldWaitForQuiet() {
        pages.allocate(HALF, 0);
        for (int round = 0; round < MANY_ROUNDS; round++) {
            long freed = pages.allocate(HALF, 0);
            assertEquals(NOTHING, extents.begin());
            pages.free(freed, HALF, HALF);
            pages.purge(HALF);
        }
    }

    @Test
    void shouldPurgeAgainWhatTheSystemMadeResidentMeanwhile() {
        pages.allocate(HALF, 0);
        long freed = pages.allocate(HALF, 0);
        roundsUntilDue();
        pages.free(freed, HALF, HALF);
        pages.purge(HALF);
        machine.machine().collapse(pages.region().base(), Extents.BYTES);
        extents.end(Collapse.DONE);

        assertEquals(
                Extents.BYTES / 2,
                machine.machine().residentBytes(pages.region().base(), Extents.BYTES));
        assertEquals(Extents.BYTES / 2, pages.cleanFreeBytes());
    }

    @Test
    void shouldPurgeAgainAWholeExtentThatWasFreedMeanwhile() {
        long freed = pages.allocate(4 * Extents.PAGES, 0);
        roundsUntilDue();
        pages.free(freed, 4 * Extents.PAGES, 4 * Extents.PAGES);
        pages.purge(Long.MAX_VALUE);
        pages.uncommitClean();
        machine.machine().collapse(pages.region().base(), Extents.BYTES);
        extents.end(Collapse.DONE);

        assertEquals(0, machine.machine().residentBytes(pages.region().base(), 4 * Extents.BYTES));
    }

    @Test
    void shouldKeepTheBooksWhereTheSecondPurgeIsRefused() {
        pages.allocate(HALF, 0);
        long freed = pages.allocate(HALF, 0);
        roundsUntilDue();
        pages.free(freed, HALF, HALF);
        pages.purge(HALF);
        machine.os().failNth(OsCall.PURGE, 1, Errno.EINVAL);
        extents.end(Collapse.DONE);

        assertTrue(machine.os().fired());
        assertEquals(0, pages.dirtyFreeBytes());
    }

    @Test
    void shouldLeaveMoreAndMoreRoundsOutAfterRefusals() {
        pages.allocate(Extents.PAGES, 0);
        assertEquals(Extents.QUIET_VISITS + 1, roundsUntilDue());
        int rest = 1;
        for (int refusal = 1; refusal < 20; refusal++) {
            extents.end(Collapse.NOT_NOW);
            assertEquals(rest + Extents.QUIET_VISITS + 1, roundsUntilDue(), "after refusal " + refusal);
            rest = Math.min(2 * rest, Extents.MAX_REST_ROUNDS);
        }
        assertEquals(19, extents.refusals());
        assertFalse(extents.isRefused());
    }

    @Test
    void shouldNotAskAgainWhereTheSystemCannot() {
        pages.allocate(Extents.PAGES, 0);
        roundsUntilDue();
        extents.end(Collapse.NEVER);

        assertTrue(extents.isRefused());
        assertEquals(-1, roundsUntilDue());
    }

    @Test
    void shouldBlameTheExtentWhereTheSystemCouldBefore() {
        pages.allocate(2 * Extents.PAGES, 0);
        roundsUntilDue();
        extents.end(Collapse.DONE);
        roundsUntilDue();
        extents.end(Collapse.NEVER);

        assertFalse(extents.isRefused());
        assertTrue(roundsUntilDue() > 0);
    }

    @ParameterizedTest
    @EnumSource(Collapse.class)
    void shouldHaveOneInHandAtATime(Collapse outcome) {
        pages.allocate(2 * Extents.PAGES, 0);
        roundsUntilDue();

        assertEquals(-1, roundsUntilDue());
        extents.end(outcome);
    }
}
