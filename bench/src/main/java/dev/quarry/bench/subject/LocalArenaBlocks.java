// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.subject;

import dev.quarry.LocalArena;
import dev.quarry.OffHeapAllocator;

/// Quarry by the arena that the calling thread keeps, as an event loop would.
final class LocalArenaBlocks extends Blocks {
    /// A constant, as the allocator of a C program is: made by the thread that replays, which is the first to come
    /// here.
    private static final LocalArena ARENA = OffHeapAllocator.system().localArena();

    @Override
    public long malloc(long byteSize) {
        return ARENA.malloc(byteSize);
    }

    @Override
    public long realloc(long address, long byteSize) {
        return ARENA.realloc(address, byteSize);
    }

    @Override
    public void free(long address) {
        ARENA.free(address);
    }
}
