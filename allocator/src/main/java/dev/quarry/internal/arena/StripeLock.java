// SPDX-License-Identifier: Apache-2.0
package dev.quarry.internal.arena;

import java.util.concurrent.locks.AbstractQueuedSynchronizer;

/// A stripe's lock: not reentrant, and it does not note who has it.
///
/// A `ReentrantLock` writes a reference to its holder, for which the garbage collector is told of each locking, and
/// lies next to those of other stripes once they have been moved together: two threads that never want the same stripe
/// would write to the same cache lines. Here only the state is written, and the next lock's is two lines away.
///
/// Thread-safe.
@SuppressWarnings({"serial", "UnusedVariable"}) // never serialized; the padding
final class StripeLock extends AbstractQueuedSynchronizer {
    private static final int FREE = 0;
    private static final int HELD = 1;

    /// Behind the state: 128 bytes.
    private long p01;

    private long p02;
    private long p03;
    private long p04;
    private long p05;
    private long p06;
    private long p07;
    private long p08;
    private long p09;
    private long p10;
    private long p11;
    private long p12;
    private long p13;
    private long p14;
    private long p15;
    private long p16;

    /// {@return whether the caller has it now}
    boolean tryLock() {
        return getState() == FREE && compareAndSetState(FREE, HELD);
    }

    /// Waits for it.
    /// @param waitNs at most
    /// @return whether the caller has it now
    /// @throws InterruptedException and then it has not
    boolean tryLock(long waitNs) throws InterruptedException {
        return tryAcquireNanos(HELD, waitNs);
    }

    /// Lets others have it.
    void unlock() {
        release(HELD);
    }

    @Override
    protected boolean tryAcquire(int state) {
        return tryLock();
    }

    @Override
    protected boolean tryRelease(int state) {
        setState(FREE);
        return true;
    }
}
