// SPDX-License-Identifier: Apache-2.0
package dev.quarry.internal.region;

import dev.quarry.internal.error.DistinctErrors;
import dev.quarry.internal.error.ErrorKind;
import dev.quarry.internal.event.EventHub;
import dev.quarry.numa.Errno;
import dev.quarry.numa.NativeMemory;
import dev.quarry.numa.NativeMemoryException;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// One contiguous, aligned range of a reservation, bound to one node.
///
/// Not thread-safe: used under the lock of whoever owns it. Only the count of committed bytes may be changed under
/// several locks at once: the region of the tables grows with each zone, under that zone's.
public final class Region {
    private final NativeMemory os;
    private final CommitLedger ledger;
    private final DistinctErrors errors;
    private final long base;
    private final long byteSize;
    private final int node;
    private final Backing backing;
    private final NodeRoom room;
    private final AtomicLong committedBytes = new AtomicLong();
    private final CommitNews news = new CommitNews();
    private long purgeFailures;
    private @Nullable NativeMemoryException lastFailure;
    private volatile @Nullable String collapseRefusal;

    /// Takes charge of a range.
    /// @param os       the operating system
    /// @param ledger   where credit comes from
    /// @param errors   where refusals are counted
    /// @param base     first address, a multiple of the OS page
    /// @param byteSize bytes of the range
    /// @param node     NUMA node that it is bound to
    /// @param backing  what is done to memory when it is committed
    /// @param room     tells whether the node has memory for more
    public Region(
            NativeMemory os,
            CommitLedger ledger,
            DistinctErrors errors,
            long base,
            long byteSize,
            int node,
            Backing backing,
            NodeRoom room) {
        this.errors = errors;
        this.room = room;
        this.backing = backing;
        this.os = os;
        this.ledger = ledger;
        this.base = base;
        this.byteSize = byteSize;
        this.node = node;
    }

    /// Makes a part of the range usable: credit first, then the system call; on failure neither stays.
    /// @param offset from the region's base, a multiple of the OS page
    /// @param bytes  a multiple of the OS page
    /// @return whether it is usable; if not, [#lastFailure()] tells whether the system or the limit refused
    public boolean tryCommit(long offset, long bytes) {
        return tryCommit(offset, bytes, bytes);
    }

    /// The same for a part of which some already holds credit.
    /// @param offset      from the region's base, a multiple of the OS page
    /// @param bytes       a multiple of the OS page
    /// @param creditBytes how much of it holds none yet
    /// @return whether it is usable
    public boolean tryCommit(long offset, long bytes, long creditBytes) {
        if (!room.suffices(creditBytes) || !ledger.tryTake(creditBytes)) {
            lastFailure = null;
            return false;
        }
        long startNs = os.nanoTime();
        try {
            os.commit(base + offset, bytes);
            lastFailure = null;
            backing.prepare(os, errors, base + offset, bytes);
            committedBytes.addAndGet(creditBytes);
            news.add(bytes, os.nanoTime() - startNs);
            return true;
        } catch (NativeMemoryException refused) {
            ledger.giveBack(creditBytes);
            fail(refused);
            return false;
        }
    }

    /// Tells of what was committed since the last call. Not under a lock; from any thread.
    /// @param events to whom
    public void publishCommits(EventHub events) {
        news.publish(events, this);
    }

    /// Takes credit for a part that is usable already.
    /// @param bytes its size
    /// @return whether it was granted
    public boolean tryCredit(long bytes) {
        if (!ledger.tryTake(bytes)) {
            lastFailure = null;
            return false;
        }
        committedBytes.addAndGet(bytes);
        return true;
    }

    /// Gives the contents of a part back to the system; it stays usable and reads as zero.
    /// @param offset from the region's base
    /// @param bytes  a multiple of the OS page
    /// @return whether the system did it; if not, or if the memory is locked, the part is as it was
    public boolean tryPurge(long offset, long bytes) {
        if (backing.isLocking()) {
            return false;
        }
        return purge(offset, bytes);
    }

    /// Sees to it that a part which nobody has written to since it was committed, or purged, takes no memory.
    /// @param offset from the region's base
    /// @param bytes  a multiple of the OS page
    /// @return whether that is so
    public boolean tryDrop(long offset, long bytes) {
        return !backing.isEager() || tryPurge(offset, bytes);
    }

    /// Gives the contents of a part back to the system for good: locked memory too. For the end of the region.
    /// @param offset from the region's base
    /// @param bytes  a multiple of the OS page, all of it usable
    /// @return whether the system did it
    public boolean tryEmpty(long offset, long bytes) {
        if (backing.isLocking()) {
            try {
                os.unlock(base + offset, bytes);
            } catch (NativeMemoryException refused) {
                fail(refused);
                return false;
            }
        }
        return purge(offset, bytes);
    }

    private boolean purge(long offset, long bytes) {
        try {
            os.purge(base + offset, bytes);
            return true;
        } catch (NativeMemoryException refused) {
            purgeFailures++;
            fail(refused);
            return false;
        }
    }

    /// Moves the pages of one part to another of the same size without copying. The old part stays usable, reads zero.
    /// @param fromOffset from the region's base
    /// @param toOffset   from the region's base
    /// @param bytes      a multiple of the OS page
    /// @return whether the system did it; if not, nothing has changed
    public boolean tryRemap(long fromOffset, long toOffset, long bytes) {
        if (backing.isLocking() || !os.canRemap()) {
            return false;
        }
        try {
            os.remap(base + fromOffset, base + toOffset, bytes);
            return true;
        } catch (NativeMemoryException refused) {
            fail(refused);
            return false;
        }
    }

    /// Makes a huge OS page of a part that is resident already. May take milliseconds, so the owner's lock is better
    /// not held: a purge may come in between.
    /// @param offset from the region's base
    /// @param bytes  of one huge OS page, aligned as it needs
    /// @return what became of it
    public Collapse tryCollapse(long offset, long bytes) {
        try {
            if (os.residentBytes(base + offset, bytes) < bytes) {
                return Collapse.NOT_RESIDENT;
            }
            os.collapse(base + offset, bytes);
            return Collapse.DONE;
        } catch (NativeMemoryException refused) {
            if (refused.is(Errno.ENOMEM) || refused.is(Errno.EBUSY) || refused.is(Errno.EAGAIN)) {
                return Collapse.NOT_NOW;
            }
            collapseRefusal = refused.errnoName();
            errors.count(ErrorKind.SYSTEM_CALL, refused.call().systemCall(), refused.errnoName(), refused);
            return Collapse.NEVER;
        }
    }

    /// {@return why the system did not collapse something when it last said that it cannot, as the error's name; null
    /// where it has not said so}
    public @Nullable String collapseRefusal() {
        return collapseRefusal;
    }

    private void fail(NativeMemoryException refused) {
        lastFailure = refused;
        errors.count(ErrorKind.SYSTEM_CALL, refused.call().systemCall(), refused.errnoName(), refused);
    }

    /// Returns the credit of a part that stays mapped but is not counted any more.
    /// @param bytes its size
    public void uncommit(long bytes) {
        committedBytes.addAndGet(-bytes);
        ledger.giveBack(bytes);
    }

    /// {@return the first address}
    public long base() {
        return base;
    }

    /// {@return the bytes of the range}
    public long byteSize() {
        return byteSize;
    }

    /// {@return the NUMA node's id}
    public int node() {
        return node;
    }

    /// {@return tells whether the node has memory for more}
    public NodeRoom room() {
        return room;
    }

    /// {@return the bytes of the range that hold credit}
    public long committedBytes() {
        return committedBytes.get();
    }

    /// {@return how many purges the system refused}
    public long purgeFailures() {
        return purgeFailures;
    }

    /// {@return the system's last refusal; null when the limit refused, or nothing was}
    public @Nullable NativeMemoryException lastFailure() {
        return lastFailure;
    }
}
