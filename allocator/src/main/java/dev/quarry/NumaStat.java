// SPDX-License-Identifier: Apache-2.0
package dev.quarry;

import java.util.List;
import java.util.function.ToLongFunction;

/// Where pages came from: one counter a line, one node a column.
final class NumaStat {
    private final ViewText text = new ViewText();
    private final List<NodeStats> nodes;

    private NumaStat(List<NodeStats> nodes) {
        this.nodes = nodes;
    }

    static String text(AllocatorStats stats) {
        List<NodeStats> nodes =
                stats.nodes().stream().filter(zone -> zone.node() >= 0).toList();
        NumaStat view = new NumaStat(nodes);
        view.text.add("%-16s", "");
        nodes.forEach(node -> view.text.add("%16s", "node" + node.node()));
        view.text.endLine();
        view.add("numa_hit", NodeStats::numaHit);
        view.add("numa_miss", NodeStats::numaMiss);
        view.add("numa_foreign", NodeStats::numaForeign);
        view.add("interleave_hit", NodeStats::interleaveHit);
        view.add("local_node", NodeStats::localNode);
        view.add("other_node", NodeStats::otherNode);
        return view.text.toString();
    }

    private void add(String name, ToLongFunction<NodeStats> counter) {
        text.add("%-16s", name);
        nodes.forEach(node -> text.add("%16d", counter.applyAsLong(node)));
        text.endLine();
    }
}
