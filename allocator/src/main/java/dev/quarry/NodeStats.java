// SPDX-License-Identifier: Apache-2.0
package dev.quarry;

import java.util.List;

/// What an allocator has on one NUMA node.
///
/// @param node the kernel's id of the node
/// @param reservedBytes address space reserved for it, in bytes
/// @param committedBytes memory made usable on it, in bytes
/// @param freeBlocksByOrder at index `k` the number of free blocks of `2^k` pages
/// @param splits blocks split into two halves since the start, a count
/// @param merges pairs of buddies merged since the start, a count
public record NodeStats(
        int node, long reservedBytes, long committedBytes, List<Integer> freeBlocksByOrder, long splits, long merges) {
    /// Copies the list.
    public NodeStats {
        freeBlocksByOrder = List.copyOf(freeBlocksByOrder);
    }
}
