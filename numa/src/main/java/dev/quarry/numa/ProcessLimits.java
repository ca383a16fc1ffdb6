// SPDX-License-Identifier: Apache-2.0
package dev.quarry.numa;

/// What of the machine this process may use: the least that its affinity mask, its cpuset and its cgroup's memory limit
/// leave. May name nodes and cpus that are not there.
///
/// @param nodes the nodes that memory may come from
/// @param cpus the cpus that threads may run on
/// @param memoryBytes how much memory it may have altogether; [#UNLIMITED] where nothing limits it
public record ProcessLimits(NodeSet nodes, CpuSet cpus, long memoryBytes) {
    /// The value of [#memoryBytes()] where nothing limits it.
    public static final long UNLIMITED = Long.MAX_VALUE;

    /// May use everything.
    public static final ProcessLimits NONE = new ProcessLimits(NodeSet.all(), CpuSet.all(), UNLIMITED);

    /// Checks the parts.
    ///
    /// @throws IllegalArgumentException if nothing of a part is left
    public ProcessLimits {
        if (nodes.isEmpty()) {
            throw new IllegalArgumentException("a process that may use no node, expected at least one");
        }
        if (cpus.isEmpty()) {
            throw new IllegalArgumentException("a process that may use no cpu, expected at least one");
        }
        if (memoryBytes <= 0) {
            throw new IllegalArgumentException("a process that may have " + memoryBytes + " bytes, expected more");
        }
    }
}
