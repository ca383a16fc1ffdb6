// SPDX-License-Identifier: Apache-2.0
package dev.quarry.internal.slab;

import java.util.concurrent.locks.ReentrantLock;

/// The lock of a zone.
///
/// What is done under it takes a microsecond or two, mostly, and a thread that parks comes back after tens of them, or
/// where many threads want the processors after milliseconds: so who wants it tries for a moment first. Work that takes
/// longer is done in pieces, and who does it lets others in between ([#yieldToWaiters]).
final class ZoneLock {
    /// How often the lock is tried before a thread parks; once where there is no second processor that could release
    /// it.
    private static final int SPINS = Runtime.getRuntime().availableProcessors() > 1 ? 128 : 1;

    private final ReentrantLock lock = new ReentrantLock();

    /// Takes the lock.
    void enter() {
        for (int tries = 0; tries < SPINS; tries++) {
            if (lock.tryLock()) {
                return;
            }
            Thread.onSpinWait();
        }
        lock.lock();
    }

    /// Gives it back.
    void leave() {
        lock.unlock();
    }

    /// Gives those that wait for the lock the time to wake up: who took it again at once would leave them waiting.
    /// Called without the lock.
    void yieldToWaiters() {
        LockWaiters.letIn(lock);
    }
}
