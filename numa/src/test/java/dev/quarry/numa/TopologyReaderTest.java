// SPDX-License-Identifier: Apache-2.0
package dev.quarry.numa;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TopologyReaderTest {
    @TempDir
    Path root;

    private void node(int id, String cpus, long totalKb, long freeKb, String distances) throws IOException {
        file(id, "cpulist", cpus);
        file(
                id,
                "meminfo",
                "Node " + id + " MemTotal:       " + totalKb + " kB\nNode " + id + " MemFree:        " + freeKb
                        + " kB\nNode " + id + " MemUsed:  1 kB\n");
        file(id, "distance", distances);
    }

    private void file(int id, String name, String text) throws IOException {
        Path directory = Files.createDirectories(root.resolve("node" + id));
        Files.writeString(directory.resolve(name), text + "\n");
    }

    private void assertSingleNode(Topology topology) {
        assertTrue(topology.isSingleNode());
        assertEquals(0, topology.nodes().getFirst().id());
        assertEquals(
                CpuSet.range(0, Topology.availableProcessors()),
                topology.node(0).cpus());
    }

    @Test
    void shouldReadTwoSockets() throws IOException {
        node(0, "0-3,8-11", 1024, 100, "10 21");
        node(1, "4-7,12-15", 2048, 200, "22 10");
        Files.createDirectory(root.resolve("power"));
        Files.writeString(root.resolve("online"), "0-1\n");

        Topology topology = Topology.read(root);

        assertEquals(2, topology.nodes().size());
        assertEquals(new NumaNode(0, CpuSet.parse("0-3,8-11"), 1 << 20, 100 << 10), topology.node(0));
        assertEquals(new NumaNode(1, CpuSet.parse("4-7,12-15"), 2 << 20, 200 << 10), topology.node(1));
        assertEquals(21, topology.distance(0, 1));
        assertEquals(22, topology.distance(1, 0));
        assertEquals(1, topology.nodeOfCpu(12));
    }

    @Test
    void shouldReadIdsWithGapsAndInNumericOrder() throws IOException {
        node(0, "0-1", 1024, 1, "10 40 30");
        node(10, "4-5", 1024, 1, "30 50 10");
        node(2, "2-3", 1024, 1, "40 10 50");

        Topology topology = Topology.read(root);

        assertEquals(30, topology.distance(0, 10));
        assertEquals(40, topology.distance(0, 2));
        assertEquals(50, topology.distance(10, 2));
        assertArrayEquals(new int[] {0, 10, 2}, topology.fallbackOrder(0));
    }

    @Test
    void shouldReadNodesWithoutCpusAndWithoutMemory() throws IOException {
        node(0, "0-1", 0, 0, "10 20");
        node(1, "", 4096, 1, "20 10");

        Topology topology = Topology.read(root);

        assertFalse(topology.node(0).hasMemory());
        assertTrue(topology.node(1).cpus().isEmpty());
        assertArrayEquals(new int[] {1}, topology.fallbackOrder(0));
    }

    @Test
    void shouldBeOneNodeWhenThereIsNoDirectory() {
        assertSingleNode(Topology.read(root.resolve("absent")));
    }

    @Test
    void shouldBeOneNodeWhenTheDirectoryDescribesNone() throws IOException {
        Files.writeString(root.resolve("possible"), "0\n");
        Files.createDirectory(root.resolve("nodes"));

        assertSingleNode(Topology.read(root));
    }

    @Test
    void shouldBeOneNodeWhenNoNodeHasACpu() throws IOException {
        node(0, "", 1024, 1, "10");

        assertSingleNode(Topology.read(root));
    }

    @Test
    void shouldAssumeWhatIsMissing() throws IOException {
        file(0, "cpulist", "0");
        file(1, "cpulist", "1");

        Topology topology = Topology.read(root);

        assertEquals(NumaNode.UNKNOWN, topology.node(0).totalBytes());
        assertEquals(NumaNode.UNKNOWN, topology.node(0).freeBytes());
        assertTrue(topology.node(0).hasMemory());
        assertEquals(Topology.LOCAL_DISTANCE, topology.distance(1, 1));
        assertEquals(Topology.REMOTE_DISTANCE, topology.distance(1, 0));
    }

    @Test
    void shouldAssumeWhatMakesNoSense() throws IOException {
        node(0, "0", 1, 1, "10 x");
        node(1, "1-", 1, 1, "10");
        node(2, "0,2", 1, 1, "0 20 10");
        file(2, "meminfo", "no such line");

        Topology topology = Topology.read(root);

        assertEquals(Topology.REMOTE_DISTANCE, topology.distance(0, 1));
        assertEquals(Topology.REMOTE_DISTANCE, topology.distance(1, 2));
        assertEquals(Topology.REMOTE_DISTANCE, topology.distance(2, 0));
        assertTrue(topology.node(1).cpus().isEmpty());
        assertEquals(CpuSet.parse("2"), topology.node(2).cpus());
        assertEquals(0, topology.nodeOfCpu(0));
        assertEquals(NumaNode.UNKNOWN, topology.node(2).totalBytes());
    }
}
