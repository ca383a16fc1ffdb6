// SPDX-License-Identifier: Apache-2.0
package dev.quarry.internal.slab;

import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;

/// Threads that wait for a lock, and one that does its work in pieces and wants it again at once.
///
/// A lock that is not fair goes to who asks next, and who was parked takes long to ask.
public final class LockWaiters {
    /// How often, and for how long at a time, who goes on at once waits for those that wait for it: together longer
    /// than a thread takes to wake up.
    private static final int MAX_PAUSES = 20;

    private static final long PAUSE_NS = 50_000;

    private LockWaiters() {}

    /// Gives those that wait for a lock the time to wake up.
    /// @param lock that the caller has just let go of
    public static void letIn(ReentrantLock lock) {
        for (int pauses = 0; pauses < MAX_PAUSES && lock.hasQueuedThreads(); pauses++) {
            LockSupport.parkNanos(lock, PAUSE_NS);
        }
    }
}
