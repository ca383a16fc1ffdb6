// SPDX-License-Identifier: Apache-2.0
package dev.quarry.numavm;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quarry.numa.NativeMemory;
import dev.quarry.numa.NodeSet;
import dev.quarry.numa.NumaNode;
import dev.quarry.numa.Placement;
import dev.quarry.numa.Topology;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What [Topology] reads, against the machine as it was described to the emulator, and against the kernel's own words.
@InGuest
class TopologyTest {
    private static final Path SYSFS_NODES = Path.of("/sys/devices/system/node");
    private static final Path SYSFS_CPUS = Path.of("/sys/devices/system/cpu");

    private final NativeMemory memory = NativeMemory.system();
    private final Topology topology = Topology.read();

    @Test
    void shouldFindTheNodesWithTheirCpus() {
        assertArrayEquals(
                IntStream.range(0, Guest.NODES).toArray(),
                topology.nodes().stream().mapToInt(NumaNode::id).toArray());
        for (NumaNode node : topology.nodes()) {
            assertArrayEquals(Guest.cpusOf(node.id()), node.cpus().stream().toArray(), "cpus of node " + node.id());
        }
        assertEquals(Guest.ALL_NODES, topology.usableNodes());
    }

    @Test
    void shouldReadTheDistances() {
        Guest.ALL_NODES
                .ids()
                .forEach(from -> Guest.ALL_NODES.ids().forEach(to -> {
                    assertEquals(
                            Guest.distance(from, to), topology.distance(from, to), "from node " + from + " to " + to);
                }));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3})
    void shouldSayWhatSysfsSays(int id) throws IOException {
        Path directory = SYSFS_NODES.resolve("node" + id);
        NumaNode node = topology.node(id);
        String distances = Guest.ALL_NODES
                .ids()
                .mapToObj(to -> Integer.toString(topology.distance(id, to)))
                .collect(Collectors.joining(" "));

        assertEquals(text(directory.resolve("cpulist")), node.cpus().toString());
        assertEquals(text(directory.resolve("distance")), distances);
        String total = "Node " + id + " MemTotal: " + node.totalBytes() / 1024 + " kB";
        String meminfo = text(directory.resolve("meminfo")).replaceAll(" +", " ");
        assertTrue(meminfo.contains(total), () -> "no \"" + total + "\" in:\n" + meminfo);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3})
    void shouldLookNearbyFirst(int id) {
        int[] order = topology.fallbackOrder(id);

        assertEquals(id, order[0]);
        assertEquals(Guest.neighbourOf(id), order[1]);
        assertEquals(Guest.NODES, order.length);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3})
    void shouldKnowTheNodeOfTheRunningCpu(int id) {
        try (NodeThread thread = new NodeThread(id)) {
            int cpu = thread.call(memory::currentCpu);

            assertTrue(Arrays.stream(Guest.cpusOf(id)).anyMatch(own -> own == cpu), "cpu " + cpu);
            assertEquals(id, topology.nodeOfCpu(cpu));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3})
    void shouldSeeThatMemoryIsTakenFromANode(int id) {
        long byteSize = 64 << 20;
        long freeBefore = memory.freeBytes(id);
        try (Range range = Range.of(memory, byteSize)) {
            range.bind(Placement.BIND, NodeSet.of(id)).populate();
            long taken = freeBefore - memory.freeBytes(id);

            assertTrue(taken > byteSize / 2 && taken < 2 * byteSize, taken + " bytes");
        }
    }

    @Test
    void shouldSeeThatANodeLosesItsCpusAndGetsThemBack() throws IOException {
        int id = Guest.NODES - 1;
        setOnline(id, false);
        try {
            Topology without = Topology.read();

            assertTrue(without.node(id).cpus().isEmpty(), without::toString);
            assertTrue(without.usableNodes().contains(id), without::toString);
        } finally {
            setOnline(id, true);
        }
        assertEquals(topology.node(id).cpus(), Topology.read().node(id).cpus());
    }

    private static void setOnline(int id, boolean online) throws IOException {
        for (int cpu : Guest.cpusOf(id)) {
            Files.writeString(SYSFS_CPUS.resolve("cpu" + cpu).resolve("online"), online ? "1" : "0");
        }
    }

    private static String text(Path file) throws IOException {
        return Files.readString(file).strip();
    }
}
