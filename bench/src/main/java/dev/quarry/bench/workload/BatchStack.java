// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.workload;

import static dev.quarry.bench.workload.EveryByte.ALL;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// A bounded stack of batches between threads, linked through the first word of each. Last in, first out: the batch
/// that a consumer takes is the one most likely still in a cache.
public final class BatchStack {
    /// What [#pop()] returns when the stack is closed and empty.
    public static final long CLOSED = 0;

    private static final int MAX_BATCHES = 100;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition notFull = lock.newCondition();
    private final Condition notEmpty = lock.newCondition();
    private long top;
    private int count;
    private boolean closed;

    /// Waits while the stack is full.
    ///
    /// @return false when the stack is closed; the batch is still the caller's then
    public boolean push(long batch) {
        lock.lock();
        try {
            while (count == MAX_BATCHES && !closed) {
                notFull.awaitUninterruptibly();
            }
            if (closed) {
                return false;
            }
            ALL.set(JAVA_LONG_UNALIGNED, batch, top);
            top = batch;
            count++;
            notEmpty.signal();
            return true;
        } finally {
            lock.unlock();
        }
    }

    /// Waits while the stack is empty and open.
    public long pop() {
        lock.lock();
        try {
            while (count == 0 && !closed) {
                notEmpty.awaitUninterruptibly();
            }
            if (count == 0) {
                return CLOSED;
            }
            long batch = top;
            top = ALL.get(JAVA_LONG_UNALIGNED, batch);
            count--;
            notFull.signal();
            return batch;
        } finally {
            lock.unlock();
        }
    }

    public void close() {
        lock.lock();
        try {
            closed = true;
            notFull.signalAll();
            notEmpty.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
