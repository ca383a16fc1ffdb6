// SPDX-License-Identifier: Apache-2.0
package dev.quarry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quarry.numa.Errno;
import dev.quarry.numa.FaultInjectingMemory;
import dev.quarry.numa.NativeMemoryException;
import dev.quarry.numa.OsCall;
import dev.quarry.numa.RawMemory;
import dev.quarry.numa.SimulatedMachine;
import dev.quarry.numa.SimulatedMemory;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/// What an option asks of the kernel and the kernel refuses: the allocator goes on without, and says so once.
@Tag("once")
class RefusedOptionsTest {
    private static final int NODES = 2;
    private static final long NODE_BYTES = 256L << 20;

    private final SimulatedMemory machine = new SimulatedMemory(SimulatedMachine.builder()
            .nodes(NODES, 2, NODE_BYTES)
            .addressSpaceBytes(512L << 20)
            .lockLimitBytes(64L << 20)
            .build());

    private final FaultInjectingMemory os = new FaultInjectingMemory(machine);

    private final SimulatedAllocators allocators = new SimulatedAllocators(os, machine.topology());

    @AfterEach
    void releaseMachine() {
        os.disarm();
        allocators.close();
    }

    private static AllocatorConfig.Builder config() {
        return AllocatorConfig.builder().limit("64m").reserve("64m").maintenance(MaintenanceMode.EXTERNAL);
    }

    private OffHeapAllocator create(AllocatorConfig.Builder builder) {
        return allocators.create(builder);
    }

    @ParameterizedTest
    @EnumSource(
            value = Errno.class,
            names = {"EINVAL", "ENOMEM", "ENOSYS", "EPERM"})
    void shouldGoOnWithoutHugePages(Errno errno) {
        os.failFrom(OsCall.HUGE_PAGES, 1, errno);
        try (OffHeapAllocator allocator = create(config().hugePages(HugePages.TRANSPARENT))) {
            assertTrue(os.fired());
            requireWorking(allocator);
            requireNotes(allocator, "huge pages was refused (" + errno + ")");
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Errno.class,
            names = {"EPERM", "ENOSYS", "EINVAL", "EFAULT"})
    void shouldPlaceByFirstTouchWhenBindingIsRefused(Errno errno) {
        os.failFrom(OsCall.BIND, 1, errno);
        try (OffHeapAllocator allocator = create(config())) {
            requireWorking(allocator);
            requireNotes(
                    allocator,
                    "binding to nodes 0-1 was refused (" + errno
                            + "): memory comes from the node that first touches it");
            assertEquals(
                    NODES + 1,
                    allocator.stats().nodes().size(),
                    "a zone for each node, and one for what is interleaved");
            assertEquals(NODES + 1, allocator.space().bindRefusals());
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Errno.class,
            names = {"EINVAL", "ENOSYS", "EPERM"})
    void shouldPopulateByFirstTouchWhereTheKernelCannot(Errno errno) {
        os.failFrom(OsCall.POPULATE, 1, errno);
        try (OffHeapAllocator allocator = create(config().populate(true))) {
            requireWorking(allocator);
            requireNotes(allocator, "populating memory was refused (" + errno + "): it comes at its first use");
            assertEquals(1, os.calls(OsCall.POPULATE), "who cannot is asked once");
        }
    }

    /// A want of memory found by populating is an error now, instead of a signal at the first use.
    @ParameterizedTest
    @EnumSource(
            value = Errno.class,
            names = {"ENOMEM", "EFAULT"})
    void shouldRefuseWhatCannotBePopulated(Errno errno) {
        os.failFrom(OsCall.POPULATE, 1, errno);
        try (OffHeapAllocator allocator = create(config().populate(true))) {
            OutOfOffHeapMemoryError error = assertThrows(OutOfOffHeapMemoryError.class, () -> allocator.malloc(100));
            assertTrue(String.valueOf(error.getMessage()).contains(errno.name()), error.getMessage());
            allocator.verify();
            os.disarm();
            requireWorking(allocator);
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Errno.class,
            names = {"ENOMEM", "EAGAIN", "EPERM"})
    void shouldGoOnUnlockedWhenLocksAreBestEffort(Errno errno) {
        os.failFrom(OsCall.LOCK, 1, errno);
        try (OffHeapAllocator allocator = create(config().lock(MemoryLock.BEST_EFFORT))) {
            requireWorking(allocator);
            requireNotes(allocator, "locking memory was refused " + os.calls(OsCall.LOCK) + " times");
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Errno.class,
            names = {"ENOMEM", "EAGAIN", "EPERM"})
    void shouldNotStartWhereRequiredLocksAreRefused(Errno errno) {
        os.failFrom(OsCall.LOCK, 1, errno);
        OutOfOffHeapMemoryError error =
                assertThrows(OutOfOffHeapMemoryError.class, () -> create(config().lock(MemoryLock.REQUIRED)));
        String message = String.valueOf(error.getMessage());
        assertTrue(message.startsWith("quarry.lock=required cannot be had: "), message);
        assertTrue(message.contains(errno.name()), message);
        os.disarm();
        create(config().lock(MemoryLock.REQUIRED)).close();
    }

    @ParameterizedTest
    @EnumSource(
            value = Errno.class,
            names = {"ENOMEM", "EAGAIN", "EPERM"})
    void shouldHandOutNothingUnlockedWhenLocksAreRequired(Errno errno) {
        try (OffHeapAllocator allocator = create(config().lock(MemoryLock.REQUIRED))) {
            os.failFrom(OsCall.LOCK, 1, errno);
            for (long size : new long[] {2_000_000, 3 << 20, 5 << 20}) {
                OutOfOffHeapMemoryError error =
                        assertThrows(OutOfOffHeapMemoryError.class, () -> allocator.malloc(size));
                assertTrue(String.valueOf(error.getMessage()).contains(errno.name()), error.getMessage());
            }
            allocator.verify();
            assertEquals(0, allocator.stats().liveBlocks());
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Errno.class,
            names = {"EPERM", "ENOSYS", "EINVAL", "EFAULT", "ENOMEM"})
    void shouldDoWithoutKnowingWherePagesLie(Errno errno) {
        try (OffHeapAllocator allocator = create(config())) {
            long address = allocator.malloc(2 << 20);
            os.failFrom(OsCall.NODES_OF, 1, errno);
            assertEquals(0, allocator.rebalance());
            assertThrows(NativeMemoryException.class, () -> allocator.samplePlacement(10));
            String report = allocator.report();
            assertTrue(report.contains("where pages lie is not known: move_pages was refused (" + errno + ")"), report);
            allocator.free(address);
            requireWorking(allocator);
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Errno.class,
            names = {"EPERM", "ENOSYS", "EACCES", "ENODEV", "ENOMEM"})
    void shouldLeavePagesWhereTheyAreWhenMovingIsRefused(Errno errno) {
        try (OffHeapAllocator allocator = create(config())) {
            long address = allocator.malloc(2 << 20);
            long keep = allocator.malloc(1);
            allocator.migrate(address, 1);
            allocator.free(address);
            os.failFrom(OsCall.MOVE, 1, errno);
            assertEquals(0, allocator.rebalance());
            requireNotes(allocator, "moving pages to node 0 was refused (" + errno + "): they stay where they are");
            long live = allocator.malloc(100);
            assertThrows(NativeMemoryException.class, () -> allocator.migrate(live, 1));
            allocator.free(live);
            allocator.free(keep);
            requireWorking(allocator);
        }
    }

    /// Locked memory is neither purged nor remapped, and keeps its credit; the close lets it go.
    @ParameterizedTest
    @CsvSource({"BEST_EFFORT, false", "REQUIRED, true"})
    void shouldCountLockedMemoryUntilTheClose(MemoryLock lock, boolean populate) {
        OffHeapAllocator allocator = create(config().lock(lock).populate(populate));
        long address = allocator.malloc(2 << 20);
        RawMemory.putLong(address, 42);
        long moved = allocator.realloc(address, (2 << 20) + 5000);
        assertEquals(42, RawMemory.getLong(moved));
        allocator.free(moved);
        allocator.trim();
        allocator.verify();
        assertEquals(0, os.calls(OsCall.PURGE), "the kernel purges no locked memory");
        AllocatorStats stats = allocator.stats();
        assertTrue(machine.lockedBytes() > 0);
        assertTrue(stats.committedBytes() - stats.metadataBytes() >= machine.lockedBytes(), stats::toString);
        allocator.close();
        assertEquals(0, machine.lockedBytes());
    }

    /// What was populated is resident though it was never written to: without credit it must not stay so.
    @Test
    void shouldGiveBackWhatWasOnlyPopulated() {
        try (OffHeapAllocator allocator = create(config().populate(true))) {
            long usedBytes = usedBytes() - allocator.stats().metadataBytes();
            long kept = allocator.malloc(100);
            allocator.free(allocator.malloc(5 << 20));
            allocator.trim();
            allocator.verify();
            AllocatorStats stats = allocator.stats();
            long dataBytes = stats.committedBytes() - stats.metadataBytes();
            assertTrue(dataBytes < allocator.space().config().commitGranuleBytes(), stats::toString);
            assertTrue(usedBytes() - stats.metadataBytes() <= usedBytes + dataBytes, allocator::report);
            allocator.free(kept);
        }
    }

    private long usedBytes() {
        return machine.usedBytes(0) + machine.usedBytes(1);
    }

    private static void requireWorking(OffHeapAllocator allocator) {
        List<Long> blocks = new ArrayList<>();
        for (long size : new long[] {16, 7_000, 100_000, 2 << 20}) {
            long address = allocator.calloc(1, size);
            RawMemory.fill(address, size, (byte) 1);
            blocks.add(allocator.realloc(address, size * 2));
        }
        allocator.verify();
        blocks.forEach(allocator::free);
        allocator.trim();
        allocator.verify();
        assertEquals(0, allocator.stats().liveBlocks());
    }

    @Test
    void shouldReportWithoutTheResidentBytes() {
        try (OffHeapAllocator allocator = allocators.create(
                AllocatorConfig.builder().limit("64m").reserve("64m").maintenance(MaintenanceMode.EXTERNAL))) {
            os.failFrom(OsCall.RESIDENT, 1, Errno.ENOMEM);
            assertTrue(allocator.report().matches("(?s).*resident +unknown.*"), allocator.report());
        }
    }

    private static void requireNotes(OffHeapAllocator allocator, String... notes) {
        List<String> found = allocator
                .report()
                .lines()
                .filter(line -> line.startsWith("note: "))
                .map(line -> line.substring("note: ".length()))
                .toList();
        assertEquals(List.of(notes), found);
    }
}
