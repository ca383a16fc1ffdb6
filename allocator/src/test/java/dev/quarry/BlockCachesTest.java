// SPDX-License-Identifier: Apache-2.0
package dev.quarry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayDeque;
import java.util.Deque;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class BlockCachesTest {
    private static AllocatorConfig.Builder config() {
        return AllocatorConfig.builder().limit("64m").reserve("128m").maintenance(MaintenanceMode.EXTERNAL);
    }

    /// Keeps blocks of one size.
    private static final class Kept implements BlockCache {
        private final OffHeapAllocator allocator;
        private final Deque<Long> blocks = new ArrayDeque<>();
        private int sweeps;
        private boolean isInUse;
        private boolean givesUpBeforeItCounts;

        Kept(OffHeapAllocator allocator) {
            this.allocator = allocator;
        }

        @Override
        public void count(Counter counter) {
            if (givesUpBeforeItCounts) {
                // As the maintenance does that comes between the two halves of a walk.
                allocator.maintain();
            }
            if (!blocks.isEmpty()) {
                counter.add(allocator.usableSize(blocks.getFirst()), blocks.size());
            }
        }

        @Override
        public void reclaim() {
            if (isInUse) {
                return;
            }
            blocks.forEach(allocator::free);
            blocks.clear();
        }

        @Override
        public void sweep() {
            sweeps++;
            if (givesUpBeforeItCounts) {
                givesUpBeforeItCounts = false;
                reclaim();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {100, 5000, 40_000})
    void shouldCountWhatIsKeptAsLookaside(int byteSize) {
        try (OffHeapAllocator allocator = OffHeapAllocator.create(config().build())) {
            Kept kept = new Kept(allocator);
            assertTrue(allocator.register(kept));
            long used = allocator.malloc(byteSize);
            AllocatorStats before = allocator.stats();
            kept.blocks.push(allocator.malloc(byteSize));
            kept.blocks.push(allocator.malloc(byteSize));

            AllocatorStats stats = allocator.stats();
            assertTrue(stats.identityHolds());
            assertEquals(1, stats.liveBlocks());
            assertEquals(before.liveBytes(), stats.liveBytes());
            assertEquals(before.wasteBytes(), stats.wasteBytes());
            assertTrue(stats.lookasideBytes() >= 2L * byteSize);
            for (SizeClassStats row : stats.sizeClasses()) {
                boolean isClass = row.slotBytes() == allocator.usableSize(used);
                assertEquals(isClass ? 1 : 0, row.liveBlocks());
            }
            allocator.verify();
            assertTrue(allocator.report().contains("1 blocks"));

            allocator.free(used);
            assertEquals(0, allocator.stats().liveBytes() + allocator.stats().wasteBytes());
            allocator.trim();
            assertTrue(kept.blocks.isEmpty());
            assertEquals(0, allocator.stats().lookasideBytes());
            assertEquals(0, kept.sweeps);
            allocator.maintain();
            assertEquals(1, kept.sweeps);
        }
    }

    @Test
    void shouldNotCallBlocksLiveThatAreGivenUpDuringTheWalk() {
        try (OffHeapAllocator allocator = OffHeapAllocator.create(config().build())) {
            Kept kept = new Kept(allocator);
            assertTrue(allocator.register(kept));
            kept.blocks.push(allocator.malloc(1000));
            kept.blocks.push(allocator.malloc(1000));
            kept.givesUpBeforeItCounts = true;
            assertEquals(0, allocator.stats().liveBlocks());
            assertEquals(2, allocator.stats().frees());
        }
    }

    @Test
    void shouldNotCallKeptBlocksLiveWhenMemoryIsShort() {
        try (OffHeapAllocator allocator = OffHeapAllocator.create(config().build())) {
            Kept kept = new Kept(allocator);
            assertTrue(allocator.register(kept));
            for (int i = 0; i < 50; i++) {
                kept.blocks.push(allocator.malloc(1 << 20));
            }
            kept.isInUse = true;
            OutOfOffHeapMemoryError refused =
                    assertThrows(OutOfOffHeapMemoryError.class, () -> allocator.malloc(40 << 20));
            assertTrue(String.valueOf(refused.getMessage()).contains("(live 0, "), refused.getMessage());
            kept.isInUse = false;
            allocator.free(allocator.malloc(40 << 20));
            assertTrue(kept.blocks.isEmpty(), "asked back before a call fails");
            allocator.trim();
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Checks.class,
            names = {"CANARY", "FULL"})
    void shouldKeepNothingFromTheChecks(Checks checks) {
        try (OffHeapAllocator allocator =
                OffHeapAllocator.create(config().checks(checks).build())) {
            assertFalse(allocator.register(new Kept(allocator)));
        }
    }

    @Test
    void shouldTellTheSizeOfABlockBeforeItIsAllocated() {
        try (OffHeapAllocator allocator = OffHeapAllocator.create(config().build())) {
            for (int byteSize = 0; byteSize < 3 << 20; byteSize += 1 + byteSize / 50) {
                long block = allocator.malloc(byteSize);
                assertEquals(allocator.usableSize(block), allocator.goodSize(byteSize), "for " + byteSize);
                allocator.free(block);
            }
        }
    }
}
