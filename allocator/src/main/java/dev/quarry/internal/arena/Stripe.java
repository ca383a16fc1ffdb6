// SPDX-License-Identifier: Apache-2.0
package dev.quarry.internal.arena;

/// An arena that many threads share: who holds the lock is its owner for that moment.
public final class Stripe {
    private final StripeLock lock = new StripeLock();
    private final Arena arena;

    private long activity;
    private long sinceNs;
    private boolean isSwept = true;

    Stripe(Arena arena) {
        this.arena = arena;
    }

    boolean tryLock() {
        return lock.tryLock();
    }

    /// Waits for it. An interrupt does not end that: what is freed must get through.
    /// @return whether the caller has it now; false after the time
    boolean lockWithin(long waitNs) {
        boolean wasInterrupted = Thread.interrupted();
        try {
            return lock.tryLock(waitNs);
        } catch (InterruptedException interrupt) {
            wasInterrupted = true;
            return false;
        } finally {
            if (wasInterrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /// Reads the mail, and gives back what is kept once nobody has used the stripe for a while. Under the lock.
    /// @param nowNs  monotonic time
    /// @param idleNs how long nobody must have used it
    void sweep(long nowNs, long idleNs) {
        // What others have freed does not show in the activity, and is kept like what its owner frees.
        boolean hadMail = arena.readMail();
        long now = arena.activity();
        if (hadMail || now != activity) {
            activity = now;
            sinceNs = nowNs;
            isSwept = false;
        } else if (!isSwept && nowNs - sinceNs >= idleNs) {
            arena.trim();
            activity = arena.activity();
            isSwept = true;
        }
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
