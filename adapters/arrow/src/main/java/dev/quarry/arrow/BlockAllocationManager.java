// SPDX-License-Identifier: Apache-2.0
package dev.quarry.arrow;

import dev.quarry.OffHeapAllocator;
import org.apache.arrow.memory.AllocationManager;
import org.apache.arrow.memory.BufferAllocator;

/// A block that Arrow counts the references of, and frees with the last one.
final class BlockAllocationManager extends AllocationManager {
    private final OffHeapAllocator allocator;
    private final long address;
    private final long byteSize;

    BlockAllocationManager(BufferAllocator accounting, OffHeapAllocator allocator, long address, long byteSize) {
        super(accounting);
        this.allocator = allocator;
        this.address = address;
        this.byteSize = byteSize;
    }

    /// {@return the bytes asked for, not those usable: Arrow takes from its account what it has put there}
    @Override
    public long getSize() {
        return byteSize;
    }

    @Override
    protected long memoryAddress() {
        return address;
    }

    @Override
    protected void release0() {
        allocator.free(address);
    }
}
