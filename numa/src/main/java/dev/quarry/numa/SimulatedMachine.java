// SPDX-License-Identifier: Apache-2.0
package dev.quarry.numa;

import java.util.ArrayList;
import java.util.List;

/// What a [SimulatedMemory] simulates: nodes with their memory, and the limits of the system. Immutable.
///
/// @param topology the nodes, and what the process may use of them. A node gives what of its memory is free, where that
///     is unknown all, and where that is unknown too, without a limit
/// @param osPageBytes the OS page
/// @param addressSpaceBytes how much may be reserved, as `RLIMIT_AS` says it
/// @param lockLimitBytes how much may be locked, as `RLIMIT_MEMLOCK` says it
/// @param maxMappings how many mappings there may be, as `vm.max_map_count` says it
/// @param canRemap whether the kernel can remap
/// @param canBind whether the sandbox allows mbind and move_pages
public record SimulatedMachine(
        Topology topology,
        int osPageBytes,
        long addressSpaceBytes,
        long lockLimitBytes,
        int maxMappings,
        boolean canRemap,
        boolean canBind) {

    /// Checks the parts.
    ///
    /// @throws IllegalArgumentException if a part makes no machine; the message says which
    public SimulatedMachine {
        if (osPageBytes < 4096 || Integer.bitCount(osPageBytes) != 1) {
            throw new IllegalArgumentException("an OS page is a power of two from 4096 on, not " + osPageBytes);
        }
    }

    /// One node with two cpus, memory without a limit and the limits of an ordinary Linux, unless told otherwise.
    ///
    /// @return a new builder
    public static Builder builder() {
        return new Builder();
    }

    /// Makes a [SimulatedMachine] of parts.
    public static final class Builder {
        private Topology topology = Topology.singleNode(2);
        private int osPageBytes = 4096;
        private long addressSpaceBytes = 1L << 30;
        private long lockLimitBytes = 8L << 20;
        private int maxMappings = 65_530;
        private boolean canRemap = true;
        private boolean canBind = true;

        private Builder() {}

        /// Nodes that are alike, numbered from 0, each as far from every other.
        ///
        /// @param count how many
        /// @param cpusPerNode the cpus of each; they are numbered through from 0
        /// @param bytesPerNode the memory of each
        /// @return this
        public Builder nodes(int count, int cpusPerNode, long bytesPerNode) {
            List<NumaNode> nodes = new ArrayList<>();
            for (int id = 0; id < count; id++) {
                CpuSet cpus = CpuSet.range(id * cpusPerNode, (id + 1) * cpusPerNode);
                nodes.add(new NumaNode(id, cpus, bytesPerNode, bytesPerNode));
            }
            return topology(Topology.of(nodes, Distances.assumed(count)));
        }

        /// Nodes of one's own making.
        ///
        /// @param topology the nodes
        /// @return this
        public Builder topology(Topology topology) {
            this.topology = topology;
            return this;
        }

        /// The OS page.
        ///
        /// @param osPageBytes a power of two, at least 4096
        /// @return this
        public Builder osPageBytes(int osPageBytes) {
            this.osPageBytes = osPageBytes;
            return this;
        }

        /// How much may be reserved. A reservation costs real memory, so the default is 1 GiB.
        ///
        /// @param addressSpaceBytes bytes
        /// @return this
        public Builder addressSpaceBytes(long addressSpaceBytes) {
            this.addressSpaceBytes = addressSpaceBytes;
            return this;
        }

        /// How much may be locked.
        ///
        /// @param lockLimitBytes bytes
        /// @return this
        public Builder lockLimitBytes(long lockLimitBytes) {
            this.lockLimitBytes = lockLimitBytes;
            return this;
        }

        /// How many mappings there may be.
        ///
        /// @param maxMappings a count
        /// @return this
        public Builder maxMappings(int maxMappings) {
            this.maxMappings = maxMappings;
            return this;
        }

        /// Whether the kernel can remap.
        ///
        /// @param canRemap whether it can
        /// @return this
        public Builder canRemap(boolean canRemap) {
            this.canRemap = canRemap;
            return this;
        }

        /// Whether the sandbox allows mbind and move_pages; most containers' do not.
        ///
        /// @param canBind whether it does
        /// @return this
        public Builder canBind(boolean canBind) {
            this.canBind = canBind;
            return this;
        }

        /// Makes the machine.
        ///
        /// @return the machine
        /// @throws IllegalArgumentException if a part makes no machine; the message says which
        public SimulatedMachine build() {
            return new SimulatedMachine(
                    topology, osPageBytes, addressSpaceBytes, lockLimitBytes, maxMappings, canRemap, canBind);
        }
    }
}
