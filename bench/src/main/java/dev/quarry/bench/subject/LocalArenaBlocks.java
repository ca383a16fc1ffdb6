// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.subject;

import dev.quarry.LocalArena;
import dev.quarry.OffHeapAllocator;

/// Quarry by the arena that the calling thread keeps, as an event loop would.
final class LocalArenaBlocks extends Blocks {
    private final LocalArena arena = OffHeapAllocator.system().localArena();

    @Override
    public long malloc(long byteSize) {
        return arena.malloc(byteSize);
    }

    @Override
    public long calloc(long count, long elementByteSize) {
        return arena.calloc(count, elementByteSize);
    }

    @Override
    public long realloc(long address, long byteSize) {
        return arena.realloc(address, byteSize);
    }

    @Override
    public long alignedAlloc(long byteAlignment, long byteSize) {
        return arena.alignedAlloc(byteAlignment, byteSize);
    }

    @Override
    public void free(long address) {
        arena.free(address);
    }
}
