// SPDX-License-Identifier: Apache-2.0
package dev.quarry.numa;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Whether nodes and distances make a machine.
final class TopologyChecks {
    private TopologyChecks() {}

    static void check(List<NumaNode> nodes, int[][] distances) {
        if (nodes.isEmpty()) {
            throw new IllegalArgumentException("no node that is online, expected at least one");
        }
        checkNodes(nodes);
        if (distances.length != nodes.size()) {
            throw new IllegalArgumentException(distances.length + " rows of distances, expected " + nodes.size()
                    + ", one for each node that is online");
        }
        for (int row = 0; row < distances.length; row++) {
            checkRow(nodes, row, distances[row]);
        }
    }

    private static void checkNodes(List<NumaNode> nodes) {
        NodeSet ids = NodeSet.empty();
        Map<Integer, Integer> idsByCpu = new HashMap<>();
        boolean hasMemory = false;
        for (NumaNode node : nodes) {
            if (ids.contains(node.id())) {
                throw new IllegalArgumentException("node " + node.id() + " is there twice, expected once");
            }
            ids = ids.or(NodeSet.of(node.id()));
            CpuSet cpus = node.cpus();
            for (int cpu = cpus.next(0); cpu >= 0; cpu = cpus.next(cpu + 1)) {
                Integer other = idsByCpu.put(cpu, node.id());
                if (other != null) {
                    throw new IllegalArgumentException(
                            "cpu " + cpu + " is in node " + other + " and in node " + node.id() + ", expected in one");
                }
            }
            hasMemory |= node.hasMemory();
        }
        if (!hasMemory) {
            throw new IllegalArgumentException("no node has memory, expected at least one that has");
        }
    }

    private static void checkRow(List<NumaNode> nodes, int row, int[] distances) {
        int id = nodes.get(row).id();
        if (distances.length != nodes.size()) {
            throw new IllegalArgumentException(distances.length + " distances of node " + id + ", expected "
                    + nodes.size() + ", one for each node that is online");
        }
        for (int column = 0; column < distances.length; column++) {
            boolean isLocal = row == column;
            int distance = distances[column];
            if (isLocal ? distance != Topology.LOCAL_DISTANCE : !Distances.isRemote(distance)) {
                throw new IllegalArgumentException("distance " + distance + " from node " + id + " to node "
                        + nodes.get(column).id() + ", expected " + (isLocal ? "10" : "11 to " + Distances.MAX));
            }
        }
    }

    static void checkOffline(List<NumaNode> nodes, NodeSet offline) {
        for (NumaNode node : nodes) {
            if (offline.contains(node.id())) {
                throw new IllegalArgumentException(
                        "node " + node.id() + " is online and offline, expected one of them");
            }
        }
    }

    static void checkLimits(NodeSet withMemory, ProcessLimits limits) {
        if (withMemory.and(limits.nodes()).isEmpty()) {
            throw new IllegalArgumentException("a process that may use the nodes " + limits.nodes()
                    + ", of which none has memory, expected one of " + withMemory);
        }
    }
}
