// SPDX-License-Identifier: Apache-2.0
package dev.quarry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quarry.numa.RawMemory;
import dev.quarry.numa.SimulatedCgroup;
import dev.quarry.numa.SimulatedMachine;
import dev.quarry.numa.SimulatedMemory;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// What an allocator does while memory gets short around it, in a simulated cgroup.
@Tag("once")
class PressureTest {
    private static final long MIB = 1 << 20;
    private static final long CGROUP_BYTES = 512 * MIB;
    private static final long TICK_NS = TimeUnit.MILLISECONDS.toNanos(250);
    private static final int SPAN_BYTES = 64 << 10;

    private final SimulatedMemory os = new SimulatedMemory(SimulatedMachine.builder()
            .nodes(1, 2, 1L << 30)
            .addressSpaceBytes(512 * MIB)
            .build());
    private final SimulatedCgroup cgroup = os.contain(CGROUP_BYTES);
    private final SimulatedAllocators allocators = new SimulatedAllocators(os, os.topology());

    @AfterEach
    void release() {
        allocators.close();
    }

    private OffHeapAllocator create(boolean pressure) {
        return create(pressure, "10m");
    }

    private OffHeapAllocator create(boolean pressure, String purgeDelay) {
        return allocators.create(AllocatorConfig.builder()
                .limit("128m")
                .reserve("128m")
                .pressure(pressure)
                .purgeDelay(purgeDelay)
                .maintenance(MaintenanceMode.EXTERNAL));
    }

    private void ticks(OffHeapAllocator allocator, int count) {
        for (int tick = 0; tick < count; tick++) {
            os.advanceClock(TICK_NS);
            allocator.maintain();
        }
    }

    private static void makeDirty(OffHeapAllocator allocator, long bytes) {
        Deque<Long> blocks = new ArrayDeque<>();
        for (long made = 0; made < bytes; made += SPAN_BYTES) {
            long block = allocator.malloc(SPAN_BYTES);
            RawMemory.fill(block, SPAN_BYTES, (byte) 1);
            blocks.push(block);
        }
        blocks.forEach(allocator::free);
    }

    /// 90 % of the cgroup come to be used by another process, bit by bit.
    private boolean survivesTheOthersGrowth(OffHeapAllocator allocator) {
        for (long elsewhere = 300 * MIB; elsewhere <= CGROUP_BYTES / 10 * 9; elsewhere += 4 * MIB) {
            cgroup.useElsewhere(elsewhere);
            if (cgroup.isOverLimit()) {
                return false;
            }
            ticks(allocator, 1);
        }
        return true;
    }

    @Test
    void shouldShrinkBeforeTheKernelKillsAndLoseNothing() {
        try (OffHeapAllocator allocator = create(true)) {
            List<Long> live = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                live.add(allocator.malloc(MIB));
                RawMemory.fill(live.get(i), MIB, (byte) (i + 1));
            }
            makeDirty(allocator, 90 * MIB);
            assertTrue(survivesTheOthersGrowth(allocator), () -> "killed at " + cgroup.usedBytes());

            assertEquals(Pressure.SEVERE, allocator.pressure());
            assertEquals(0, allocator.stats().spanDirtyBytes());
            for (int round = 0; round < 20; round++) {
                makeDirty(allocator, 16 * MIB);
                assertFalse(cgroup.isOverLimit(), () -> "killed at " + cgroup.usedBytes());
                ticks(allocator, 1);
            }
            for (int i = 0; i < 8; i++) {
                for (long offset = 0; offset < MIB; offset++) {
                    assertEquals(i + 1, RawMemory.getByte(live.get(i) + offset));
                }
            }
            allocator.verify();
        }
    }

    /// The test above finds what it is there for.
    @Test
    void shouldBeKilledWhereNobodyWatches() {
        try (OffHeapAllocator allocator = create(false)) {
            makeDirty(allocator, 90 * MIB);

            assertFalse(survivesTheOthersGrowth(allocator));
            assertEquals(Pressure.NORMAL, allocator.pressure());
        }
    }

    @Test
    void shouldPurgeFourTimesAsFastUnderModeratePressure() {
        try (OffHeapAllocator allocator = create(true, "60s")) {
            makeDirty(allocator, 16 * MIB);
            cgroup.useElsewhere(CGROUP_BYTES * 86 / 100);
            int ticksOfAQuarter = (int) (TimeUnit.SECONDS.toNanos(15) / TICK_NS);
            ticks(allocator, ticksOfAQuarter / 2);
            assertTrue(allocator.stats().spanDirtyBytes() > 4 * MIB);
            ticks(allocator, ticksOfAQuarter);

            assertEquals(Pressure.MODERATE, allocator.pressure());
            assertEquals(0, allocator.stats().spanDirtyBytes());
        }
    }

    @Test
    void shouldHalveTheLookasideBudgetAndGiveItBack() {
        try (OffHeapAllocator allocator = create(true)) {
            long before = lookasideBudget(allocator);
            cgroup.useElsewhere(CGROUP_BYTES * 86 / 100);
            ticks(allocator, 4);
            assertEquals(Pressure.MODERATE, allocator.pressure());
            assertEquals(before / 2, lookasideBudget(allocator));
            cgroup.useElsewhere(CGROUP_BYTES * 95 / 100);
            ticks(allocator, 1);
            assertEquals(Pressure.SEVERE, allocator.pressure());
            assertEquals(0, lookasideBudget(allocator));
            cgroup.useElsewhere(0);
            ticks(allocator, 42);
            assertEquals(Pressure.NORMAL, allocator.pressure());
            assertEquals(before, lookasideBudget(allocator));
        }
    }

    private static long lookasideBudget(OffHeapAllocator allocator) {
        return allocator.pool().lookasideLeftBytes();
    }

    @Test
    void shouldAskCachesBackUnderSeverePressure() {
        try (OffHeapAllocator allocator = create(true)) {
            AtomicInteger reclaims = new AtomicInteger();
            allocator.register(new BlockCache() {
                @Override
                public void count(Counter counter) {
                    // Keeps nothing.
                }

                @Override
                public void reclaim() {
                    reclaims.incrementAndGet();
                }

                @Override
                public void sweep() {
                    // No thread of it ends.
                }
            });
            cgroup.stall(600, 0);
            ticks(allocator, 5);
            assertEquals(Pressure.MODERATE, allocator.pressure());
            assertEquals(0, reclaims.get());
            cgroup.stall(600, 600);
            ticks(allocator, 1);
            assertEquals(1, reclaims.get());
            ticks(allocator, 3);
            assertEquals(4, reclaims.get(), "with each reading");
        }
    }

    @Test
    void shouldReadOnceASecondWhileMemoryIsPlenty() {
        try (OffHeapAllocator allocator = create(true)) {
            ticks(allocator, 3);
            cgroup.useElsewhere(CGROUP_BYTES);
            assertEquals(Pressure.NORMAL, allocator.pressure());
            ticks(allocator, 1);
            assertEquals(Pressure.SEVERE, allocator.pressure());
        }
    }

    @Test
    void shouldCallListenersWithoutALockAndOneAtATime() {
        try (OffHeapAllocator allocator = create(true)) {
            List<Pressure> told = new ArrayList<>();
            allocator.onPressure(level -> {
                told.add(level);
                allocator.free(allocator.malloc(100_000));
                cgroup.useElsewhere(0);
                ticks(allocator, 5);
                assertOthersCanAllocate(allocator);
            });
            cgroup.useElsewhere(CGROUP_BYTES * 95 / 100);
            ticks(allocator, 5);

            assertEquals(List.of(Pressure.SEVERE), told, "the reading under way has not ended");
            ticks(allocator, 50);
            assertEquals(List.of(Pressure.SEVERE, Pressure.NORMAL), told);
            allocator.verify();
        }
    }

    private static void assertOthersCanAllocate(OffHeapAllocator allocator) {
        Thread other = new Thread(() -> {
            allocator.free(allocator.malloc(100));
            allocator.trim();
        });
        other.start();
        try {
            assertTrue(other.join(Duration.ofSeconds(30)), "the listener is called under a lock");
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void shouldDropAListenerThatThrowsThreeTimesAndSaySo() {
        try (OffHeapAllocator allocator = create(true)) {
            AtomicInteger calls = new AtomicInteger();
            allocator.onPressure(level -> {
                calls.incrementAndGet();
                throw new IllegalStateException("planted");
            });
            for (int round = 0; round < 3; round++) {
                cgroup.useElsewhere(CGROUP_BYTES);
                ticks(allocator, 5);
                cgroup.useElsewhere(0);
                ticks(allocator, 50);
            }
            assertEquals(3, calls.get());
            assertTrue(allocator.report().contains("has thrown 3 times and is dropped"), allocator::report);
            allocator.verify();
        }
    }

    @Test
    void shouldFallBackToTheOwnLimitWhereNothingCanBeRead() {
        SimulatedMemory untold = new SimulatedMemory(SimulatedMachine.builder()
                .nodes(1, 2, 1L << 30)
                .addressSpaceBytes(512 * MIB)
                .build());
        try (SimulatedAllocators others = new SimulatedAllocators(untold, untold.topology())) {
            OffHeapAllocator allocator = others.create(
                    AllocatorConfig.builder().limit("128m").reserve("128m").maintenance(MaintenanceMode.EXTERNAL));
            allocator.malloc(112 * MIB);
            untold.advanceClock(TimeUnit.SECONDS.toNanos(1));
            allocator.maintain();
            assertEquals(Pressure.MODERATE, allocator.pressure());
            assertTrue(allocator.report().contains("pressure       MODERATE; the system has told nothing"));
            allocator.close();
        }
    }

    @Test
    void shouldBeInTheReport() {
        try (OffHeapAllocator allocator = create(true)) {
            cgroup.useElsewhere(CGROUP_BYTES / 2 - os.residentBytes());
            cgroup.stall(123, 45);
            ticks(allocator, 4);
            String report = allocator.report();
            assertTrue(
                    report.contains("pressure       NORMAL; cgroup uses 268,435,456 of 536,870,912 (50.0 %);"), report);
            assertTrue(
                    report.contains("; some waited 1.23 % of ten seconds; all waited 0.45 % of ten seconds"), report);
        }
    }

    /// One reading for a tree; a child shrinks as its parent does, and its listeners end with it.
    @Test
    void shouldHoldForChildrenToo() {
        try (OffHeapAllocator allocator = create(true)) {
            List<Pressure> told = new ArrayList<>();
            OffHeapAllocator child = allocator.child("tenant", 64 * MIB);
            child.onPressure(told::add);
            makeDirty(child, 16 * MIB);
            assertTrue(child.stats().spanDirtyBytes() > 0);
            cgroup.useElsewhere(CGROUP_BYTES * 95 / 100);
            ticks(allocator, 4);
            assertEquals(Pressure.SEVERE, child.pressure());
            assertEquals(0, child.stats().spanDirtyBytes());
            assertEquals(List.of(Pressure.SEVERE), told);
            child.close();
            cgroup.useElsewhere(0);
            ticks(allocator, 50);
            assertEquals(Pressure.NORMAL, allocator.pressure());
            assertEquals(List.of(Pressure.SEVERE), told);
        }
    }
}
