// SPDX-License-Identifier: Apache-2.0
package dev.quarry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quarry.internal.arena.Keeper;
import dev.quarry.internal.event.EventKind;
import dev.quarry.internal.slab.Zone;
import dev.quarry.numa.SimulatedMachine;
import dev.quarry.numa.SimulatedMemory;
import dev.quarry.numa.Topology;
import java.util.concurrent.atomic.LongAdder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// A program whose large blocks never fit where the ones before them lay does not hold both, though the clock stands
/// still and nothing is old enough for the decay.
@Tag("once")
class GrowthTest {
    /// Straight from the zone: no lookaside list keeps it.
    private static final long UNIT_BYTES = 5L << 18;

    /// A power of two, and aligned to it.
    private static final long RUN_BYTES = 8L << 20;

    private static final int RUNS = 40;

    private final SimulatedMemory os =
            new SimulatedMemory(SimulatedMachine.builder().nodes(1, 2, 1L << 30).build());
    private final SimulatedAllocators allocators = new SimulatedAllocators(os, Topology.singleNode(2));
    private final OffHeapAllocator allocator = allocators.create(AllocatorConfig.builder()
            .limit("512m")
            .reserve("512m")
            .purgeDelay("24h")
            .maintenance(MaintenanceMode.EXTERNAL));
    private final LongAdder grownBytes = new LongAdder();

    @AfterEach
    void close() {
        allocator.verify();
        allocator.close();
        allocators.close();
    }

    /// A run comes and goes, and where it began a unit stays, because it must be aligned so; others come and go in what
    /// is dirty. None of the places left has room for a run that begins as it must.
    private void growByOneRun() {
        allocator.free(allocator.alignedAlloc(RUN_BYTES, RUN_BYTES));
        allocator.alignedAlloc(RUN_BYTES, UNIT_BYTES);
        for (int other = 0; other < 10; other++) {
            allocator.free(allocator.malloc(UNIT_BYTES));
        }
    }

    private void listen() {
        allocator.space().events().add((kind, node, bytes, detail, durationNs) -> {
            if (kind == EventKind.PURGE) {
                assertEquals(EventKind.BY_GROWTH, detail);
                grownBytes.add(bytes);
            }
        });
    }

    private boolean hasGrown() {
        Zone zone = allocator.space().zones()[0];
        return zone.hasGrown();
    }

    @Test
    void shouldHoldLessByMaintenance() {
        listen();
        for (int run = 0; run < RUNS; run++) {
            growByOneRun();
            allocator.maintain();
            assertFalse(hasGrown());
        }
        long leftBytes = RUNS * (RUN_BYTES - UNIT_BYTES);
        assertTrue(
                allocator.stats().spanDirtyBytes() < leftBytes * 3 / 5,
                () -> allocator.stats().toString());
        assertTrue(grownBytes.sum() > leftBytes / 5, grownBytes::toString);
    }

    @Test
    void shouldWakeTheMaintenanceOnceAndPurgeNothingItself() {
        listen();
        LongAdder wakes = new LongAdder();
        allocator.pool().upkeep().keptBy(new Keeper() {
            @Override
            public boolean isAlive() {
                return true;
            }

            @Override
            public void restart() {}

            @Override
            public void stir() {}

            @Override
            public void wake() {
                wakes.increment();
            }
        });
        for (int run = 0; run < RUNS; run++) {
            growByOneRun();
        }
        assertTrue(hasGrown());
        assertEquals(0, grownBytes.sum());
        assertEquals(1, wakes.sum());
        allocator.maintain();
        assertFalse(hasGrown());
        assertTrue(grownBytes.sum() > 0);
    }
}
