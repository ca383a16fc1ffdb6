// SPDX-License-Identifier: Apache-2.0
package dev.quarry.numa;

import java.util.BitSet;
import java.util.List;

/// Whether nodes and distances make a machine.
final class TopologyChecks {
    private TopologyChecks() {}

    static void check(List<NumaNode> nodes, int[][] distances) {
        if (nodes.isEmpty()) {
            throw new IllegalArgumentException("a machine has at least one node");
        }
        checkNodes(nodes);
        if (distances.length != nodes.size()) {
            throw new IllegalArgumentException(
                    distances.length + " rows of distances do not fit " + nodes.size() + " nodes");
        }
        for (int row = 0; row < distances.length; row++) {
            checkRow(nodes.get(row), distances[row], nodes.size());
        }
    }

    private static void checkNodes(List<NumaNode> nodes) {
        BitSet ids = new BitSet();
        BitSet cpus = new BitSet();
        for (NumaNode node : nodes) {
            if (ids.get(node.id())) {
                throw new IllegalArgumentException("node " + node.id() + " is there twice");
            }
            ids.set(node.id());
            node.cpus().stream().forEach(cpu -> {
                if (cpus.get(cpu)) {
                    throw new IllegalArgumentException(
                            "cpu " + cpu + " is in two nodes, one of them node " + node.id());
                }
                cpus.set(cpu);
            });
        }
    }

    private static void checkRow(NumaNode node, int[] row, int nodes) {
        if (row.length != nodes) {
            throw new IllegalArgumentException(
                    row.length + " distances of node " + node.id() + " do not fit " + nodes + " nodes");
        }
        for (int distance : row) {
            if (distance <= 0) {
                throw new IllegalArgumentException(
                        "distance " + distance + " of node " + node.id() + " is not positive");
            }
        }
    }
}
