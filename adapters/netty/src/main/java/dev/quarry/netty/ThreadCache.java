// SPDX-License-Identifier: Apache-2.0
package dev.quarry.netty;

import dev.quarry.LocalArena;
import dev.quarry.Quiescence;

/// A platform thread's own unused buffers, with the arena that its blocks come from.
final class ThreadCache extends BufferCache {
    /// All code that uses the cache without a lock is in these classes.
    private static final String CACHE_CODE = "dev.quarry.netty.";

    final LocalArena arena;
    private final Thread thread;

    /// What was last seen of its use, and when it changed. Under the lock of [BufferCaches].
    private long activity;

    private long idleSinceNs;

    /// @param owner  the calling thread
    /// @param arena  the calling thread's
    /// @param budget of what its stacks keep
    /// @param classes of their blocks
    /// @param depots where more buffers come from, and go to
    /// @param nowNs  monotonic time
    ThreadCache(
            Thread owner, LocalArena arena, StackBudget budget, BlockClasses classes, BufferDepots depots, long nowNs) {
        super(owner, budget, classes, depots);
        this.thread = owner;
        this.arena = arena;
        this.idleSinceNs = nowNs;
    }

    /// {@return where a thread's cache is looked up first}
    long threadId() {
        return thread.threadId();
    }

    /// Takes the cache from a thread that has ended, or that has not used it for a while and is not about to.
    /// @return whether the cache is the caller's now
    boolean tryTake(long nowNs, long idleNs) {
        if (!thread.isAlive()) {
            setOwner(null);
            return true;
        }
        long seen = activity();
        if (seen != activity) {
            activity = seen;
            idleSinceNs = nowNs;
        }
        if (nowNs - idleSinceNs < idleNs) {
            return false;
        }
        setOwner(null);
        if (Quiescence.isOutside(thread, CACHE_CODE)) {
            return true;
        }
        setOwner(thread);
        idleSinceNs = nowNs;
        return false;
    }
}
