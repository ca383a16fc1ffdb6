// SPDX-License-Identifier: Apache-2.0
package dev.quarry;

import dev.quarry.internal.slab.Space;
import dev.quarry.numa.NativeMemory;
import dev.quarry.numa.Topology;
import java.util.ArrayList;
import java.util.List;

/// Allocators on a simulated machine. What the machine reserves is real memory until it is released, and a closed
/// allocator keeps its address space for the next one, so a test gives all of it back at its end.
final class SimulatedAllocators implements AutoCloseable {
    private final NativeMemory os;
    private final Topology topology;
    private final List<Space> spaces = new ArrayList<>();

    SimulatedAllocators(NativeMemory os, Topology topology) {
        this.os = os;
        this.topology = topology;
    }

    OffHeapAllocator create(AllocatorConfig.Builder builder) {
        OffHeapAllocator allocator = StartUp.create(builder.build(), os, topology);
        boolean reused = spaces.stream().anyMatch(space -> space.base == allocator.space().base);
        if (!reused) {
            spaces.add(allocator.space());
        }
        return allocator;
    }

    /// All allocators must be closed.
    @Override
    public void close() {
        for (Space space : spaces) {
            os.release(space.base, space.byteSize);
            os.release(space.nullSlab, space.reservedBytes() - space.byteSize);
        }
        spaces.clear();
    }
}
