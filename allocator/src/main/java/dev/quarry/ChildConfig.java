// SPDX-License-Identifier: Apache-2.0
package dev.quarry;

import java.util.function.Consumer;

/// What a child's configuration is: its parent's, with a name and a limit of its own, and what follows from the limit.
final class ChildConfig {
    private static final long MIN_RESERVE_BYTES = 64L << 20;
    private static final long MAX_RESERVE_BYTES = 64L << 40;
    private static final long MIN_GRANULE_BYTES = 64L << 10;

    /// A child commits in steps of at most this part of its limit, so that small ones do not hold what they do not use.
    private static final int GRANULE_PART = 16;

    private ChildConfig() {}

    /// @param changes options that are to differ from the parent's
    /// @throws IllegalArgumentException if an option does not take its value, or has to be the same in the whole tree
    static AllocatorConfig derive(
            AllocatorConfig parent, String name, long limitBytes, Consumer<AllocatorConfig.Builder> changes) {
        if (limitBytes <= 0) {
            throw new IllegalArgumentException("the limit of the child \"" + name + "\" must be a size, not "
                    + limitBytes + "; the parent's is " + parent.limitBytes());
        }
        long granule = Long.highestOneBit(Math.max(limitBytes / GRANULE_PART, MIN_GRANULE_BYTES));
        AllocatorConfig.Builder builder = parent.toBuilder()
                .name(name)
                .limit(limitBytes)
                .reserve(reserveBytes(limitBytes))
                .commitGranule(Math.min(granule, parent.commitGranuleBytes()))
                .arenasStripes(parent.stripes());
        changes.accept(builder);
        AllocatorConfig child = builder.build(parent.machine());
        requireSame(ConfigOptions.MAINTENANCE, parent.maintenance(), child.maintenance());
        requireSame(ConfigOptions.MAINTENANCE_TICK, parent.maintenanceTickNs(), child.maintenanceTickNs());
        requireSame(ConfigOptions.MEMORY, parent.memory(), child.memory());
        requireSame(ConfigOptions.NUMA_TOPOLOGY, parent.numaTopology(), child.numaTopology());
        return child;
    }

    /// Twice the limit, since free address space between live blocks is no memory but has no other use either.
    private static long reserveBytes(long limitBytes) {
        long wanted = Math.clamp(limitBytes * 2, MIN_RESERVE_BYTES, MAX_RESERVE_BYTES);
        return Long.highestOneBit(wanted - 1) << 1;
    }

    private static void requireSame(ConfigOption<?> option, Object parents, Object childs) {
        if (!parents.equals(childs)) {
            throw new IllegalArgumentException(option.key() + "=" + childs
                    + " is refused: a child follows its parent, which has " + parents + ".");
        }
    }
}
