// SPDX-License-Identifier: Apache-2.0
package dev.quarry.numa;

import java.util.Arrays;

/// The physical memory of a [SimulatedMemory]: how much each node has, and how much of it is used.
///
/// Not thread-safe; the memory that owns it is.
final class SimulatedNodes {
    private final Topology topology;
    private final int osPageBytes;

    /// These three by node id.
    private final int[][] fallbackOrders;

    private final long[] limitBytes;
    private long[] usedBytes;

    SimulatedNodes(Topology topology, int osPageBytes) {
        this.topology = topology;
        this.osPageBytes = osPageBytes;
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

    /// Takes one OS page: from the nearest node of the mask that has one, and if there is none and the mask is not
    /// strict, from the nearest of all. Gives the node, or [SimulatedReservation#NO_NODE].
    byte take(int nearNode, long nodeMask, boolean strict) {
        int[] order = fallbackOrders[nearNode];
        byte node = takeFrom(order, nodeMask == 0 ? -1L : nodeMask);
        return node == SimulatedReservation.NO_NODE && !strict ? takeFrom(order, -1L) : node;
    }

    private byte takeFrom(int[] order, long nodeMask) {
        for (int node : order) {
            boolean isAllowed = (nodeMask >>> node & 1) != 0;
            if (isAllowed && limitBytes[node] - usedBytes[node] >= osPageBytes) {
                usedBytes[node] += osPageBytes;
                return (byte) node;
            }
        }
        return SimulatedReservation.NO_NODE;
    }

    /// Gives the OS page of a reservation back, if it has memory.
    void giveBack(SimulatedReservation reservation, int page) {
        byte node = reservation.node(page);
        if (node != SimulatedReservation.NO_NODE) {
            usedBytes[node] -= osPageBytes;
            reservation.setNode(page, SimulatedReservation.NO_NODE);
        }
    }

    boolean haveAll(long nodeMask) {
        long present = topology.nodes().stream()
                .filter(NumaNode::hasMemory)
                .mapToLong(node -> 1L << node.id())
                .reduce(0, (mask, bit) -> mask | bit);
        return (nodeMask & ~present) == 0;
    }

    long[] snapshot() {
        return Arrays.copyOf(usedBytes, usedBytes.length);
    }

    void restore(long[] snapshot) {
        usedBytes = snapshot;
    }
}
