// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bounds;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.quarry.AllocatorConfig;
import dev.quarry.MaintenanceMode;
import dev.quarry.OffHeapAllocator;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// What the allocator says that it takes from the machine is what the kernel says, within a twentieth.
@Tag("once")
class ResidencyTest {
    private static final long WORK_BYTES = 64L << 20;

    private final OffHeapAllocator allocator = OffHeapAllocator.create(AllocatorConfig.builder()
            .limit("512m")
            .reserve("1g")
            .maintenance(MaintenanceMode.EXTERNAL)
            .build());

    @BeforeEach
    void requireSmaps() {
        assumeTrue(Smaps.isThere(), "this system has no /proc/self/smaps");
    }

    @AfterEach
    void close() {
        allocator.close();
    }

    @Test
    void shouldSayWhatTheKernelSaysOfSmallBlocks() {
        requireAgreement(blocks -> blocks.add(100, WORK_BYTES));
    }

    @Test
    void shouldSayWhatTheKernelSaysOfLargeBlocks() {
        requireAgreement(blocks -> blocks.add(3_000_000, WORK_BYTES));
    }

    @Test
    void shouldSayWhatTheKernelSaysOfMixedBlocks() {
        requireAgreement(blocks -> blocks.addServerLike(new SplittableRandom(5), WORK_BYTES));
    }

    @Test
    void shouldSayWhatTheKernelSaysOfWhatEndedThreadsLeave() {
        requireAgreement(blocks -> {
            Thread thread = Thread.ofPlatform().start(() -> blocks.addServerLike(new SplittableRandom(6), WORK_BYTES));
            try {
                thread.join();
            } catch (InterruptedException unexpected) {
                throw new IllegalStateException(unexpected);
            }
            allocator.maintain();
        });
    }

    private void requireAgreement(Consumer<Blocks> work) {
        Blocks kept = new Blocks(allocator);
        kept.add(1 << 20, WORK_BYTES / 2);
        requireAgreement("at rest");
        Blocks blocks = new Blocks(allocator);
        work.accept(blocks);
        requireAgreement("with all blocks");
        blocks.freeAll();
        requireAgreement("with no block");
        allocator.trim();
        requireAgreement("after the purge");
        kept.freeAll();
    }

    private void requireAgreement(String when) {
        long heldBytes = allocator.stats().heldBytes();
        long residentBytes = Smaps.residentBytes(allocator);
        assertTrue(
                Math.abs(heldBytes - residentBytes) <= residentBytes / 20,
                () -> when + ": held " + heldBytes + ", resident " + residentBytes + "\n" + allocator.report());
    }
}
