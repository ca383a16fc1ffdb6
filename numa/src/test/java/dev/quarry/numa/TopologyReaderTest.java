// SPDX-License-Identifier: Apache-2.0
package dev.quarry.numa;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
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
        write("sys/devices/system/node/node" + id + "/" + name, text);
    }

    private void write(String path, String text) throws IOException {
        Path file = root.resolve(path);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text + "\n");
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
        write("sys/devices/system/node/power/control", "auto");
        write("sys/devices/system/node/online", "0-1");

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
        write("sys/devices/system/node/possible", "0");
        write("sys/devices/system/node/nodes/cpulist", "0");

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
        node(2, "0,2", 1, 1, "0 300 15");
        file(2, "meminfo", "no such line");

        Topology topology = Topology.read(root);

        assertEquals(Topology.REMOTE_DISTANCE, topology.distance(0, 1));
        assertEquals(Topology.REMOTE_DISTANCE, topology.distance(1, 2));
        assertEquals(Topology.REMOTE_DISTANCE, topology.distance(2, 0));
        assertEquals(Topology.REMOTE_DISTANCE, topology.distance(2, 1));
        assertEquals(Topology.LOCAL_DISTANCE, topology.distance(2, 2));
        assertTrue(topology.node(1).cpus().isEmpty());
        assertEquals(CpuSet.parse("2"), topology.node(2).cpus());
        assertEquals(0, topology.nodeOfCpu(0));
        assertEquals(NumaNode.UNKNOWN, topology.node(2).totalBytes());
    }

    @Test
    void shouldKnowWhichNodesAreOffline() throws IOException {
        node(0, "0-1", 1024, 1, "10 20");
        node(4, "2-3", 1024, 1, "20 10");
        node(5, "4-5", 1024, 1, "20 20");
        write("sys/devices/system/node/online", "0,4");
        write("sys/devices/system/node/possible", "0-7");

        Topology topology = Topology.read(root);

        assertEquals(NodeSet.of(1, 2, 3, 5, 6, 7), topology.offlineNodes());
        assertEquals(NodeSet.of(0, 4), topology.usableNodes());
        assertEquals(20, topology.distance(0, 4));
    }

    @Test
    void shouldTakeAllNodesForOnlineWhenTheListsMakeNoSense() throws IOException {
        node(0, "0-1", 1024, 1, "10 20");
        node(1, "2-3", 1024, 1, "20 10");
        write("sys/devices/system/node/online", "all");
        write("sys/devices/system/node/possible", "5-1");

        assertEquals(NodeSet.of(0, 1), Topology.read(root).usableNodes());
        assertTrue(Topology.read(root).offlineNodes().isEmpty());
    }

    @Test
    void shouldReadHugePagesOfEachSize() throws IOException {
        node(0, "0-1", 1024, 1, "10");
        hugePages("hugepages-1048576kB", "4", "1");
        hugePages("hugepages-2048kB", "512", "100");
        hugePages("hugepages-64kB", "0", "0");
        hugePages("hugepages-3kB", "7", "0");
        hugePages("other", "9", "9");
        hugePages("hugepages-32768kB", "many", "0");

        assertEquals(
                List.of(new HugePagePool(2 << 20, 512, 100), new HugePagePool(1 << 30, 4, 1)),
                Topology.read(root).node(0).hugePages());
    }

    private void hugePages(String name, String total, String free) throws IOException {
        file(0, "hugepages/" + name + "/nr_hugepages", total);
        file(0, "hugepages/" + name + "/free_hugepages", free);
    }

    @Test
    void shouldNotBelieveThatNoNodeHasMemory() throws IOException {
        node(0, "0-1", 0, 0, "10 20");
        node(1, "2-3", 0, 0, "20 10");

        assertEquals(NodeSet.of(0, 1), Topology.read(root).usableNodes());
    }

    @Test
    void shouldUseOnlyTheNodesThatAreAllowed() throws IOException {
        node(0, "0-1", 1024, 1, "10 20 30");
        node(1, "2-3", 1024, 1, "20 10 30");
        node(2, "", 1024, 1, "30 30 10");
        write("proc/self/status", "Name:\tjava\nCpus_allowed_list:\t2-3\nMems_allowed_list:\t1-2");

        Topology topology = Topology.read(root);

        assertEquals(NodeSet.of(1, 2), topology.usableNodes());
        assertArrayEquals(new int[] {1, 2}, topology.fallbackOrder(0));
        assertEquals(CpuSet.parse("2-3"), topology.limits().cpus());
    }

    @Test
    void shouldBeWithoutLimitsWhenAllThereIsIsAllowed() throws IOException {
        node(0, "0-1", 1024, 1, "10 20");
        node(1, "2-3", 1024, 1, "20 10");
        write("proc/self/status", "Cpus_allowed_list:\t0-7\nMems_allowed_list:\t0-1");

        assertEquals(ProcessLimits.NONE, Topology.read(root).limits());

        write("proc/self/status", "Cpus_allowed_list:\t0-2\nMems_allowed_list:\t0-1");
        assertEquals(
                new ProcessLimits(NodeSet.all(), CpuSet.parse("0-2"), ProcessLimits.UNLIMITED),
                Topology.read(root).limits());
    }

    @Test
    void shouldNotBelieveThatNoMemoryIsAllowed() throws IOException {
        node(0, "0-1", 1024, 1, "10");
        write("proc/self/status", "Cpus_allowed_list:\t1\nMems_allowed_list:\t7");

        Topology topology = Topology.read(root);

        assertEquals(NodeSet.of(0), topology.usableNodes());
        assertEquals(CpuSet.parse("1"), topology.limits().cpus());
    }

    @Test
    void shouldSeeTheChangeWhenReadAgain() throws IOException {
        node(0, "0-1", 1024, 1, "10");
        Topology before = Topology.read(root);
        assertEquals(before, Topology.read(root));

        node(1, "2-3", 1024, 1, "20 10");

        assertNotEquals(before, Topology.read(root));
        assertEquals(NodeSet.of(0, 1), Topology.read(root).usableNodes());
        assertEquals(NodeSet.of(0), before.usableNodes());
    }
}
