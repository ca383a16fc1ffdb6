// SPDX-License-Identifier: Apache-2.0
package dev.quarry.numa;

import static dev.quarry.numa.NativeMemory.NOT_RESIDENT;

import java.util.Arrays;
import java.util.List;

/// The physical memory of a [SimulatedMemory]: which nodes there are, how much each has, and how much of it is used.
///
/// Not thread-safe; the memory that owns it is.
final class SimulatedNodes {
    private final int osPageBytes;

    /// These three by node id.
    private final int[][] fallbackOrders;

    private final long[] limitBytes;
    private long[] usedBytes;

    /// What is left of the machine, and the first cpu of it that this process may use.
    private Topology topology;

    private int firstCpu;

    SimulatedNodes(Topology topology, int osPageBytes) {
        this.topology = topology;
        this.firstCpu = firstCpu(topology);
        this.osPageBytes = osPageBytes;
        int ids = topology.nodes().getLast().id() + 1;
        this.fallbackOrders = new int[ids][];
        this.limitBytes = new long[ids];
        this.usedBytes = new long[ids];
        for (NumaNode node : topology.nodes()) {
            fallbackOrders[node.id()] = topology.fallbackOrder(node.id());
            limitBytes[node.id()] = capacityBytes(node);
        }
    }

    private static long capacityBytes(NumaNode node) {
        if (node.freeBytes() != NumaNode.UNKNOWN) {
            return node.freeBytes();
        }
        return node.totalBytes() == NumaNode.UNKNOWN ? Long.MAX_VALUE : node.totalBytes();
    }

    /// What is there, with the memory that is free now.
    Topology topology() {
        List<NumaNode> nodes = topology.nodes().stream().map(this::current).toList();
        return Topology.of(nodes, topology.distances())
                .withOffline(topology.offlineNodes())
                .withLimits(topology.limits());
    }

    private NumaNode current(NumaNode node) {
        return new NumaNode(node.id(), node.cpus(), node.totalBytes(), freeBytes(node.id()), node.hugePages());
    }

    int nodeOfCpu(int cpu) {
        return topology.nodeOfCpu(cpu);
    }

    /// Whether the cpu is there and this process may use it.
    boolean hasCpu(int cpu) {
        return topology.limits().cpus().contains(cpu)
                && topology.nodes().stream().anyMatch(node -> node.cpus().contains(cpu));
    }

    /// The first cpu of all that this process may use.
    int firstCpu() {
        return firstCpu;
    }

    private static int firstCpu(Topology topology) {
        return topology.nodes().stream()
                .flatMapToInt(node -> node.cpus().and(topology.limits().cpus()).stream())
                .min()
                .orElse(0);
    }

    void setLimitBytes(int node, long bytes) {
        limitBytes[topology.node(node).id()] = bytes;
    }

    long usedBytes(int node) {
        return usedBytes[topology.node(node).id()];
    }

    long freeBytes(int node) {
        boolean isKnown = isOnline(node) && limitBytes[node] != Long.MAX_VALUE;
        return isKnown ? Math.max(0, limitBytes[node] - usedBytes[node]) : NativeMemory.UNKNOWN;
    }

    boolean isOnline(int node) {
        return topology.nodes().stream().anyMatch(online -> online.id() == node);
    }

    /// The nodes that memory can come from.
    NodeSet usable() {
        return topology.usableNodes();
    }

    /// Takes an OS page for a page of a reservation, unless there is none.
    void back(SimulatedReservation reservation, int page, int nearNode) {
        PlacementRule rule = reservation.rule(page);
        for (int node : fallbackOrders[rule.startNode(nearNode, page)]) {
            if (rule.allows(node) && takeFrom(node)) {
                reservation.setNode(page, node);
                return;
            }
        }
    }

    /// Moves what is behind a page to a node, unless that is full or nothing is behind the page. Gives whether it lies
    /// there now.
    boolean move(SimulatedReservation reservation, int page, int node) {
        if (reservation.node(page) != NOT_RESIDENT && takeFrom(node)) {
            giveBack(reservation, page);
            reservation.setNode(page, node);
        }
        return reservation.node(page) == node;
    }

    private boolean takeFrom(int node) {
        boolean hasOne = limitBytes[node] - usedBytes[node] >= osPageBytes;
        usedBytes[node] += hasOne ? osPageBytes : 0;
        return hasOne;
    }

    /// Gives the OS page of a reservation back, if it has memory.
    void giveBack(SimulatedReservation reservation, int page) {
        int node = reservation.node(page);
        if (node != NOT_RESIDENT) {
            usedBytes[node] -= osPageBytes;
            reservation.setNode(page, NOT_RESIDENT);
        }
    }

    /// Takes a node off the machine. What lies on it goes to the others, the nearest first.
    ///
    /// @throws IllegalArgumentException if it is not there, or the machine would have no cpu or memory left
    /// @throws IllegalStateException if the others have no room for what lies on it
    void remove(int node, Iterable<SimulatedReservation> reservations) {
        Topology rest = topology.without(node);
        long room = 0;
        for (int other : fallbackOrders[node]) {
            // Rounded to OS pages, and divided early: the sum of memory without a limit would overflow.
            room += other == node ? 0 : Math.max(0, limitBytes[other] - usedBytes[other]) / osPageBytes;
        }
        if (usedBytes[node] / osPageBytes > room) {
            throw new IllegalStateException("node " + node + " cannot be removed: the others have no room for "
                    + ByteSizes.describe(usedBytes[node]) + " that lie on it");
        }
        topology = rest;
        firstCpu = firstCpu(rest);
        limitBytes[node] = 0;
        for (SimulatedReservation reservation : reservations) {
            for (int page = 0; page < reservation.pages(); page++) {
                if (reservation.node(page) == node) {
                    moveToNearest(reservation, page, node);
                }
            }
        }
    }

    private void moveToNearest(SimulatedReservation reservation, int page, int from) {
        for (int node : fallbackOrders[from]) {
            if (node != from && move(reservation, page, node)) {
                return;
            }
        }
    }

    long[] snapshot() {
        return Arrays.copyOf(usedBytes, usedBytes.length);
    }

    void restore(long[] snapshot) {
        usedBytes = snapshot;
    }
}
