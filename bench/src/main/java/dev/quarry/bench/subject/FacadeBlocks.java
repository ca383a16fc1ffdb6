// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.subject;

import dev.quarry.OffHeapAllocator;

/// Quarry by its facade, which finds the calling thread's arena in each call.
final class FacadeBlocks extends Blocks {
    private static final OffHeapAllocator ALLOCATOR = OffHeapAllocator.system();

    @Override
    public long malloc(long byteSize) {
        return ALLOCATOR.malloc(byteSize);
    }

    @Override
    public long calloc(long count, long elementByteSize) {
        return ALLOCATOR.calloc(count, elementByteSize);
    }

    @Override
    public long realloc(long address, long byteSize) {
        return ALLOCATOR.realloc(address, byteSize);
    }

    @Override
    public long alignedAlloc(long byteAlignment, long byteSize) {
        return ALLOCATOR.alignedAlloc(byteAlignment, byteSize);
    }

    @Override
    public void free(long address) {
        ALLOCATOR.free(address);
    }
}
