// SPDX-License-Identifier: Apache-2.0
package dev.quarry.numa;

import java.util.List;

/// One NUMA node: cpus, and the memory that is near to them. Either may be missing.
///
/// @param id the kernel's number of it
/// @param cpus its cpus; empty for a node of memory only
/// @param totalBytes its memory; 0 for a node of cpus only, [#UNKNOWN] when the system does not tell
/// @param freeBytes what of it was free when the topology was read; [#UNKNOWN] when the system does not tell
/// @param hugePages the huge OS pages that it keeps ready, by ascending size; empty when there are none
public record NumaNode(int id, CpuSet cpus, long totalBytes, long freeBytes, List<HugePagePool> hugePages) {
    /// The value of [#totalBytes()] and [#freeBytes()] when the system does not tell.
    public static final long UNKNOWN = NativeMemory.UNKNOWN;

    /// Checks the parts.
    ///
    /// @throws IllegalArgumentException if the id is none of a node, which are below [NodeSet#MAX_NODES]
    public NumaNode {
        NodeSet.checked(id);
        hugePages = List.copyOf(hugePages);
    }

    /// A node that keeps no huge OS pages ready.
    ///
    /// @param id the kernel's number of it
    /// @param cpus its cpus
    /// @param totalBytes its memory
    /// @param freeBytes what of it is free
    /// @throws IllegalArgumentException if the id is none of a node
    public NumaNode(int id, CpuSet cpus, long totalBytes, long freeBytes) {
        this(id, cpus, totalBytes, freeBytes, List.of());
    }

    /// Whether memory can come from this node, as far as is known.
    ///
    /// @return false only if it is known to have none
    public boolean hasMemory() {
        return totalBytes != 0;
    }
}
