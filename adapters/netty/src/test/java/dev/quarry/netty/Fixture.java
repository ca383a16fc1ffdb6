// SPDX-License-Identifier: Apache-2.0
package dev.quarry.netty;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.quarry.AllocatorConfig;
import dev.quarry.Checks;
import dev.quarry.MaintenanceMode;
import dev.quarry.OffHeapAllocator;

/// An allocator of buffers over memory of its own, of which nothing may be in use at the end.
record Fixture(OffHeapAllocator memory, QuarryByteBufAllocator buffers) implements AutoCloseable {
    static Fixture withLimit(String limit) {
        return of(AllocatorConfig.builder().limit(limit));
    }

    static Fixture withChecks(Checks checks) {
        return of(AllocatorConfig.builder().limit("64m").checks(checks));
    }

    private static Fixture of(AllocatorConfig.Builder config) {
        OffHeapAllocator memory = OffHeapAllocator.create(
                config.reserve("256m").maintenance(MaintenanceMode.EXTERNAL).build());
        return new Fixture(memory, new QuarryByteBufAllocator(memory, true));
    }

    long liveBlocks() {
        return memory.stats().liveBlocks();
    }

    @Override
    public void close() {
        memory.verify();
        assertEquals(0, liveBlocks());
        assertEquals(0, buffers.metric().usedDirectMemory());
        assertEquals(0, buffers.metric().usedHeapMemory());
        memory.close();
    }
}
