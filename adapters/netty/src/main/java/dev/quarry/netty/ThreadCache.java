// SPDX-License-Identifier: Apache-2.0
package dev.quarry.netty;

import dev.quarry.LocalArena;

/// A platform thread's own unused buffers, with the arena that its blocks come from.
final class ThreadCache extends BufferCache {
    final long ownerId;
    final LocalArena arena;
    private final Thread owner;

    /// @param owner  the calling thread
    /// @param arena  the calling thread's
    /// @param depots where more buffers come from, and go to
    ThreadCache(Thread owner, LocalArena arena, BufferDepots depots) {
        super(depots);
        this.owner = owner;
        this.ownerId = owner.threadId();
        this.arena = arena;
    }

    boolean isOwnerAlive() {
        return owner.isAlive();
    }
}
