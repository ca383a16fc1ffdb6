// SPDX-License-Identifier: Apache-2.0
package dev.quarry.numa;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

class TopologyTest {
    private static NumaNode node(int id, String cpus, long totalBytes) {
        return new NumaNode(id, CpuSet.parse(cpus), totalBytes, totalBytes);
    }

    private static void assertRefused(String expected, List<NumaNode> nodes, int[][] distances) {
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> Topology.of(nodes, distances));
        assertEquals(expected, e.getMessage());
    }

    @Test
    void shouldHaveOneNodeWithAllCpusWhenSingle() {
        Topology topology = Topology.singleNode(4);

        assertTrue(topology.isSingleNode());
        assertEquals(CpuSet.range(0, 4), topology.node(0).cpus());
        assertTrue(topology.node(0).hasMemory());
        assertEquals(0, topology.nodeOfCpu(3));
        assertEquals(Topology.LOCAL_DISTANCE, topology.distance(0, 0));
        assertArrayEquals(new int[] {0}, topology.fallbackOrder(0));
        assertThrows(IllegalArgumentException.class, () -> Topology.singleNode(0));
    }

    @Test
    void shouldSortNodesAndTheirDistancesById() {
        Topology topology = Topology.of(
                List.of(node(7, "2-3", 1 << 20), node(2, "0-1", 1 << 20)), new int[][] {{10, 31}, {32, 10}});

        assertEquals(2, topology.nodes().getFirst().id());
        assertEquals(31, topology.distance(7, 2));
        assertEquals(32, topology.distance(2, 7));
        assertEquals(7, topology.nodeOfCpu(3));
        assertFalse(topology.isSingleNode());
    }

    @Test
    void shouldFallBackByDistanceThenById() {
        Topology topology = Topology.of(
                List.of(node(0, "0", 1), node(1, "1", 1), node(2, "2", 1), node(3, "", 1), node(4, "3", 0)),
                new int[][] {
                    {10, 21, 31, 21, 11},
                    {21, 10, 21, 31, 11},
                    {31, 21, 10, 21, 11},
                    {21, 31, 21, 10, 11},
                    {11, 11, 11, 11, 10}
                });

        assertArrayEquals(new int[] {0, 1, 3, 2}, topology.fallbackOrder(0));
        assertArrayEquals(new int[] {0, 1, 2, 3}, topology.fallbackOrder(4));
    }

    @Test
    void shouldGiveTheFirstNodeWhenNoNodeClaimsTheCpu() {
        Topology topology = Topology.of(List.of(node(3, "1", 1), node(5, "4", 1)), new int[][] {{10, 20}, {20, 10}});

        assertEquals(3, topology.nodeOfCpu(0));
        assertEquals(5, topology.nodeOfCpu(4));
        assertEquals(3, topology.nodeOfCpu(99));
        assertEquals(3, topology.nodeOfCpu(-1));
    }

    @Test
    void shouldNameTheNodeWhenThereIsNone() {
        IllegalArgumentException e = assertThrows(
                IllegalArgumentException.class, () -> Topology.singleNode(2).distance(0, 5));

        assertEquals("there is no node 5 in node 0 cpus 0-1", e.getMessage());
    }

    @Test
    void shouldSayWhichPartDoesNotFit() {
        assertRefused("no node that is online, expected at least one", List.of(), new int[0][]);
        assertRefused("node 1 is there twice, expected once", List.of(node(1, "0", 1), node(1, "1", 1)), new int[][] {
            {10}, {10}
        });
        assertRefused(
                "cpu 4 is in node 0 and in node 1, expected in one",
                List.of(node(0, "4", 1), node(1, "4", 1)),
                new int[][] {{10}, {10}});
        assertRefused(
                "no node has memory, expected at least one that has", List.of(node(0, "4", 0)), new int[][] {{10}});
        assertRefused(
                "1 rows of distances, expected 2, one for each node that is online",
                List.of(node(0, "0", 1), node(1, "1", 1)),
                new int[][] {{10, 20}});
        assertRefused(
                "2 distances of node 0, expected 1, one for each node that is online",
                List.of(node(0, "0", 1)),
                new int[][] {{10, 20}});
        assertRefused("distance 11 from node 0 to node 0, expected 10", List.of(node(0, "0", 1)), new int[][] {{11}});
        for (int distance : new int[] {-1, 0, 10, 256}) {
            assertRefused(
                    "distance " + distance + " from node 1 to node 0, expected 11 to 255",
                    List.of(node(0, "0", 1), node(1, "1", 1)),
                    new int[][] {{10, 255}, {distance, 10}});
        }
        assertThrows(IllegalArgumentException.class, () -> node(-1, "0", 1));
    }

    @Test
    void shouldWriteOneLine() {
        Topology topology = Topology.of(
                List.of(node(0, "0-3", 4L << 30), node(1, "", 1L << 30), node(2, "4", 0)),
                new int[][] {{10, 20, 20}, {20, 10, 20}, {20, 20, 10}});

        assertEquals(
                "node 0 cpus 0-3 4 GiB; node 1 without cpus 1 GiB; node 2 cpus 4 without memory", topology.toString());
    }

    @Test
    void shouldReadThisMachine() {
        Topology topology = Topology.read();

        assertFalse(topology.nodes().isEmpty());
        assertTrue(Topology.availableProcessors() >= 1);
        for (NumaNode node : topology.nodes()) {
            assertEquals(Topology.LOCAL_DISTANCE, topology.distance(node.id(), node.id()));
        }
        assertFalse(topology.usableNodes().isEmpty());
        assertEquals(
                topology.nodes().size(),
                Topology.parse(topology.toText()).nodes().size());
    }

    @Test
    void shouldRefuseLimitsThatLeaveNoMemory() {
        Topology topology = Topology.of(List.of(node(0, "0", 0), node(1, "1", 1)), Distances.assumed(2));
        ProcessLimits limits = new ProcessLimits(NodeSet.of(0, 3), CpuSet.range(0, 1), ProcessLimits.UNLIMITED);

        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> topology.withLimits(limits));

        assertEquals(
                "a process that may use the nodes 0,3, of which none has memory, expected one of 1", e.getMessage());
        assertThrows(IllegalArgumentException.class, () -> new ProcessLimits(NodeSet.of(), CpuSet.range(0, 1), 1));
        assertThrows(IllegalArgumentException.class, () -> new ProcessLimits(NodeSet.of(0), CpuSet.empty(), 1));
        assertThrows(IllegalArgumentException.class, () -> new ProcessLimits(NodeSet.of(0), CpuSet.range(0, 1), 0));
    }

    @Test
    void shouldRefuseNodeThatIsOnlineAndOffline() {
        IllegalArgumentException e = assertThrows(
                IllegalArgumentException.class, () -> Topology.singleNode(2).withOffline(NodeSet.of(0, 1)));

        assertEquals("node 0 is online and offline, expected one of them", e.getMessage());
    }

    @Test
    void shouldRefuseHugePagesThatCannotBe() {
        assertThrows(IllegalArgumentException.class, () -> new HugePagePool(3 << 20, 1, 1));
        assertThrows(IllegalArgumentException.class, () -> new HugePagePool(0, 1, 1));
        assertThrows(IllegalArgumentException.class, () -> new HugePagePool(2 << 20, 1, 2));
        assertThrows(IllegalArgumentException.class, () -> new HugePagePool(2 << 20, 1, -1));
    }
}
