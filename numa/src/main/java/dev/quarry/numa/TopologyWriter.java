// SPDX-License-Identifier: Apache-2.0
package dev.quarry.numa;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Writes the text form of a [Topology], which [TopologyParser] reads. What the parser assumes is left out.
final class TopologyWriter {
    private TopologyWriter() {}

    static String write(Topology topology) {
        List<String> nodes = new ArrayList<>();
        topology.nodes().forEach(node -> nodes.add(write(node)));
        topology.offlineNodes().ids().forEach(id -> nodes.add(id + ":offline"));
        StringBuilder text = new StringBuilder(String.join(";", nodes));
        int[][] distances = topology.distances();
        if (!Arrays.deepEquals(distances, Distances.assumed(distances.length))) {
            List<String> rows = new ArrayList<>();
            for (int[] row : distances) {
                rows.add(Arrays.toString(row).replaceAll("[\\[\\] ]", ""));
            }
            text.append("|distances=").append(String.join("/", rows));
        }
        ProcessLimits limits = topology.limits();
        if (!limits.nodes().equals(NodeSet.all())) {
            text.append("|allowed-nodes=").append(limits.nodes());
        }
        if (!limits.cpus().equals(CpuSet.all())) {
            text.append("|allowed-cpus=").append(limits.cpus());
        }
        if (limits.memoryBytes() != ProcessLimits.UNLIMITED) {
            text.append("|limit=").append(ByteSizes.shortForm(limits.memoryBytes()));
        }
        return text.toString();
    }

    private static String write(NumaNode node) {
        List<String> properties = new ArrayList<>();
        if (!node.cpus().isEmpty()) {
            properties.add("cpus=" + node.cpus());
        }
        if (node.totalBytes() != NumaNode.UNKNOWN) {
            properties.add("mem=" + ByteSizes.shortForm(node.totalBytes()));
        }
        if (node.freeBytes() != NumaNode.UNKNOWN) {
            properties.add("free=" + ByteSizes.shortForm(node.freeBytes()));
        }
        if (!node.hugePages().isEmpty()) {
            List<String> pools = new ArrayList<>();
            node.hugePages()
                    .forEach(pool -> pools.add(
                            ByteSizes.shortForm(pool.osPageBytes()) + "*" + pool.total() + "/" + pool.free()));
            properties.add("huge=" + String.join("+", pools));
        }
        return node.id() + ":" + String.join(",", properties);
    }
}
