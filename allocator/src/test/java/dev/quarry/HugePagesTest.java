// SPDX-License-Identifier: Apache-2.0
package dev.quarry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quarry.internal.buddy.Extents;
import dev.quarry.numa.Errno;
import dev.quarry.numa.FaultInjectingMemory;
import dev.quarry.numa.OsCall;
import dev.quarry.numa.RawMemory;
import dev.quarry.numa.SimulatedMachine;
import dev.quarry.numa.SimulatedMemory;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// `quarry.huge.pages=transparent` from the outside, on a machine that grants them or does not, and on this one.
class HugePagesTest {
    private static final long EXTENT = Extents.BYTES;
    private static final long TICK_NS = 250_000_000;
    private static final long PURGE_DELAY_NS = 10_000_000_000L;
    private static final int MANY_ROUNDS = 100;

    private final SimulatedMemory machine = new SimulatedMemory(
            SimulatedMachine.builder().addressSpaceBytes(512L << 20).build());

    private final FaultInjectingMemory os = new FaultInjectingMemory(machine);
    private final RecordedCalls calls = new RecordedCalls(os);
    private final SimulatedAllocators allocators = new SimulatedAllocators(calls.memory(), machine.topology());

    @AfterEach
    void releaseMachine() {
        os.disarm();
        allocators.close();
    }

    private static AllocatorConfig.Builder config() {
        return AllocatorConfig.builder()
                .limit("64m")
                .reserve("64m")
                .maintenance(MaintenanceMode.EXTERNAL)
                .hugePages(HugePages.TRANSPARENT);
    }

    private void rounds(OffHeapAllocator allocator, int count) {
        for (int round = 0; round < count; round++) {
            machine.advanceClock(TICK_NS);
            allocator.maintain();
        }
    }

    private static long mallocFilled(OffHeapAllocator allocator, long byteSize) {
        long address = allocator.malloc(byteSize);
        RawMemory.fill(address, byteSize, (byte) 1);
        return address;
    }

    private static void requireExtents(List<RecordedCalls.Range> ranges) {
        for (RecordedCalls.Range range : ranges) {
            assertEquals(0, range.address() % EXTENT, ranges::toString);
            assertEquals(0, range.byteSize() % EXTENT, ranges::toString);
        }
    }

    @Test
    void shouldPurgeWholeExtentsInSilenceAndAllOnATrim() {
        try (OffHeapAllocator allocator = allocators.create(config())) {
            long kept = mallocFilled(allocator, 100_000);
            allocator.free(mallocFilled(allocator, 11 << 20));
            rounds(allocator, (int) (2 * PURGE_DELAY_NS / TICK_NS));

            assertTrue(calls.of(OsCall.PURGE).size() > 0);
            requireExtents(calls.of(OsCall.PURGE));
            AllocatorStats stats = allocator.stats();
            assertTrue(stats.spanDirtyBytes() > 0 && stats.spanDirtyBytes() < 2 * EXTENT, stats::toString);

            int purges = calls.of(OsCall.PURGE).size();
            rounds(allocator, (int) (2 * PURGE_DELAY_NS / TICK_NS));
            assertEquals(purges, calls.of(OsCall.PURGE).size(), "what stays is not tried again and again");

            allocator.trim();
            assertEquals(0, allocator.stats().spanDirtyBytes());
            allocator.verify();
            allocator.free(kept);
        }
    }

    @Test
    void shouldCollapseWhatIsInUseOnce() {
        try (OffHeapAllocator allocator = allocators.create(config())) {
            long block = mallocFilled(allocator, 8 << 20);
            rounds(allocator, MANY_ROUNDS);

            List<RecordedCalls.Range> collapsed = calls.of(OsCall.COLLAPSE);
            requireExtents(collapsed);
            assertEquals(4, collapsed.size());
            assertEquals(4 * EXTENT, machine.hugeBytes());
            assertTrue(allocator.report().contains("4   collapsed, 0 times refused"), allocator::report);
            for (long at = block; at < block + (8 << 20); at += 4096) {
                assertEquals(1, RawMemory.getByte(at));
            }
            allocator.free(block);
        }
    }

    @Test
    void shouldCollapseNoMoreThanOneARound() {
        try (OffHeapAllocator allocator = allocators.create(config())) {
            allocator.free(mallocFilled(allocator, 16 << 20));
            long block = mallocFilled(allocator, 16 << 20);
            for (int round = 0; round < MANY_ROUNDS; round++) {
                int before = calls.of(OsCall.COLLAPSE).size();
                rounds(allocator, 1);
                assertTrue(calls.of(OsCall.COLLAPSE).size() <= before + 1);
            }
            allocator.free(block);
        }
    }

    /// Nothing becomes resident through it: neither free pages nor those of a block that nobody has written to.
    @Test
    void shouldMakeNothingResident() {
        try (OffHeapAllocator allocator = allocators.create(config())) {
            allocator.free(mallocFilled(allocator, 8 << 20));
            allocator.trim();
            long block = allocator.malloc(8 << 20);
            machine.purge(block, 4 << 20);
            long residentBytes = machine.residentBytes();
            rounds(allocator, MANY_ROUNDS);

            assertTrue(machine.residentBytes() <= residentBytes);
            allocator.verify();
            allocator.free(block);
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Errno.class,
            names = {"ENOMEM", "EBUSY", "EAGAIN"})
    void shouldTryAgainLaterWhereItIsRefusedForNow(Errno errno) {
        try (OffHeapAllocator allocator = allocators.create(config())) {
            long block = mallocFilled(allocator, 8 << 20);
            os.failFrom(OsCall.COLLAPSE, 1, errno);
            rounds(allocator, MANY_ROUNDS);
            long asked = os.calls(OsCall.COLLAPSE);
            assertTrue(asked > 1 && asked < 10, asked + " calls in " + MANY_ROUNDS + " rounds");
            assertEquals(List.of(), allocator.space().refusals());

            os.disarm();
            rounds(allocator, 10 * MANY_ROUNDS);
            assertEquals(4 * EXTENT, machine.hugeBytes());
            allocator.verify();
            allocator.free(block);
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Errno.class,
            names = {"EINVAL", "ENOSYS", "EPERM"})
    void shouldAskOnceWhereTheKernelCannotCollapse(Errno errno) {
        try (OffHeapAllocator allocator = allocators.create(config())) {
            long block = mallocFilled(allocator, 8 << 20);
            os.failFrom(OsCall.COLLAPSE, 1, errno);
            rounds(allocator, MANY_ROUNDS);

            assertEquals(1, os.calls(OsCall.COLLAPSE));
            assertEquals(
                    List.of("collapsing into huge OS pages was refused (" + errno
                            + "): those that a purge splits stay small"),
                    allocator.space().refusals());
            allocator.verify();
            allocator.free(block);
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Errno.class,
            names = {"ENOMEM", "EINVAL"})
    void shouldSurviveTheRefusalOfAnyCall(Errno errno) {
        for (long nth = 1; ; nth++) {
            try (OffHeapAllocator allocator = allocators.create(config())) {
                long kept = mallocFilled(allocator, 5 << 20);
                os.failNth(nth, errno);
                long freed = allocator.malloc(3 << 20);
                allocator.free(freed);
                rounds(allocator, MANY_ROUNDS);
                allocator.trim();
                allocator.verify();
                allocator.free(kept);
            } catch (OutOfOffHeapMemoryError refused) {
                assertTrue(os.fired(), refused::toString);
            }
            if (!os.fired()) {
                break;
            }
            os.disarm();
        }
    }

    @Test
    void shouldWorkAsWithoutWhereHugePagesAreRefused() {
        os.failFrom(OsCall.HUGE_PAGES, 1, Errno.EINVAL);
        try (OffHeapAllocator allocator = allocators.create(config())) {
            long block = mallocFilled(allocator, 8 << 20);
            allocator.free(mallocFilled(allocator, 100_000));
            rounds(allocator, MANY_ROUNDS);

            assertEquals(0, os.calls(OsCall.COLLAPSE));
            assertEquals(0, allocator.stats().spanDirtyBytes(), "small blocks decay too");
            allocator.free(block);
        }
    }

    @Test
    void shouldCostNothingWhereNobodyWantsThem() {
        try (OffHeapAllocator allocator = allocators.create(config().hugePages(HugePages.OFF))) {
            long block = mallocFilled(allocator, 8 << 20);
            rounds(allocator, MANY_ROUNDS);

            assertEquals(0, os.calls(OsCall.COLLAPSE));
            assertNull(allocator.space().collapser());
            assertNull(allocator.space().zones()[0].pages().extents());
            allocator.free(block);
        }
    }

    /// Whether there are huge OS pages is the machine's affair: contents stay, and figures add up.
    @Test
    void shouldKeepContentsOnThisMachine() {
        try (OffHeapAllocator allocator =
                OffHeapAllocator.create(config().purgeDelay("40ms").build())) {
            long block = mallocFilled(allocator, 8 << 20);
            for (int round = 0; round < MANY_ROUNDS; round++) {
                allocator.free(mallocFilled(allocator, 3 << 20));
                if (round % 10 == 0) {
                    allocator.trim();
                }
                allocator.maintain();
            }
            for (long at = block; at < block + (8 << 20); at += 4096) {
                assertEquals(1, RawMemory.getByte(at));
            }
            allocator.verify();
            assertTrue(allocator.stats().identityHolds());
            allocator.free(block);
            allocator.trim();
            AllocatorStats stats = allocator.stats();
            assertEquals(0, stats.spanDirtyBytes(), stats::toString);
        }
    }
}
