// SPDX-License-Identifier: Apache-2.0
package dev.quarry;

import dev.quarry.internal.slab.Space;
import dev.quarry.numa.NativeMemory;
import dev.quarry.numa.Topology;
import java.util.HashMap;
import java.util.Map;

/// Allocators on a simulated machine. What the machine reserves is real memory until it is released, and a closed
/// allocator keeps its address space for the next one, so a test gives all of it back at its end.
final class SimulatedAllocators implements AutoCloseable {
    private final NativeMemory os;
    private final Topology topology;

    /// Each address range once: what one allocator leaves serves the next, data and metadata each by itself.
    private final Map<Long, Long> bytesByAddress = new HashMap<>();

    SimulatedAllocators(NativeMemory os, Topology topology) {
        this.os = os;
        this.topology = topology;
    }

    OffHeapAllocator create(AllocatorConfig.Builder builder) {
        OffHeapAllocator allocator = StartUp.create(builder.build(), os, topology);
        Space space = allocator.space();
        bytesByAddress.put(space.base, space.byteSize);
        bytesByAddress.put(space.nullSlab, space.reservedBytes() - space.byteSize);
        return allocator;
    }

    /// All allocators must be closed.
    @Override
    public void close() {
        bytesByAddress.forEach(os::release);
        bytesByAddress.clear();
    }
}
