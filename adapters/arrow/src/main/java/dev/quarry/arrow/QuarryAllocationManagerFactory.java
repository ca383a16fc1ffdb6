// SPDX-License-Identifier: Apache-2.0
package dev.quarry.arrow;

import dev.quarry.OffHeapAllocator;
import dev.quarry.OutOfOffHeapMemoryError;
import org.apache.arrow.memory.AllocationManager;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.OutOfMemoryException;
import org.apache.arrow.memory.ReferenceManager;

/// Arrow's buffers as blocks. With this module on the class path, in the place of `arrow-memory-netty` and
/// `arrow-memory-unsafe`, every `new RootAllocator()` takes its memory from the process-wide allocator. Another one:
///
/// ```java
/// new RootAllocator(RootAllocator.configBuilder()
///         .allocationManagerFactory(new QuarryAllocationManagerFactory(allocator))
///         .build());
/// ```
///
/// Accounts, limits and the search for leaks stay Arrow's. Where the allocator has no memory, its message comes with
/// Arrow's [OutOfMemoryException].
///
/// Thread-safe.
public final class QuarryAllocationManagerFactory implements AllocationManager.Factory {
    /// What Arrow's format recommends: a cache line, and the widest vector registers.
    private static final long BYTE_ALIGNMENT = 64;

    private final OffHeapAllocator allocator;

    /// Makes a factory over the process-wide allocator.
    public QuarryAllocationManagerFactory() {
        this(OffHeapAllocator.system());
    }

    /// Makes a factory over an allocator.
    /// @param allocator to be closed after all of Arrow's allocators that use it
    public QuarryAllocationManagerFactory(OffHeapAllocator allocator) {
        this.allocator = allocator;
    }

    /// Allocates a block, at a multiple of 64, contents undefined.
    /// @param accountingAllocator Arrow's, whose account the block is on already
    /// @param size                bytes wanted
    /// @return its manager, which frees it with the last reference
    /// @throws OutOfMemoryException for want of memory; no account of Arrow's has changed then
    @Override
    public AllocationManager create(BufferAllocator accountingAllocator, long size) {
        // The block first: Arrow's constructor enters the manager in the account's books, where it would stay.
        long address = allocate(size);
        boolean isManaged = false;
        try {
            AllocationManager manager = new BlockAllocationManager(accountingAllocator, allocator, address, size);
            isManaged = true;
            return manager;
        } finally {
            if (!isManaged) {
                allocator.free(address);
            }
        }
    }

    private long allocate(long size) {
        try {
            return allocator.alignedAlloc(BYTE_ALIGNMENT, size);
        } catch (OutOfOffHeapMemoryError error) {
            throw new OutOfMemoryException(error.getMessage(), error);
        }
    }

    /// {@return a buffer of no bytes, at no address, which needs no release}
    @Override
    public ArrowBuf empty() {
        // Made when it is asked for, once for each root: a constant here would be made by Arrow's classes, which ask
        // for the default factory as they are initialised, before it is there.
        return new ArrowBuf(ReferenceManager.NO_OP, null, 0, 0);
    }
}
