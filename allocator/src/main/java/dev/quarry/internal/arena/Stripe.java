// SPDX-License-Identifier: Apache-2.0
package dev.quarry.internal.arena;

import java.util.concurrent.locks.ReentrantLock;

/// An arena that many threads share: who holds the lock is its owner for that moment. The lock is only ever tried.
public final class Stripe {
    private final ReentrantLock lock = new ReentrantLock();
    private final Arena arena;

    Stripe(Arena arena) {
        this.arena = arena;
    }

    boolean tryLock() {
        return lock.tryLock();
    }

    /// {@return the arena} To be used between [ArenaPool#lockStripe] and [#unlock] only.
    public Arena arena() {
        return arena;
    }

    /// Lets others have it.
    public void unlock() {
        lock.unlock();
    }
}
