// SPDX-License-Identifier: Apache-2.0
package dev.quarry;

import dev.quarry.internal.arena.Arena;
import dev.quarry.internal.arena.ArenaPool;

/// Ties a thread's handle to its arena, until the thread ends or has been idle for a while.
record ThreadBinding(ThreadHandles handles, Thread owner, LocalArena handle) implements ArenaPool.Binding {
    @Override
    public Arena arena() {
        return handle.arena;
    }

    @Override
    public boolean isBound() {
        return handle.isDirect();
    }

    @Override
    public void bind(Arena arena) {
        handle.arena = arena;
        handle.resume();
    }

    @Override
    public void suspend() {
        handle.suspend();
    }

    @Override
    public void resume() {
        handle.resume();
    }

    @Override
    public void unbind() {
        handle.suspend();
        handles.forget(handle, owner);
    }
}
