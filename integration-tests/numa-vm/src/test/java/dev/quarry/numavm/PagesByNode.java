// SPDX-License-Identifier: Apache-2.0
package dev.quarry.numavm;

import dev.quarry.numa.NativeMemory;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// How many OS pages of some memory lie on each node, by the kernel's word for each single one of them.
final class PagesByNode {
    private final long[] onNode = new long[Guest.NODES];
    private long notResident;

    /// The pages of one range.
    static PagesByNode of(NativeMemory memory, long address, long byteSize) {
        PagesByNode pages = new PagesByNode();
        pages.add(memory, address, Math.toIntExact(byteSize / memory.osPageBytes()));
        return pages;
    }

    void add(NativeMemory memory, long address, int osPageCount) {
        int[] nodes = new int[osPageCount];
        memory.nodesOf(address, osPageCount, nodes);
        for (int node : nodes) {
            if (node == NativeMemory.NOT_RESIDENT) {
                notResident++;
            } else {
                onNode[node]++;
            }
        }
    }

    long on(int node) {
        return onNode[node];
    }

    long notResident() {
        return notResident;
    }

    /// How many there are, not counting those that are not resident.
    long resident() {
        return IntStream.range(0, Guest.NODES).mapToLong(this::on).sum();
    }

    /// The part of the resident pages that lies on some nodes, from 0 to 1.
    double share(int... nodes) {
        return (double) IntStream.of(nodes).mapToLong(this::on).sum() / resident();
    }

    /// Whether there are pages on a node, all are resident, and none lies elsewhere.
    boolean areAllOn(int node) {
        return on(node) > 0 && on(node) == resident() && notResident == 0;
    }

    @Override
    public String toString() {
        return IntStream.range(0, Guest.NODES)
                .mapToObj(node -> "node " + node + ": " + on(node))
                .collect(Collectors.joining(", ", "", ", not resident: " + notResident));
    }
}
