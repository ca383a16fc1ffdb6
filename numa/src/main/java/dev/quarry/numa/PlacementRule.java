// SPDX-License-Identifier: Apache-2.0
package dev.quarry.numa;

/// What a bind said of an OS page of a [SimulatedMemory]: where the search for memory starts, and where it may end.
///
/// @param placement how the node is chosen
/// @param nodes the nodes to choose from; empty for [Placement#LOCAL]
record PlacementRule(Placement placement, NodeSet nodes) {
    static final PlacementRule LOCAL = new PlacementRule(Placement.LOCAL, NodeSet.empty());

    static PlacementRule of(Placement placement, NodeSet nodes) {
        return switch (placement) {
            case LOCAL -> LOCAL;
            case PREFERRED -> new PlacementRule(placement, NodeSet.of(nodes.first()));
            case BIND, INTERLEAVE -> new PlacementRule(placement, nodes);
        };
    }

    /// The node whose neighbours are searched, the nearest first.
    ///
    /// @param nearNode the node of the cpu
    /// @param page the number of the OS page in its reservation
    int startNode(int nearNode, int page) {
        return switch (placement) {
            case BIND, LOCAL -> nearNode;
            case PREFERRED -> nodes.first();
            case INTERLEAVE -> nodes.ids().skip(page % nodes.size()).findFirst().orElseThrow();
        };
    }

    /// Whether memory may come from a node.
    boolean allows(int node) {
        return placement != Placement.BIND || nodes.contains(node);
    }
}
