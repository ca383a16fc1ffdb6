// SPDX-License-Identifier: Apache-2.0
package dev.quarry.numa;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class SimulatedMemoryTest extends NativeMemoryContract {
    private static final long NODE_BYTES = 32 << 20;

    private final SimulatedMemory simulated = new SimulatedMemory(
            SimulatedMachine.builder().nodes(2, 2, NODE_BYTES).build());

    @Override
    NativeMemory create() {
        return simulated;
    }

    private static void assertIllegal(String expected, Runnable call) {
        IllegalStateException e = assertThrows(IllegalStateException.class, call::run);
        assertTrue(e.getMessage().contains(expected), e.getMessage());
    }

    @Test
    void shouldTakeMemoryFromTheNodeOfTheCpu() {
        memory.commit(page(0), osPageBytes);
        simulated.runOn(3);
        memory.commit(page(1), osPageBytes);

        assertEquals(0, simulated.nodeOf(page(0)));
        assertEquals(1, simulated.nodeOf(page(1) + 100));
        assertEquals(-1, simulated.nodeOf(page(2)));
        assertEquals(osPageBytes, simulated.usedBytes(0));
        assertEquals(osPageBytes, simulated.usedBytes(1));
        assertEquals(3, memory.currentCpu());
    }

    @Test
    void shouldTakeMemoryFromTheNodeOfTheBinding() {
        memory.bind(address, byteSize, Placement.BIND, NodeSet.of(1));
        memory.commit(address, byteSize);

        assertEquals(byteSize, simulated.usedBytes(1));
        assertEquals(0, simulated.usedBytes(0));
    }

    @Test
    void shouldFallBackToTheOtherNodeWhenBindingIsNotStrict() {
        simulated.setNodeBytes(1, 3L * osPageBytes);
        memory.bind(address, byteSize, Placement.PREFERRED, NodeSet.of(1));
        memory.commit(address, byteSize);

        assertEquals(3L * osPageBytes, simulated.usedBytes(1));
        assertEquals(byteSize - 3L * osPageBytes, simulated.usedBytes(0));
    }

    @Test
    void shouldChangeNothingWhenStrictNodeHasNotEnough() {
        simulated.setNodeBytes(1, 3L * osPageBytes);
        memory.bind(address, byteSize, Placement.BIND, NodeSet.of(1));

        NativeMemoryException e = assertThrows(NativeMemoryException.class, () -> memory.commit(address, byteSize));

        assertTrue(e.is(Errno.ENOMEM), e.getMessage());
        assertEquals(0, simulated.usedBytes(1));
        assertEquals(0, simulated.committedBytes());
        memory.commit(address, 3L * osPageBytes);
    }

    @Test
    void shouldGiveMemoryBackWhenPurgedAndTakeItAgainWhenPopulated() {
        memory.commit(address, byteSize);
        memory.purge(page(0), 2L * osPageBytes);

        assertEquals(byteSize - 2L * osPageBytes, simulated.usedBytes(0));
        assertEquals(byteSize, simulated.committedBytes());
        assertEquals(byteSize - 2L * osPageBytes, memory.residentBytes(address, byteSize));
        fill(page(0), osPageBytes, 1);
        assertEquals(byteSize - osPageBytes, memory.residentBytes(address, byteSize));

        memory.populate(address, byteSize);
        assertEquals(byteSize, simulated.usedBytes(0));
    }

    @Test
    void shouldMoveMemoryWithContentsWhenRemapped() {
        memory.commit(page(0), osPageBytes);
        simulated.runOn(2);
        memory.commit(page(1), osPageBytes);
        memory.remap(page(1), page(0), osPageBytes);

        assertEquals(1, simulated.nodeOf(page(0)));
        assertEquals(-1, simulated.nodeOf(page(1)));
        assertEquals(0, simulated.usedBytes(0));
        assertEquals(osPageBytes, simulated.usedBytes(1));
        assertEquals(2L * osPageBytes, simulated.committedBytes());
    }

    @Test
    void shouldRefuseToLockWhenLimitIsReached() {
        SimulatedMemory tight = new SimulatedMemory(
                SimulatedMachine.builder().lockLimitBytes(2L * osPageBytes).build());
        long reserved = tight.reserve(byteSize, osPageBytes);
        tight.commit(reserved, byteSize);
        tight.lock(reserved, 2L * osPageBytes);

        NativeMemoryException e =
                assertThrows(NativeMemoryException.class, () -> tight.lock(reserved, 3L * osPageBytes));

        assertTrue(e.getMessage().contains("RLIMIT_MEMLOCK"), e.getMessage());
        assertEquals(2L * osPageBytes, tight.lockedBytes());
        assertTrue(assertThrows(NativeMemoryException.class, () -> tight.purge(reserved, byteSize))
                .is(Errno.EINVAL));
        tight.unlock(reserved, osPageBytes);
        tight.lock(reserved + 2L * osPageBytes, osPageBytes);
        tight.release(reserved, byteSize);
    }

    @Test
    void shouldRefuseWhenThereAreTooManyMappings() {
        SimulatedMemory tight =
                new SimulatedMemory(SimulatedMachine.builder().maxMappings(3).build());
        long reserved = tight.reserve(byteSize, osPageBytes);
        tight.commit(reserved + osPageBytes, osPageBytes);
        assertEquals(3, tight.mappings());

        NativeMemoryException e =
                assertThrows(NativeMemoryException.class, () -> tight.commit(reserved + 3L * osPageBytes, osPageBytes));

        assertTrue(e.getMessage().contains("vm.max_map_count"), e.getMessage());
        assertEquals(osPageBytes, tight.committedBytes());
        tight.commit(reserved, osPageBytes);
        assertEquals(2, tight.mappings());
        tight.commit(reserved, byteSize);
        tight.release(reserved, byteSize);
        assertEquals(0, tight.mappings());
    }

    @Test
    void shouldRefuseToReserveWhenAddressSpaceIsUsedUp() {
        SimulatedMemory tight = new SimulatedMemory(
                SimulatedMachine.builder().addressSpaceBytes(byteSize).build());
        long reserved = tight.reserve(byteSize, osPageBytes);

        assertThrows(NativeMemoryException.class, () -> tight.reserve(osPageBytes, osPageBytes));

        tight.release(reserved, byteSize);
        tight.release(tight.reserve(byteSize, osPageBytes), byteSize);
        assertEquals(0, tight.reservedBytes());
    }

    @Test
    void shouldRefuseToBindWhenNodeIsAbsentOrSandboxForbids() {
        SimulatedMemory sandboxed =
                new SimulatedMemory(SimulatedMachine.builder().canBind(false).build());
        long reserved = sandboxed.reserve(byteSize, osPageBytes);

        assertTrue(assertThrows(
                        NativeMemoryException.class,
                        () -> sandboxed.bind(reserved, byteSize, Placement.BIND, NodeSet.of(0)))
                .is(Errno.EPERM));
        assertTrue(assertThrows(
                        NativeMemoryException.class,
                        () -> memory.bind(address, byteSize, Placement.BIND, NodeSet.of(2)))
                .is(Errno.EINVAL));
        sandboxed.release(reserved, byteSize);
    }

    @Test
    void shouldRefuseToRemapWhenKernelIsOld() {
        SimulatedMemory old =
                new SimulatedMemory(SimulatedMachine.builder().canRemap(false).build());

        assertThrows(UnsupportedOperationException.class, () -> old.remap(page(0), page(1), osPageBytes));
    }

    @Test
    void shouldCallItIllegalWhenRangeIsNotReserved() {
        assertIllegal("is not within one reservation", () -> memory.commit(address, byteSize + osPageBytes));
        assertIllegal("is not within one reservation", () -> memory.commit(osPageBytes, osPageBytes));
    }

    @Test
    void shouldCallItIllegalWhenRangeIsNotCommitted() {
        memory.commit(page(0), osPageBytes);

        assertIllegal("is not committed throughout", () -> memory.purge(page(0), 2L * osPageBytes));
        assertIllegal("is not committed throughout", () -> memory.populate(page(1), osPageBytes));
        assertIllegal("is not committed throughout", () -> memory.lock(page(1), osPageBytes));
        assertIllegal("is not committed throughout", () -> memory.remap(page(0), page(1), osPageBytes));
        assertIllegal("is not committed throughout", () -> memory.remap(page(1), page(0), osPageBytes));
    }

    @Test
    void shouldCallItIllegalWhenRemappingBetweenReservations() {
        long other = memory.reserve(byteSize, osPageBytes);
        memory.commit(other, byteSize);
        memory.commit(address, byteSize);

        assertIllegal("is in another reservation", () -> memory.remap(address, other, osPageBytes));

        memory.release(other, byteSize);
    }

    @Test
    void shouldCallItIllegalWhenReservationIsReleasedInPart() {
        assertIllegal("is not a whole reservation", () -> memory.release(address, byteSize / 2));
        assertIllegal("is not a whole reservation", () -> memory.release(page(1), byteSize - osPageBytes));
    }

    @Test
    void shouldFindTheWriteWhenMemoryWasNotCommitted() {
        RawMemory.putByte(page(2) + osPageBytes - 1, (byte) 1);

        assertIllegal("while the OS page was not committed", () -> memory.commit(address, byteSize));
        assertIllegal("while the OS page was not committed", () -> memory.release(address, byteSize));

        RawMemory.putByte(page(2) + osPageBytes - 1, (byte) 0);
    }

    @Test
    void shouldMoveTheClockOnlyWhenTold() {
        long before = memory.nanoTime();
        assertEquals(before, memory.nanoTime());

        simulated.advanceClock(1_000);

        assertEquals(before + 1_000, memory.nanoTime());
        assertThrows(IllegalArgumentException.class, () -> simulated.advanceClock(-1));
    }

    @Test
    void shouldRefuseMachineWhenItMakesNoSense() {
        assertThrows(
                IllegalArgumentException.class,
                () -> SimulatedMachine.builder().osPageBytes(5000).build());
    }

    @Test
    void shouldLeaveNothingToTheNextMachineOnTheSameMemory() {
        SimulatedMachine machine = SimulatedMachine.builder().build();
        try (SimulatedBacking backing = SimulatedBacking.shared()) {
            SimulatedMemory before = new SimulatedMemory(machine, backing);
            long first = before.reserve(4L * osPageBytes, osPageBytes);
            before.commit(first, 2L * osPageBytes);
            RawMemory.putLong(first + osPageBytes, 1);
            before.turnOff();
            assertEquals(0, before.reservedBytes());

            SimulatedMemory after = new SimulatedMemory(machine, backing);
            long second = after.reserve(4L * osPageBytes, osPageBytes);
            assertEquals(first, second);
            assertEquals(0, after.committedBytes());
            after.commit(second, 4L * osPageBytes);
            assertEquals(0, RawMemory.getLong(second + osPageBytes));
            after.turnOff();
        }
    }

    @Test
    void shouldHoldTheLimitOfMappingsWhereItCanBeReached() {
        SimulatedMemory small =
                new SimulatedMemory(SimulatedMachine.builder().maxMappings(3).build());
        long first = small.reserve(8L * osPageBytes, osPageBytes);
        small.commit(first + osPageBytes, osPageBytes);
        assertThrows(NativeMemoryException.class, () -> small.commit(first + 3L * osPageBytes, osPageBytes));
        assertEquals(osPageBytes, small.committedBytes());
        small.turnOff();
    }
}
