// SPDX-License-Identifier: Apache-2.0
package dev.quarry.agrona;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.quarry.AllocatorConfig;
import dev.quarry.Checks;
import dev.quarry.OffHeapAllocator;

/// An allocator and its buffers; at its end every block must be free and the allocator whole.
final class AgronaFixture implements AutoCloseable {
    static final long LIMIT_BYTES = 64L << 20;

    final OffHeapAllocator allocator = OffHeapAllocator.create(
            AllocatorConfig.builder().limit(LIMIT_BYTES).checks(Checks.FULL).build());
    final AgronaBuffers buffers = new AgronaBuffers(allocator);

    @Override
    public void close() {
        allocator.verify();
        assertEquals(0, allocator.stats().liveBlocks());
        allocator.close();
    }
}
