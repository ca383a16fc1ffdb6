// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.workload;

import dev.quarry.OffHeapAllocator;
import dev.quarry.bench.subject.Blocks;

/// Quarry by an instance of the test's own.
class InstanceBlocks extends Blocks {
    private final OffHeapAllocator allocator;

    InstanceBlocks(OffHeapAllocator allocator) {
        this.allocator = allocator;
    }

    @Override
    public long malloc(long byteSize) {
        return allocator.malloc(byteSize);
    }

    @Override
    public long calloc(long count, long elementByteSize) {
        return allocator.calloc(count, elementByteSize);
    }

    @Override
    public long realloc(long address, long byteSize) {
        return allocator.realloc(address, byteSize);
    }

    @Override
    public long alignedAlloc(long byteAlignment, long byteSize) {
        return allocator.alignedAlloc(byteAlignment, byteSize);
    }

    @Override
    public void free(long address) {
        allocator.free(address);
    }
}
