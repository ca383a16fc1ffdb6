// SPDX-License-Identifier: Apache-2.0
package dev.quarry.internal.region;

import java.util.concurrent.atomic.AtomicLong;

/// The credit that every committed byte needs: `committedBytes <= limitBytes` at every instant.
///
/// Credit is taken before the memory is committed and given back after it is no longer counted. Thread-safe, lock-free.
public final class CommitLedger {
    private final long limitBytes;
    private final AtomicLong committed = new AtomicLong();
    private final AtomicLong refusals = new AtomicLong();

    /// Makes an empty ledger.
    /// @param limitBytes the hard limit
    public CommitLedger(long limitBytes) {
        this.limitBytes = limitBytes;
    }

    /// Takes credit, all of it or none.
    /// @param byteSize bytes wanted
    /// @return whether they were granted
    public boolean tryTake(long byteSize) {
        for (; ; ) {
            long now = committed.get();
            if (byteSize > limitBytes - now) {
                refusals.incrementAndGet();
                return false;
            }
            if (committed.compareAndSet(now, now + byteSize)) {
                return true;
            }
        }
    }

    /// Returns credit.
    /// @param byteSize bytes that were taken before
    public void giveBack(long byteSize) {
        committed.addAndGet(-byteSize);
    }

    /// {@return the bytes now committed}
    public long committedBytes() {
        return committed.get();
    }

    /// {@return the hard limit in bytes}
    public long limitBytes() {
        return limitBytes;
    }

    /// {@return how often credit was refused}
    public long refusals() {
        return refusals.get();
    }
}
