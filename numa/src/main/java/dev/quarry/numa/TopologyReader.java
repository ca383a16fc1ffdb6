// SPDX-License-Identifier: Apache-2.0
package dev.quarry.numa;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.StringTokenizer;

/// Reads a [Topology] from sysfs. Sandboxes hide parts of it and machines leave parts out, so nothing is an error: a
/// file that is missing or makes no sense counts as unknown, and a directory that describes no node as a machine
/// without NUMA.
final class TopologyReader {
    private final NodeFiles files;
    private final ProcessLimitsReader limits;

    /// @param root the root of the file system
    TopologyReader(Path root) {
        this.files = new NodeFiles(root);
        this.limits = new ProcessLimitsReader(root);
    }

    Topology read() {
        Topology machine = readMachine();
        return machine.withLimits(limits(machine));
    }

    /// What limits this process on this machine: a list that names all there is limits nothing. A machine none of whose
    /// memory may be used is one that a sandbox tells lies about.
    private ProcessLimits limits(Topology machine) {
        ProcessLimits found = limits.read();
        NodeSet nodes = machine.usableNodes().and(found.nodes());
        boolean limitsNodes = !nodes.isEmpty() && !nodes.equals(machine.usableNodes());
        boolean limitsCpus = false;
        for (NumaNode node : machine.nodes()) {
            limitsCpus |= !node.cpus().without(found.cpus()).isEmpty();
        }
        return new ProcessLimits(
                limitsNodes ? found.nodes() : NodeSet.all(),
                limitsCpus ? found.cpus() : CpuSet.all(),
                found.memoryBytes());
    }

    private Topology readMachine() {
        NodeSet present = files.present();
        NodeSet online = present.and(files.list("online", present));
        List<NumaNode> nodes = new ArrayList<>();
        BitSet claimedCpus = new BitSet();
        int[] ids = online.toArray();
        for (int id : ids) {
            nodes.add(readNode(id, claimedCpus));
        }
        if (claimedCpus.isEmpty()) {
            return Topology.singleNode(Topology.availableProcessors());
        }
        int[][] distances = new int[ids.length][];
        for (int row = 0; row < ids.length; row++) {
            distances[row] = readDistances(ids, row);
        }
        NodeSet offline = files.list("possible", online).without(online);
        return Topology.of(known(nodes), distances).withOffline(offline);
    }

    /// A cpu belongs to the first node that lists it: two nodes cannot have the same one.
    private NumaNode readNode(int id, BitSet claimedCpus) {
        CpuSet cpus = files.cpus(id).without(CpuSet.of(claimedCpus));
        for (int cpu = cpus.next(0); cpu >= 0; cpu = cpus.next(cpu + 1)) {
            claimedCpus.set(cpu);
        }
        String memory = files.memory(id);
        return new NumaNode(id, cpus, NodeFiles.totalBytes(memory), NodeFiles.freeBytes(memory), files.hugePages(id));
    }

    /// The nodes themselves, or if none of them has memory, which cannot be, nodes whose memory is unknown.
    private static List<NumaNode> known(List<NumaNode> nodes) {
        List<NumaNode> unknown = new ArrayList<>();
        for (NumaNode node : nodes) {
            if (node.hasMemory()) {
                return nodes;
            }
            unknown.add(new NumaNode(node.id(), node.cpus(), NumaNode.UNKNOWN, NumaNode.UNKNOWN));
        }
        return unknown;
    }

    /// The kernel writes a number for each node that is online, in the order of their ids.
    private int[] readDistances(int[] ids, int row) {
        int[] distances = new int[ids.length];
        StringTokenizer words = new StringTokenizer(ids.length == 1 ? "" : files.distances(ids[row]));
        boolean isWhole = words.countTokens() == ids.length;
        for (int column = 0; column < distances.length; column++) {
            int given = isWhole ? NumberLists.number(words.nextToken()) : 0;
            boolean isRemote = row != column && Distances.isRemote(given);
            distances[column] = isRemote ? given : Distances.assumed(row, column);
        }
        return distances;
    }
}
