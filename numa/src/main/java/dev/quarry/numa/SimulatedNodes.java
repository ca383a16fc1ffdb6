// SPDX-License-Identifier: Apache-2.0
package dev.quarry.numa;

import java.util.Arrays;

/// The physical memory of a [SimulatedMemory]: how much each node has, and how much of it is used.
///
/// Not thread-safe; the memory that owns it is.
final class SimulatedNodes {
    private final Topology topology;
    private final int osPageBytes;
    private final NodeSet withMemory;

    /// These three by node id.
    private final int[][] fallbackOrders;

    private final long[] limitBytes;
    private long[] usedBytes;

    SimulatedNodes(Topology topology, int osPageBytes) {
        this.topology = topology;
        this.osPageBytes = osPageBytes;
        this.withMemory =
                NodeSet.of(topology.nodes().stream().filter(NumaNode::hasMemory).mapToInt(NumaNode::id));
        int ids = topology.nodes().getLast().id() + 1;
        this.fallbackOrders = new int[ids][];
        this.limitBytes = new long[ids];
        this.usedBytes = new long[ids];
        for (NumaNode node : topology.nodes()) {
            fallbackOrders[node.id()] = topology.fallbackOrder(node.id());
            limitBytes[node.id()] = node.totalBytes() == NumaNode.UNKNOWN ? Long.MAX_VALUE : node.totalBytes();
        }
    }

    void setLimitBytes(int node, long bytes) {
        limitBytes[topology.node(node).id()] = bytes;
    }

    long usedBytes(int node) {
        return usedBytes[topology.node(node).id()];
    }

    /// Takes an OS page for a page of a reservation. Gives the node, or [NativeMemory#NOT_RESIDENT].
    int take(int nearNode, PlacementRule rule, int page) {
        int from = rule.startNode(nearNode, page);
        for (int node : fallbackOrders[from]) {
            if (rule.allows(node) && takeFrom(node)) {
                return node;
            }
        }
        return NativeMemory.NOT_RESIDENT;
    }

    /// Takes an OS page of one node. Gives whether it has one.
    boolean takeFrom(int node) {
        boolean hasOne = limitBytes[node] - usedBytes[node] >= osPageBytes;
        usedBytes[node] += hasOne ? osPageBytes : 0;
        return hasOne;
    }

    /// Gives the OS page of a reservation back, if it has memory.
    void giveBack(SimulatedReservation reservation, int page) {
        int node = reservation.node(page);
        if (node != NativeMemory.NOT_RESIDENT) {
            usedBytes[node] -= osPageBytes;
            reservation.setNode(page, NativeMemory.NOT_RESIDENT);
        }
    }

    long freeBytes(int node) {
        boolean isKnown = withMemory.contains(node) && limitBytes[node] != Long.MAX_VALUE;
        return isKnown ? Math.max(0, limitBytes[node] - usedBytes[node]) : NativeMemory.UNKNOWN;
    }

    /// The nodes that memory can come from.
    NodeSet withMemory() {
        return withMemory;
    }

    long[] snapshot() {
        return Arrays.copyOf(usedBytes, usedBytes.length);
    }

    void restore(long[] snapshot) {
        usedBytes = snapshot;
    }
}
