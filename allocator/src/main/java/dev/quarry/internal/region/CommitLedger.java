// SPDX-License-Identifier: Apache-2.0
package dev.quarry.internal.region;

import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// The credit that every committed byte needs: `committedBytes <= limitBytes` at every instant.
///
/// Credit is taken before the memory is committed and given back after it is no longer counted.
///
/// A ledger may have a *parent*, whose limit holds for the sum over its children. Credit is then promised by each
/// level, from the child up; when the topmost has promised it is held, from there down. Whatever a level refuses,
/// those below take their promises back. So at every instant, at every level:
///
/// ```
/// sum of the children's held <= held <= promised <= limit
/// ```
///
/// and a close finds in `held` exactly what its parent gave. What is promised and not held yet can only make others of
/// the same child fail, never those of another.
///
/// Thread-safe, lock-free.
public final class CommitLedger {
    /// Stands in [#held] when the ledger is closed: what would be held from then on goes back to the parent.
    private static final long CLOSED = Long.MIN_VALUE;

    private final long limitBytes;
    private final @Nullable CommitLedger parent;
    private final AtomicLong promised = new AtomicLong();
    private final AtomicLong held = new AtomicLong();
    private final AtomicLong refusals = new AtomicLong();
    private volatile boolean frozen;

    /// Who refused last; null while nobody has. Only messages ask.
    private volatile @Nullable CommitLedger lastRefuser;

    /// Makes an empty ledger without a parent.
    /// @param limitBytes the hard limit
    public CommitLedger(long limitBytes) {
        this(limitBytes, null);
    }

    /// Makes an empty ledger.
    /// @param limitBytes the hard limit
    /// @param parent     who must grant all credit as well; null for nobody
    public CommitLedger(long limitBytes, @Nullable CommitLedger parent) {
        this.limitBytes = limitBytes;
        this.parent = parent;
    }

    /// Takes credit, all of it or none.
    /// @param byteSize bytes wanted
    /// @return whether they were granted, by this ledger and all above
    public boolean tryTake(long byteSize) {
        return take(byteSize) == null;
    }

    /// {@return who refused; null if all have granted}
    private @Nullable CommitLedger take(long byteSize) {
        CommitLedger refuser = this;
        if (tryPromise(byteSize)) {
            refuser = parent == null ? null : parent.take(byteSize);
            if (refuser == null && tryHold(byteSize)) {
                return null;
            }
            if (refuser == null) {
                giveBackAbove(byteSize);
                refuser = this;
            }
            promised.addAndGet(-byteSize);
        }
        lastRefuser = refuser;
        refusals.incrementAndGet();
        return refuser;
    }

    private boolean tryPromise(long byteSize) {
        for (; ; ) {
            long now = promised.get();
            if (frozen || byteSize > limitBytes - now) {
                return false;
            }
            if (promised.compareAndSet(now, now + byteSize)) {
                return true;
            }
        }
    }

    private boolean tryHold(long byteSize) {
        for (; ; ) {
            long now = held.get();
            if (now == CLOSED) {
                return false;
            }
            if (held.compareAndSet(now, now + byteSize)) {
                return true;
            }
        }
    }

    /// Returns credit. After the close it has no effect: that has returned everything.
    /// @param byteSize bytes that were taken before
    public void giveBack(long byteSize) {
        if (tryHold(-byteSize)) {
            giveBackAbove(byteSize);
            promised.addAndGet(-byteSize);
        }
    }

    private void giveBackAbove(long byteSize) {
        if (parent != null) {
            parent.giveBack(byteSize);
        }
    }

    /// Grants nothing from now on. Credit that is held stays so.
    public void freeze() {
        frozen = true;
    }

    /// {@return whether that was said: what holds the credit is going, or gone}
    public boolean isFrozen() {
        return frozen;
    }

    /// Returns all credit to the parent, and grants nothing from now on. All children must be closed. Idempotent.
    public void close() {
        freeze();
        long last = held.getAndSet(CLOSED);
        if (last != CLOSED) {
            giveBackAbove(last);
        }
    }

    /// {@return the bytes now committed, those of children included}
    public long committedBytes() {
        return Math.max(0, held.get());
    }

    /// {@return how many bytes more this ledger's own limit allows now}
    public long roomBytes() {
        return limitBytes - promised.get();
    }

    /// {@return the bytes for which this ledger and all above would give credit now}
    public long leftBytes() {
        long own = limitBytes - promised.get();
        return parent == null ? own : Math.min(own, parent.leftBytes());
    }

    /// {@return the hard limit in bytes}
    public long limitBytes() {
        return limitBytes;
    }

    /// {@return how often credit was refused, by this ledger or one above}
    public long refusals() {
        return refusals.get();
    }

    /// {@return who refused last: this ledger or one above; null while nobody has}
    public @Nullable CommitLedger lastRefuser() {
        return lastRefuser;
    }
}
