// SPDX-License-Identifier: Apache-2.0
package dev.quarry.internal.arena;

import dev.quarry.NumaPolicy;
import dev.quarry.internal.slab.Space;
import dev.quarry.internal.slab.Zone;
import dev.quarry.numa.NodeSet;
import dev.quarry.numa.NumaNode;
import dev.quarry.numa.Topology;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// Which zones lie how far from each cpu, and what that means for each policy (the kernel's zonelists).
///
/// A *source* is the position of a node, with or without memory, in the topology's order: where a thread can run.
///
/// Thread-safe.
public final class NodeMap {
    private final Space space;
    private final Topology topology;
    private final int[] sourceByNode;
    private final Zone[][] nearestBySource;
    private final ConcurrentHashMap<NumaPolicy, ZoneOrders> ordersByPolicy = new ConcurrentHashMap<>();

    /// @param space    whose zones are meant
    /// @param topology of the machine
    public NodeMap(Space space, Topology topology) {
        this.space = space;
        this.topology = topology;
        List<NumaNode> nodes = topology.nodes();
        this.sourceByNode = new int[nodes.getLast().id() + 1];
        this.nearestBySource = new Zone[nodes.size()][];
        for (int source = 0; source < nodes.size(); source++) {
            sourceByNode[nodes.get(source).id()] = source;
            nearestBySource[source] = nearest(nodes.get(source).id());
        }
    }

    private Zone[] nearest(int nodeId) {
        if (space.nodeZones().length == 1) {
            return space.nodeZones();
        }
        return zones(topology.fallbackOrder(nodeId));
    }

    /// The zones of nodes; those that have none are left out.
    private Zone[] zones(int[] nodeIds) {
        List<Zone> zones = new ArrayList<>();
        for (int node : nodeIds) {
            Zone zone = space.zoneOfNode(node);
            if (zone != null) {
                zones.add(zone);
            }
        }
        return zones.toArray(new Zone[0]);
    }

    /// {@return the machine's nodes}
    public Topology topology() {
        return topology;
    }

    /// {@return the source that a cpu belongs to; that of the first node for a cpu that the topology does not know}
    int sourceOf(int cpu) {
        return sourceByNode[topology.nodeOfCpu(cpu)];
    }

    /// {@return how many places there are to run}
    int sources() {
        return nearestBySource.length;
    }

    /// {@return the zone nearest to a source}
    Zone nearestTo(int source) {
        return nearestBySource[source][0];
    }

    /// {@return a source to which a zone is the nearest}
    int sourceNear(Zone zone) {
        for (int source = 0; source < nearestBySource.length; source++) {
            if (nearestBySource[source][0] == zone) {
                return source;
            }
        }
        return 0;
    }

    /// Requires that a policy can be used here.
    /// @param policy any
    /// @throws IllegalArgumentException if it names a node that this allocator does not use, or is for a whole
    /// allocator
    public void require(NumaPolicy policy) {
        ordersOf(policy);
    }

    /// {@return in which order a policy asks the zones}
    /// @throws IllegalArgumentException if it names a node that this allocator does not use
    ZoneOrders ordersOf(NumaPolicy policy) {
        ZoneOrders known = ordersByPolicy.get(policy);
        if (known == null) {
            ZoneOrders made = makeOrders(policy);
            ZoneOrders first = ordersByPolicy.putIfAbsent(policy, made);
            known = first == null ? made : first;
        }
        return known;
    }

    private ZoneOrders makeOrders(NumaPolicy policy) {
        NodeSet there = space.nodes();
        for (int node : policy.nodes().toArray()) {
            if (!there.contains(node)) {
                throw new IllegalArgumentException("the policy " + policy + " names node " + node
                        + ", of which there is no memory here: there is " + there);
            }
        }
        if (policy.kind() == NumaPolicy.Kind.OFF && space.config().numaPolicy().kind() != NumaPolicy.Kind.OFF) {
            throw new IllegalArgumentException("the policy off is for a whole allocator");
        }
        if (policy.kind() == NumaPolicy.Kind.INTERLEAVE) {
            return interleaved(policy);
        }
        Zone[][] bySource = new Zone[sources()][];
        for (int source = 0; source < bySource.length; source++) {
            bySource[source] = order(policy, source);
        }
        return new ZoneOrders(bySource, false, null);
    }

    private Zone[] order(NumaPolicy policy, int source) {
        Zone[] nearest = nearestBySource[source];
        Set<Zone> order = new LinkedHashSet<>();
        switch (policy.kind()) {
            case PREFERRED -> order.add(space.zoneOfNode(policy.nodes().first()));
            case BIND -> {
                for (Zone zone : nearest) {
                    if (policy.nodes().contains(zone.node())) {
                        order.add(zone);
                    }
                }
            }
            default -> order.add(nearest[0]);
        }
        if (!policy.isStrict()) {
            // From a full node to what is near that node, as the kernel does it.
            order.addAll(List.of(nearestBySource[sourceNear(order.iterator().next())]));
            order.addAll(List.of(nearest));
        }
        return order.toArray(new Zone[0]);
    }

    private ZoneOrders interleaved(NumaPolicy policy) {
        NodeSet nodes = policy.nodes().isEmpty() ? space.nodes() : policy.nodes();
        Zone[] members = zones(nodes.toArray());
        Zone[][] byTurn = new Zone[members.length][];
        for (int turn = 0; turn < members.length; turn++) {
            Set<Zone> order = new LinkedHashSet<>();
            for (int step = 0; step < members.length; step++) {
                order.add(members[(turn + step) % members.length]);
            }
            if (!policy.isStrict()) {
                order.addAll(List.of(space.nodeZones()));
            }
            byTurn[turn] = order.toArray(new Zone[0]);
        }
        Zone byOsPage = nodes.equals(space.interleavedNodes()) ? space.interleavedZone() : null;
        return new ZoneOrders(byTurn, true, byOsPage);
    }
}
