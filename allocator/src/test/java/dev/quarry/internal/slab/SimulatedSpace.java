// SPDX-License-Identifier: Apache-2.0
package dev.quarry.internal.slab;

import dev.quarry.AllocatorConfig;
import dev.quarry.numa.FaultInjectingMemory;
import dev.quarry.numa.NumaNode;
import dev.quarry.numa.SimulatedMachine;
import dev.quarry.numa.SimulatedMemory;

/// A space on a machine that does not exist, for the tests of this layer and the next. Closing it gives the machine's
/// memory back.
public final class SimulatedSpace implements AutoCloseable {
    /// Bytes of each node's region.
    public static final long NODE_BYTES = 64 << 20;

    private final SimulatedMemory machine;
    private final FaultInjectingMemory os;
    private final Space space;

    /// A space with one zone and a limit that no test reaches by chance.
    public SimulatedSpace() {
        this(1, options());
    }

    /// A space with a zone on each node.
    /// @param nodes   how many
    /// @param options of the allocator
    public SimulatedSpace(int nodes, AllocatorConfig.Builder options) {
        this(SimulatedMachine.builder().nodes(nodes, 2, 2 * NODE_BYTES).build(), options);
    }

    /// A space on a machine of one's own making.
    /// @param simulated what to simulate
    /// @param options   of the allocator
    public SimulatedSpace(SimulatedMachine simulated, AllocatorConfig.Builder options) {
        this.machine = new SimulatedMemory(simulated);
        this.os = new FaultInjectingMemory(machine);
        int[] nodes =
                simulated.topology().nodes().stream().mapToInt(NumaNode::id).toArray();
        this.space = new Space(os, options.build(), nodes);
    }

    /// {@return options that fit the machine}
    public static AllocatorConfig.Builder options() {
        return AllocatorConfig.builder().limit(NODE_BYTES).reserve(NODE_BYTES).commitGranule(1 << 16);
    }

    /// {@return the space}
    public Space space() {
        return space;
    }

    /// {@return the first zone}
    public Zone zone() {
        return space.zones()[0];
    }

    /// {@return the machine, to be looked at}
    public SimulatedMemory machine() {
        return machine;
    }

    /// {@return what the space calls, to be made to fail}
    public FaultInjectingMemory os() {
        return os;
    }

    @Override
    public void close() {
        os.disarm();
        os.release(space.base, space.byteSize);
        os.release(space.nullSlab, space.reservedBytes() - space.byteSize);
    }
}
