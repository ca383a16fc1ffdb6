// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bounds;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quarry.AllocatorConfig;
import dev.quarry.MaintenanceMode;
import dev.quarry.OffHeapAllocator;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// How much is held for what is live, in two patterns that pools of buffers are known to answer with memory.
@Tag("once")
class EfficiencyTest {
    private static final long MIB = 1 << 20;

    private static OffHeapAllocator create(String purgeDelay) {
        return OffHeapAllocator.create(AllocatorConfig.builder()
                .limit("512m")
                .reserve("1g")
                .purgeDelay(purgeDelay)
                .maintenance(MaintenanceMode.EXTERNAL)
                .build());
    }

    @Test
    void shouldHoldLittleForOneBlockAtATime() {
        try (OffHeapAllocator allocator = create("10s")) {
            long mostHeldBytes = 0;
            for (int round = 0; round < 1_000_000; round++) {
                long block = allocator.malloc(659_225);
                Blocks.touch(block, 659_225);
                // While the block is live, and after its free: more cannot be held in between.
                boolean isLooked = round < 100 || round % 10_000 == 0;
                mostHeldBytes =
                        isLooked ? Math.max(mostHeldBytes, allocator.stats().heldBytes()) : mostHeldBytes;
                allocator.free(block);
                mostHeldBytes =
                        isLooked ? Math.max(mostHeldBytes, allocator.stats().heldBytes()) : mostHeldBytes;
            }
            assertTrue(mostHeldBytes <= 4 * MIB, "held " + mostHeldBytes);
        }
    }

    @Test
    void shouldHoldLittleAfterAShiftOfSizes() {
        try (OffHeapAllocator allocator = create("0")) {
            Blocks small = new Blocks(allocator);
            small.add(256, 64 * MIB);
            long peakBytes = allocator.stats().liveBytes();
            small.freeAll();
            Blocks large = new Blocks(allocator);
            large.add(16_639, 64 * MIB);
            peakBytes = Math.max(peakBytes, allocator.stats().liveBytes());
            allocator.maintain();
            long heldBytes = allocator.stats().heldBytes();
            System.out.printf("after a shift of sizes: %.2f of the peak%n", (double) heldBytes / peakBytes);
            assertTrue(heldBytes <= peakBytes * 8 / 5, () -> "held " + heldBytes + "\n" + allocator.report());
            large.freeAll();
        }
    }
}
