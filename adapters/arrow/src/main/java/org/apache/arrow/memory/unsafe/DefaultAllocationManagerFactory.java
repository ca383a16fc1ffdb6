// SPDX-License-Identifier: Apache-2.0
package org.apache.arrow.memory.unsafe;

import dev.quarry.arrow.QuarryAllocationManagerFactory;
import org.apache.arrow.memory.AllocationManager;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;

/// Makes the process-wide allocator Arrow's default, by being on the class path.
///
/// Arrow has no service to look up. It asks the class path for a class of this name, first in
/// `org.apache.arrow.memory`, then in this package, then in that of Netty's manager, accepts it by its path alone, and
/// reads [#FACTORY]. It does so even where a program names a factory of its own, and fails if there is none; so this
/// class is needed in any case, and makes no allocator before it is used.
public final class DefaultAllocationManagerFactory implements AllocationManager.Factory {
    /// Read by Arrow, by this name.
    public static final AllocationManager.Factory FACTORY = new DefaultAllocationManagerFactory();

    private DefaultAllocationManagerFactory() {}

    @Override
    public AllocationManager create(BufferAllocator accountingAllocator, long size) {
        return OverSystem.INSTANCE.create(accountingAllocator, size);
    }

    @Override
    public ArrowBuf empty() {
        return OverSystem.INSTANCE.empty();
    }

    /// Made on first use.
    private static final class OverSystem {
        static final AllocationManager.Factory INSTANCE = new QuarryAllocationManagerFactory();
    }
}
