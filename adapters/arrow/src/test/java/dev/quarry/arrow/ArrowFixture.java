// SPDX-License-Identifier: Apache-2.0
package dev.quarry.arrow;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.quarry.AllocatorConfig;
import dev.quarry.Checks;
import dev.quarry.OffHeapAllocator;
import org.apache.arrow.memory.RootAllocator;

/// An allocator with a limit, and Arrow's allocators over it. On close every block must be free and the allocator
/// whole.
final class ArrowFixture implements AutoCloseable {
    static final long LIMIT_BYTES = 64L << 20;

    final OffHeapAllocator allocator = OffHeapAllocator.create(
            AllocatorConfig.builder().limit(LIMIT_BYTES).checks(Checks.FULL).build());
    final QuarryAllocationManagerFactory factory = new QuarryAllocationManagerFactory(allocator);

    /// {@return a root of Arrow's, over the allocator}
    RootAllocator newRoot() {
        return newRoot(Long.MAX_VALUE);
    }

    /// {@return a root of Arrow's, over the allocator}
    /// @param limitBytes of Arrow's account
    RootAllocator newRoot(long limitBytes) {
        return new RootAllocator(RootAllocator.configBuilder()
                .allocationManagerFactory(factory)
                .maxAllocation(limitBytes)
                .build());
    }

    @Override
    public void close() {
        assertEquals(0, allocator.stats().liveBlocks());
        assertEquals(0, allocator.stats().invalidFrees());
        allocator.verify();
        allocator.close();
    }
}
