// SPDX-License-Identifier: Apache-2.0
package dev.quarry.numa;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Objects;

/// The nodes of a machine that are online, their cpus, how far they are from each other, and what of all that this
/// process may use. Immutable: what the machine was when it was read. Nodes, memory and limits come and go while a
/// process runs; to see the change, read again.
///
/// The kernel numbers nodes and cpus with gaps; a *node id* or a *cpu* in this class is always the kernel's number.
public final class Topology {
    /// The distance from a node to itself.
    public static final int LOCAL_DISTANCE = 10;

    /// The distance that is assumed where the system tells none.
    public static final int REMOTE_DISTANCE = 20;

    private final List<NumaNode> nodes;
    private final NodeSet offlineNodes;
    private final ProcessLimits limits;
    private final NodeSet usableNodes;

    /// By the position in [#nodes], not by node id.
    private final int[][] distances;

    private final int[] positionById;
    private final int[] idByCpu;
    private final int firstId;

    private Topology(List<NumaNode> nodes, int[][] distances, NodeSet offlineNodes, ProcessLimits limits) {
        NodeSet withMemory = withMemory(nodes);
        TopologyChecks.checkOffline(nodes, offlineNodes);
        TopologyChecks.checkLimits(withMemory, limits);
        this.nodes = nodes;
        this.distances = distances;
        this.offlineNodes = offlineNodes;
        this.limits = limits;
        this.usableNodes = withMemory.and(limits.nodes());
        this.positionById = positions(nodes);
        this.idByCpu = idsByCpu(nodes);
        this.firstId = nodes.getFirst().id();
    }

    /// The topology of this machine, as it is now.
    ///
    /// @return what sysfs tells; one node with all available processors where it tells nothing
    public static Topology read() {
        return read(Path.of("/"));
    }

    /// The topology that a directory describes in the form of a file system with sysfs, proc and cgroups. Files that
    /// are missing or unreadable count as unknown.
    ///
    /// @param root a directory with `sys/devices/system/node`, `proc/self` and what that says of cgroups
    /// @return what it tells; one node with all available processors where it describes no node
    public static Topology read(Path root) {
        return new TopologyReader(root).read();
    }

    /// Reads the text form that [#toText()] writes. The parts are separated by `|`, and only the first must be there:
    ///
    /// ```
    ///    0:cpus=0-3,mem=16g; 1:cpus=4-7,mem=16g; 2:mem=64g; 3:offline
    ///    | distances=10,20,30/20,10,30/30,30,10
    ///    | allowed-nodes=0,2 | allowed-cpus=0-3 | limit=20g
    /// ```
    ///
    /// | part | what it says |
    /// |---|---|
    /// | nodes, separated by `;` | the id, a colon, and properties separated by commas; or `offline` for one that could
    /// be there |
    /// | `cpus=0-3,8` | the cpus of a node; none where it is left out |
    /// | `mem=16g` | the memory of a node, 0 for none; unknown where it is left out |
    /// | `free=8g` | how much of it is free; unknown where it is left out |
    /// | `huge=2m*512/100+1g*4/4` | the huge OS pages of a node: size, count and how many of them are free |
    /// | `distances=` | a row for each node that is online, in the order of the nodes: how far the others are from it.
    /// Left out: 20 |
    /// | `allowed-nodes=`, `allowed-cpus=`, `limit=` | what the process may use ([ProcessLimits]); all where they are
    /// left out |
    ///
    /// Sizes are numbers of bytes, or of KiB, MiB, GiB, TiB with `k`, `m`, `g`, `t` behind. Space around any part is
    /// ignored.
    ///
    /// @param text such a text
    /// @return the machine
    /// @throws IllegalArgumentException if the text describes none; one sentence names the part, what is there and what
    ///     was expected
    public static Topology parse(String text) {
        return TopologyParser.parse(text);
    }

    /// A machine without NUMA: node 0 with the cpus from 0 on, and memory of unknown size.
    ///
    /// @param cpus how many cpus
    /// @return the topology
    /// @throws IllegalArgumentException unless there is at least one cpu
    public static Topology singleNode(int cpus) {
        if (cpus < 1) {
            throw new IllegalArgumentException("a machine has at least one cpu, not " + cpus);
        }
        NumaNode node = new NumaNode(0, CpuSet.range(0, cpus), NumaNode.UNKNOWN, NumaNode.UNKNOWN);
        return of(List.of(node), Distances.assumed(1));
    }

    /// A machine from its parts.
    ///
    /// @param nodes at least one node, no id twice, no cpu twice
    /// @param distances row and column i belong to the i-th node of the list
    /// @return the topology, its nodes in the order of their ids
    /// @throws IllegalArgumentException if the parts do not fit together; the message says which
    public static Topology of(List<NumaNode> nodes, int[][] distances) {
        TopologyChecks.check(nodes, distances);
        int[] order = orderById(nodes);
        NumaNode[] sorted = new NumaNode[order.length];
        int[][] sortedDistances = new int[order.length][order.length];
        for (int row = 0; row < order.length; row++) {
            sorted[row] = nodes.get(order[row]);
            for (int column = 0; column < order.length; column++) {
                sortedDistances[row][column] = distances[order[row]][order[column]];
            }
        }
        return new Topology(List.of(sorted), sortedDistances, NodeSet.empty(), ProcessLimits.NONE);
    }

    /// The positions of the nodes, the smallest id first.
    private static int[] orderById(List<NumaNode> nodes) {
        Long[] keys = new Long[nodes.size()];
        for (int position = 0; position < keys.length; position++) {
            keys[position] = (long) nodes.get(position).id() << Integer.SIZE | position;
        }
        Arrays.sort(keys);
        int[] order = new int[keys.length];
        for (int rank = 0; rank < order.length; rank++) {
            order[rank] = keys[rank].intValue();
        }
        return order;
    }

    /// The same machine, to which nodes can be added.
    ///
    /// @param offline the nodes that could be there, and are not
    /// @return the topology
    /// @throws IllegalArgumentException if one of them is there
    public Topology withOffline(NodeSet offline) {
        return new Topology(nodes, distances, offline, limits);
    }

    /// The same machine, used by a process with limits.
    ///
    /// @param limits what the process may use
    /// @return the topology
    /// @throws IllegalArgumentException if no memory is left
    public Topology withLimits(ProcessLimits limits) {
        return new Topology(nodes, distances, offlineNodes, limits);
    }

    /// The machine without one of its nodes, which is offline then.
    Topology without(int id) {
        List<NumaNode> rest =
                nodes.stream().filter(node -> node.id() != node(id).id()).toList();
        if (rest.stream().allMatch(node -> node.cpus().isEmpty())) {
            throw new IllegalArgumentException("without node " + id + " there is no cpu left in " + this);
        }
        int[][] shorter = rest.stream()
                .map(from -> rest.stream()
                        .mapToInt(to -> distance(from.id(), to.id()))
                        .toArray())
                .toArray(int[][]::new);
        return of(rest, shorter).withOffline(offlineNodes.or(NodeSet.of(id))).withLimits(limits);
    }

    private static int[] positions(List<NumaNode> nodes) {
        int[] positions = new int[nodes.getLast().id() + 1];
        Arrays.fill(positions, -1);
        for (int position = 0; position < nodes.size(); position++) {
            positions[nodes.get(position).id()] = position;
        }
        return positions;
    }

    private static int[] idsByCpu(List<NumaNode> nodes) {
        int end = 0;
        for (NumaNode node : nodes) {
            end = Math.max(end, node.cpus().end());
        }
        int[] ids = new int[end];
        Arrays.fill(ids, nodes.getFirst().id());
        for (NumaNode node : nodes) {
            CpuSet cpus = node.cpus();
            for (int cpu = cpus.next(0); cpu >= 0; cpu = cpus.next(cpu + 1)) {
                ids[cpu] = node.id();
            }
        }
        return ids;
    }

    private static NodeSet withMemory(List<NumaNode> nodes) {
        BitSet ids = new BitSet();
        for (NumaNode node : nodes) {
            ids.set(node.id(), node.hasMemory());
        }
        return NodeSet.of(ids);
    }

    /// All nodes that are online.
    ///
    /// @return at least one, in the order of their ids
    public List<NumaNode> nodes() {
        return nodes;
    }

    /// The nodes that the system could have, and has not now.
    ///
    /// @return their ids; empty on most machines
    public NodeSet offlineNodes() {
        return offlineNodes;
    }

    /// What of the machine this process may use, by affinity, cpuset and cgroup.
    ///
    /// @return the limits; [ProcessLimits#NONE] where there are none
    public ProcessLimits limits() {
        return limits;
    }

    /// The nodes from which this process can get memory: they are online, have memory and are allowed.
    ///
    /// @return at least one
    public NodeSet usableNodes() {
        return usableNodes;
    }

    /// A node by its id.
    ///
    /// @param id the kernel's number
    /// @return the node
    /// @throws IllegalArgumentException if there is none
    public NumaNode node(int id) {
        return nodes.get(position(id));
    }

    /// Whether there is a choice of nodes.
    ///
    /// @return false for a machine without NUMA
    public boolean isSingleNode() {
        return nodes.size() == 1;
    }

    /// The node that a cpu belongs to. One array access, meant for every refill.
    ///
    /// @param cpu the kernel's number
    /// @return the node's id; that of the first node for a cpu that no node claims, such as one plugged in later
    public int nodeOfCpu(int cpu) {
        return cpu >= 0 && cpu < idByCpu.length ? idByCpu[cpu] : firstId;
    }

    /// How far the memory of one node is from the cpus of another, in the firmware's terms.
    ///
    /// @param fromId the node of the cpu
    /// @param toId the node of the memory
    /// @return [#LOCAL_DISTANCE] for the same node, more for others
    /// @throws IllegalArgumentException if there is no such node
    public int distance(int fromId, int toId) {
        return distances[position(fromId)][position(toId)];
    }

    /// Where to look for memory, the nearest node first; the smaller id first among equals. Nodes that are not
    /// [usable][#usableNodes()] are left out.
    ///
    /// @param fromId the node of the cpu
    /// @return node ids
    /// @throws IllegalArgumentException if there is no such node
    public int[] fallbackOrder(int fromId) {
        int from = position(fromId);
        int[] ids = usableNodes.toArray();
        Long[] keys = new Long[ids.length];
        for (int index = 0; index < ids.length; index++) {
            keys[index] = (long) distances[from][position(ids[index])] << Integer.SIZE | ids[index];
        }
        Arrays.sort(keys);
        for (int rank = 0; rank < ids.length; rank++) {
            ids[rank] = keys[rank].intValue();
        }
        return ids;
    }

    /// How many processors this process may use: what the JVM says, which knows the limits of containers and affinity
    /// masks.
    ///
    /// @return at least 1
    public static int availableProcessors() {
        return Runtime.getRuntime().availableProcessors();
    }

    /// By position; not to be changed.
    int[][] distances() {
        return distances;
    }

    private int position(int id) {
        int position = id >= 0 && id < positionById.length ? positionById[id] : -1;
        if (position < 0) {
            throw new IllegalArgumentException("there is no node " + id + " in " + this);
        }
        return position;
    }

    /// The text form, which [#parse] reads.
    ///
    /// @return one line; topologies that are equal have the same
    public String toText() {
        return TopologyWriter.write(this);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Topology that
                && nodes.equals(that.nodes)
                && Arrays.deepEquals(distances, that.distances)
                && offlineNodes.equals(that.offlineNodes)
                && limits.equals(that.limits);
    }

    @Override
    public int hashCode() {
        return Objects.hash(nodes, Arrays.deepHashCode(distances), offlineNodes, limits);
    }

    /// One line for people: each node with its cpus.
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        for (NumaNode node : nodes) {
            text.append(text.isEmpty() ? "" : "; ").append("node ").append(node.id());
            text.append(node.cpus().isEmpty() ? " without cpus" : " cpus " + node.cpus());
            if (!node.hasMemory()) {
                text.append(" without memory");
            } else if (node.totalBytes() != NumaNode.UNKNOWN) {
                text.append(' ').append(ByteSizes.describe(node.totalBytes()));
            }
        }
        return text.toString();
    }
}
