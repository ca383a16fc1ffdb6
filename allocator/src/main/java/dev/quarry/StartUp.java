// SPDX-License-Identifier: Apache-2.0
package dev.quarry;

import dev.quarry.numa.Errno;
import dev.quarry.numa.NativeMemory;
import dev.quarry.numa.NativeMemoryException;
import dev.quarry.numa.NodeSet;
import dev.quarry.numa.Topology;
import org.jspecify.annotations.Nullable;

/// Chooses the memory and the address space for a new allocator.
final class StartUp {
    private static final long MIN_RESERVE_BYTES = 64L << 20;
    private static final long MAX_PORTABLE_RESERVE_BYTES = 256L << 20;

    private StartUp() {}

    static OffHeapAllocator create(AllocatorConfig config) {
        NativeMemory os = config.memory() == MemoryMode.PORTABLE ? NativeMemory.portable() : NativeMemory.system();
        if (config.memory() == MemoryMode.LINUX && os.isPortable()) {
            throw new IllegalStateException("quarry.memory=linux, but this is no Linux: " + os.description());
        }
        String line = config.budget().line();
        if (line != null) {
            BudgetLog.say(line, config.budget().isTooMuch());
        }
        return create(config, os, topology(config));
    }

    static OffHeapAllocator create(AllocatorConfig config, NativeMemory os, Topology topology) {
        return create(config, os, topology, null);
    }

    /// On its parent's machine. It is no relative yet to anybody else.
    static OffHeapAllocator createChild(AllocatorConfig config, Family parent) {
        OffHeapAllocator elder = parent.self();
        return create(config, elder.space().os(), elder.pool().map().topology(), parent);
    }

    /// Where the address space is limited (`ulimit -v`), half of it is tried, and so on.
    private static OffHeapAllocator create(
            AllocatorConfig config, NativeMemory os, Topology topology, @Nullable Family parent) {
        AllocatorConfig tried = os.isPortable() ? portable(config) : config;
        String refusal = null;
        for (; ; ) {
            try {
                OffHeapAllocator allocator = new OffHeapAllocator(tried, os, topology, parent);
                if (refusal != null) {
                    allocator
                            .space()
                            .note("address space of " + config.reserveBytes() + " bytes was refused (" + refusal
                                    + "): reserved " + tried.reserveBytes() + ", limit " + tried.limitBytes());
                }
                requireLock(tried, allocator);
                return allocator;
            } catch (NativeMemoryException refused) {
                long half = tried.reserveBytes() >>> 1;
                if (!refused.is(Errno.ENOMEM) || half < MIN_RESERVE_BYTES) {
                    throw refused;
                }
                refusal = refused.errnoName();
                tried = tried.toBuilder()
                        .limit(Math.min(tried.limitBytes(), half))
                        .reserve(half)
                        .build();
            }
        }
    }

    /// Where memory must be locked, whoever starts the service is to hear at once that it cannot be.
    private static void requireLock(AllocatorConfig config, OffHeapAllocator allocator) {
        if (config.lock() != MemoryLock.REQUIRED) {
            return;
        }
        try {
            allocator.free(allocator.malloc(config.commitGranuleBytes() / 2));
        } catch (OutOfOffHeapMemoryError refused) {
            allocator.close();
            throw new OutOfOffHeapMemoryError("quarry.lock=required cannot be had: " + refused.getMessage());
        }
    }

    /// In the portable mode address space is memory from the start.
    private static AllocatorConfig portable(AllocatorConfig config) {
        long reserve = Math.min(config.reserveBytes(), MAX_PORTABLE_RESERVE_BYTES);
        return config.toBuilder()
                .limit(Math.min(config.limitBytes(), reserve))
                .reserve(reserve)
                .build();
    }

    private static Topology topology(AllocatorConfig config) {
        String text = config.numaTopology();
        return text.equals(TopologyType.AUTO) ? Topology.read() : Topology.parse(text);
    }

    /// The nodes that get a zone, by ascending id.
    ///
    /// @throws IllegalArgumentException if the policy names another
    static int[] nodes(AllocatorConfig config, Topology topology) {
        NumaPolicy policy = config.numaPolicy();
        NodeSet usable = topology.usableNodes();
        if (!policy.nodes().and(usable).equals(policy.nodes())) {
            throw new IllegalArgumentException(ConfigOptions.NUMA_POLICY.key() + "=" + policy
                    + " is refused: it names a node that has no memory for this process; there is " + usable + ".");
        }
        if (usable.isEmpty()) {
            return new int[] {0};
        }
        return policy.kind() == NumaPolicy.Kind.OFF ? new int[] {usable.first()} : usable.toArray();
    }
}
