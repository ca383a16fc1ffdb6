// SPDX-License-Identifier: Apache-2.0
package dev.quarry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quarry.numa.Errno;
import dev.quarry.numa.FaultInjectingMemory;
import dev.quarry.numa.NativeMemoryException;
import dev.quarry.numa.OsCall;
import dev.quarry.numa.SimulatedMachine;
import dev.quarry.numa.SimulatedMemory;
import dev.quarry.numa.Topology;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/// The same program on machines of every shape: blocks lie on the nearest node that has memory, and everything that was
/// taken is given back.
@Tag("once")
class MachinesTest {
    private static final String MEMORY = "mem=256m";

    private final List<SimulatedAllocators> used = new ArrayList<>();

    @AfterEach
    void releaseMachines() {
        used.forEach(SimulatedAllocators::close);
    }

    private OffHeapAllocator create(SimulatedMemory machine, AllocatorConfig.Builder config) {
        SimulatedAllocators allocators = new SimulatedAllocators(machine, machine.topology());
        used.add(allocators);
        return allocators.create(config);
    }

    private static AllocatorConfig.Builder config() {
        return AllocatorConfig.builder()
                .limit("32m")
                .reserve("64m")
                .commitGranule("64k")
                .maintenance(MaintenanceMode.EXTERNAL);
    }

    private static SimulatedMemory machine(String topology) {
        return new SimulatedMemory(SimulatedMachine.builder()
                .topology(Topology.parse(topology))
                .addressSpaceBytes(2L << 30)
                .build());
    }

    /// {@return machines with, for each cpu to run on, the node that memory should come from}
    static Stream<Arguments> machines() {
        return Stream.of(
                Arguments.of("0:cpus=0-1," + MEMORY, new int[][] {{0, 0}, {1, 0}}),
                Arguments.of(
                        "0:cpus=0-511,mem=256m;1:cpus=512-1023,mem=256m",
                        new int[][] {{0, 0}, {511, 0}, {512, 1}, {1023, 1}}),
                Arguments.of(
                        "0:cpus=0,mem=256m;1:cpus=1,mem=256m;2:cpus=2,mem=256m;3:cpus=3,mem=256m",
                        new int[][] {{0, 0}, {1, 1}, {2, 2}, {3, 3}}),
                Arguments.of(eightNodes(), new int[][] {{0, 0}, {1, 1}, {5, 5}, {7, 7}}),
                // A node with cpus only takes from its neighbour; one with memory only is never the nearest.
                Arguments.of(
                        "0:cpus=0,mem=256m;1:cpus=1,mem=0;2:mem=256m | distances=10,20,40/40,10,20/40,20,10",
                        new int[][] {{0, 0}, {1, 2}}),
                // Numbers with gaps, and distances that differ by the direction.
                Arguments.of(
                        "1:cpus=0,mem=256m;4:cpus=1,mem=0;9:cpus=2,mem=256m | distances=10,15,30/30,10,11/20,40,10",
                        new int[][] {{0, 1}, {1, 9}, {2, 9}}));
    }

    private static String eightNodes() {
        StringBuilder text = new StringBuilder();
        for (int node = 0; node < 8; node++) {
            text.append(node == 0 ? "" : ";")
                    .append(node)
                    .append(":cpus=")
                    .append(node)
                    .append(",mem=256m");
        }
        return text.toString();
    }

    @ParameterizedTest
    @MethodSource("machines")
    void shouldTakeFromTheNearestNodeWithMemory(String topology, int[][] nodeByCpu) {
        SimulatedMemory machine = machine(topology);
        machine.runOn(nodeByCpu[0][0]);
        try (OffHeapAllocator allocator = create(machine, config())) {
            for (int[] expected : nodeByCpu) {
                machine.runOn(expected[0]);
                List<Long> blocks = new ArrayList<>();
                for (long size : new long[] {3_000, 50_000, 2 << 20}) {
                    blocks.add(allocator.malloc(size));
                    assertEquals(expected[1], machine.nodeOf(blocks.getLast() & -4096), () -> "cpu " + expected[0]);
                }
                blocks.forEach(allocator::free);
                allocator.trim();
                allocator.verify();
            }
            AllocatorStats stats = allocator.stats();
            assertEquals(0, stats.liveBlocks());
            assertEquals(stats.metadataBytes(), stats.committedBytes());
        }
    }

    @ParameterizedTest
    @CsvSource({"local", "preferred:1", "bind:0-1", "interleave", "interleave:0,2", "off"})
    void shouldWorkUnderEachPolicyWhenANodeIsRemoved(String policy) {
        SimulatedMemory machine = machine("0:cpus=0,mem=256m;1:cpus=1,mem=256m;2:cpus=2,mem=256m;3:cpus=3,mem=256m");
        machine.runOn(1);
        try (OffHeapAllocator allocator = create(machine, config().numaPolicy(policy))) {
            long before = allocator.malloc(100_000);
            machine.removeNode(1);
            machine.runOn(0);
            for (int round = 0; round < 3; round++) {
                List<Long> blocks = new ArrayList<>();
                for (int index = 0; index < 200; index++) {
                    long address = allocator.malloc(50 * index);
                    assertNotEquals(0, address);
                    blocks.add(address);
                }
                blocks.forEach(allocator::free);
                allocator.trim();
                allocator.verify();
            }
            allocator.free(before);
            assertEquals(0, allocator.stats().liveBlocks());
        }
    }

    /// Whatever the system refuses, and how: the allocator works on.
    @ParameterizedTest
    @CsvSource({
        "BIND, EPERM",
        "BIND, ENOSYS",
        "BIND, EINVAL",
        "BIND, ENOMEM",
        "NODES_OF, EPERM",
        "NODES_OF, ENOSYS",
        "NODES_OF, ENOENT",
        "MOVE, EPERM",
        "MOVE, ENOSYS",
        "MOVE, ENODEV",
        "MOVE, EACCES",
        "MOVE, E2BIG",
        "FREE_BYTES, EPERM",
        "FREE_BYTES, ENOENT"
    })
    void shouldWorkWhateverIsRefused(OsCall call, Errno errno) {
        SimulatedMemory machine = machine("0:cpus=0,mem=256m;1:cpus=1,mem=256m");
        FaultInjectingMemory os = new FaultInjectingMemory(machine);
        SimulatedAllocators allocators = new SimulatedAllocators(os, machine.topology());
        used.add(allocators);
        os.failFrom(call, 1, errno);
        try (OffHeapAllocator allocator = allocators.create(config())) {
            long block = allocator.malloc(3 << 20);
            long other = allocator.malloc(100, NumaPolicy.preferred(1));
            try {
                allocator.migrate(block, 1);
            } catch (NativeMemoryException refused) {
                assertEquals(OsCall.MOVE, call);
            }
            assertTrue(allocator.report().contains("numa_hit"));
            allocator.free(block);
            allocator.free(other);
            allocator.rebalance();
            allocator.verify();
            assertEquals(0, allocator.stats().liveBlocks());
        }
        assertTrue(os.fired(), "the call was made");
        os.disarm();
    }

    @Test
    void shouldDoNothingOfItOnOneNode() {
        SimulatedMemory machine = machine("0:cpus=0-1," + MEMORY);
        FaultInjectingMemory os = new FaultInjectingMemory(machine);
        SimulatedAllocators allocators = new SimulatedAllocators(os, machine.topology());
        used.add(allocators);
        try (OffHeapAllocator allocator = allocators.create(config())) {
            allocator.free(allocator.malloc(3 << 20));
            assertEquals(0, os.calls(OsCall.BIND) + os.calls(OsCall.FREE_BYTES) + os.calls(OsCall.NODES_OF));
            assertEquals(1, allocator.stats().nodes().size());
        }
    }
}
