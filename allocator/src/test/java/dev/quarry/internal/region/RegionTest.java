// SPDX-License-Identifier: Apache-2.0
package dev.quarry.internal.region;

import static dev.quarry.numa.RawMemory.getLong;
import static dev.quarry.numa.RawMemory.putLong;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quarry.AllocatorConfig;
import dev.quarry.MemoryLock;
import dev.quarry.numa.Errno;
import dev.quarry.numa.NativeMemoryException;
import dev.quarry.numa.OsCall;
import dev.quarry.numa.SimulatedMachine;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RegionTest {
    private static final long PAGE = 4096;
    private static final long REGION_BYTES = 64 * PAGE;
    private static final long LIMIT = 16 * PAGE;

    private final SimulatedRegions machine = new SimulatedRegions(LIMIT);
    private final Region region = machine.region(REGION_BYTES);

    @AfterEach
    void releaseMachine() {
        machine.close();
    }

    private static void assertErrno(Errno errno, Region refusedOne) {
        NativeMemoryException failure = refusedOne.lastFailure();
        assertNotNull(failure);
        assertTrue(failure.is(errno), failure.getMessage());
    }

    @Test
    void shouldTakeCreditForWhatItCommits() {
        assertTrue(region.tryCommit(PAGE, 4 * PAGE));

        putLong(region.base() + 4 * PAGE, 42);
        assertEquals(42, getLong(region.base() + 4 * PAGE));
        assertEquals(4 * PAGE, region.committedBytes());
        assertEquals(4 * PAGE, machine.ledger().committedBytes());
        assertEquals(4 * PAGE, machine.machine().committedBytes());
    }

    @Test
    void shouldCommitNothingWhenTheLimitRefuses() {
        assertTrue(region.tryCommit(0, LIMIT));

        assertFalse(region.tryCommit(LIMIT, PAGE));
        assertNull(region.lastFailure());
        assertEquals(LIMIT, machine.machine().committedBytes());
        assertFalse(region.tryCredit(PAGE));
    }

    @Test
    void shouldKeepNoCreditWhenTheSystemRefuses() {
        machine.os().failNth(OsCall.COMMIT, 1, Errno.ENOMEM);

        assertFalse(region.tryCommit(0, PAGE));
        assertErrno(Errno.ENOMEM, region);
        assertEquals(0, machine.ledger().committedBytes());
        assertEquals(0, region.committedBytes());
        assertTrue(region.tryCommit(0, PAGE));
    }

    @Test
    void shouldForgetTheSystemsRefusalWhenTheLimitRefusesNext() {
        machine.os().failNth(OsCall.COMMIT, 1, Errno.ENOMEM);
        assertFalse(region.tryCommit(0, PAGE));

        assertFalse(region.tryCommit(0, LIMIT + PAGE));
        assertNull(region.lastFailure());
    }

    @Test
    void shouldTakeCreditOnlyForThePartThatHoldsNone() {
        assertTrue(region.tryCommit(0, 8 * PAGE));
        region.uncommit(3 * PAGE);

        assertTrue(region.tryCommit(0, 8 * PAGE, 3 * PAGE));
        assertEquals(8 * PAGE, region.committedBytes());
        assertEquals(8 * PAGE, machine.ledger().committedBytes());
    }

    @Test
    void shouldLeaveMemoryUsableWhenItsCreditIsReturned() {
        assertTrue(region.tryCommit(0, 2 * PAGE));
        putLong(region.base(), 7);
        region.uncommit(2 * PAGE);

        assertEquals(7, getLong(region.base()));
        assertEquals(0, machine.ledger().committedBytes());
    }

    @Test
    void shouldReadZeroAfterPurge() {
        assertTrue(region.tryCommit(0, 2 * PAGE));
        putLong(region.base() + PAGE, 7);

        assertTrue(region.tryPurge(0, 2 * PAGE));
        assertEquals(0, getLong(region.base() + PAGE));
        assertEquals(2 * PAGE, region.committedBytes());
    }

    @Test
    void shouldCountPurgesThatTheSystemRefuses() {
        assertTrue(region.tryCommit(0, PAGE));
        putLong(region.base(), 7);
        machine.os().failNth(OsCall.PURGE, 1, Errno.EINVAL);

        assertFalse(region.tryPurge(0, PAGE));
        assertErrno(Errno.EINVAL, region);
        assertEquals(1, region.purgeFailures());
        assertEquals(7, getLong(region.base()));
    }

    @Test
    void shouldMovePagesWithoutCopying() {
        assertTrue(region.tryCommit(0, 8 * PAGE));
        putLong(region.base(), 7);

        assertTrue(region.tryRemap(0, 4 * PAGE, 4 * PAGE));
        assertEquals(7, getLong(region.base() + 4 * PAGE));
        assertEquals(0, getLong(region.base()));
    }

    @Test
    void shouldChangeNothingWhenRemapIsRefused() {
        assertTrue(region.tryCommit(0, 8 * PAGE));
        putLong(region.base(), 7);
        machine.os().failNth(OsCall.REMAP, 1, Errno.ENOMEM);

        assertFalse(region.tryRemap(0, 4 * PAGE, 4 * PAGE));
        assertErrno(Errno.ENOMEM, region);
        assertEquals(7, getLong(region.base()));
        assertEquals(0, getLong(region.base() + 4 * PAGE));
    }

    @Test
    void shouldNotRemapWhereTheMachineCannot() {
        SimulatedMachine old = SimulatedMachine.builder().canRemap(false).build();
        try (SimulatedRegions machines = new SimulatedRegions(LIMIT, old)) {
            Region stiff = machines.region(REGION_BYTES);
            assertTrue(stiff.tryCommit(0, 8 * PAGE));

            assertFalse(stiff.tryRemap(0, 4 * PAGE, 4 * PAGE));
            assertNull(stiff.lastFailure());
        }
    }

    @Test
    void shouldFailTheCommitWhenARequiredLockIsRefused() {
        try (SimulatedRegions machines = withoutLocks()) {
            Backing required = Backing.of(
                    AllocatorConfig.builder().lock(MemoryLock.REQUIRED).build());
            Region locked = machines.region(REGION_BYTES, machines.ledger(), required);

            assertFalse(locked.tryCommit(0, PAGE));
            assertNotNull(locked.lastFailure());
            assertEquals(0, machines.ledger().committedBytes());
            assertEquals(0, required.lockRefusals());
        }
    }

    @Test
    void shouldCountTheLocksThatAreRefusedAndNotRequired() {
        try (SimulatedRegions machines = withoutLocks()) {
            Backing wished = Backing.of(
                    AllocatorConfig.builder().lock(MemoryLock.BEST_EFFORT).build());
            Region unlocked = machines.region(REGION_BYTES, machines.ledger(), wished);

            assertTrue(unlocked.tryCommit(0, PAGE));
            assertEquals(1, wished.lockRefusals());
            assertEquals(PAGE, machines.ledger().committedBytes());
        }
    }

    private static SimulatedRegions withoutLocks() {
        return new SimulatedRegions(
                LIMIT, SimulatedMachine.builder().lockLimitBytes(0).build());
    }
}
