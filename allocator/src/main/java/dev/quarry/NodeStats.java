// SPDX-License-Identifier: Apache-2.0
package dev.quarry;

import java.util.List;

/// What an allocator has on one NUMA node, and what came from there, as the kernel's `numastat` counts it.
///
/// @param node the kernel's id of the node; -1 for the zone whose OS pages the kernel spreads over several nodes, all
/// of
///     whose pages are counted with the nodes that they lie on
/// @param reservedBytes address space reserved for it, in bytes
/// @param committedBytes memory made usable on it, in bytes
/// @param freeBlocksByOrder at index `k` the number of free blocks of `2^k` pages
/// @param splits blocks split into two halves since the start, a count
/// @param merges pairs of buddies merged since the start, a count
/// @param numaHit pages that were wanted from this node and came from it, a count since the start
/// @param numaMiss pages that came from it although another was wanted, a count since the start
/// @param numaForeign pages that were wanted from it and came from another, a count since the start
/// @param interleaveHit pages that came from it because it was its turn, a count since the start
/// @param localNode pages that came from it while the thread ran next to it, a count since the start
/// @param otherNode pages that came from it while the thread ran next to another, a count since the start
/// @param fullRefusals how often it was asked for more and had no free memory, a count since the start
public record NodeStats(
        int node,
        long reservedBytes,
        long committedBytes,
        List<Integer> freeBlocksByOrder,
        long splits,
        long merges,
        long numaHit,
        long numaMiss,
        long numaForeign,
        long interleaveHit,
        long localNode,
        long otherNode,
        long fullRefusals) {
    /// Copies the list.
    public NodeStats {
        freeBlocksByOrder = List.copyOf(freeBlocksByOrder);
    }
}
