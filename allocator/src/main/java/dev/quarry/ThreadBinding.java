// SPDX-License-Identifier: Apache-2.0
package dev.quarry;

import dev.quarry.internal.arena.Arena;
import dev.quarry.internal.arena.ArenaPool;

/// Ties a thread's handle to its arena for as long as the thread lives.
record ThreadBinding(OffHeapAllocator allocator, Thread owner, LocalArena handle) implements ArenaPool.Binding {
    @Override
    public Arena arena() {
        return handle.arena;
    }

    @Override
    public void unbind() {
        handle.directId = LocalArena.NOBODY;
        allocator.forget(handle, owner);
    }
}
