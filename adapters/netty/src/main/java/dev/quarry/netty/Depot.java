// SPDX-License-Identifier: Apache-2.0
package dev.quarry.netty;

import java.util.concurrent.atomic.AtomicLong;
import org.jctools.queues.varhandle.MpmcVarHandleArrayQueue;
import org.jspecify.annotations.Nullable;

/// Where caches put the magazines that they have too many of, and find those that they lack; so buffers that one thread
/// makes and another releases go round.
///
/// Bounded by the number of magazines and by the bytes that all depots of a budget keep. What comes above the bounds is
/// left to the garbage collector.
///
/// Thread-safe, without locks.
final class Depot<T> {
    private final int magazineItems;
    private final long magazineBytes;
    private final Budget budget;
    private final MpmcVarHandleArrayQueue<Magazine<T>> full;
    private final MpmcVarHandleArrayQueue<Magazine<T>> empty;

    /// @param magazineItems items of a full magazine
    /// @param magazines     the most that are kept
    /// @param itemBytes     what an item counts for in the budget
    /// @param budget        shared with other depots
    Depot(int magazineItems, int magazines, int itemBytes, Budget budget) {
        this.magazineItems = magazineItems;
        this.magazineBytes = (long) magazineItems * itemBytes;
        this.budget = budget;
        this.full = new MpmcVarHandleArrayQueue<>(magazines);
        this.empty = new MpmcVarHandleArrayQueue<>(magazines);
    }

    /// {@return a full magazine, or null when none is kept}
    @Nullable
    Magazine<T> takeFull() {
        Magazine<T> magazine = full.poll();
        if (magazine != null) {
            budget.release(magazineBytes);
        }
        return magazine;
    }

    /// {@return an empty magazine}
    Magazine<T> takeEmpty() {
        Magazine<T> magazine = empty.poll();
        return magazine == null ? new Magazine<>(magazineItems) : magazine;
    }

    /// Takes an empty magazine back.
    void giveEmpty(Magazine<T> magazine) {
        // Where there are enough of them it is garbage.
        empty.offer(magazine);
    }

    /// Keeps a full magazine, if the bounds allow it; else empties it, and it is the next empty one.
    void giveFull(Magazine<T> magazine) {
        if (budget.tryReserve(magazineBytes)) {
            if (full.offer(magazine)) {
                return;
            }
            budget.release(magazineBytes);
        }
        magazine.clear();
        giveEmpty(magazine);
    }

    /// Leaves all that is kept to the garbage collector.
    void clear() {
        for (Magazine<T> magazine = takeFull(); magazine != null; magazine = takeFull()) {
            magazine.clear();
        }
        empty.clear();
    }

    /// The bytes that depots keep, and may keep.
    static final class Budget {
        private final long limitBytes;
        private final AtomicLong keptBytes = new AtomicLong();

        Budget(long limitBytes) {
            this.limitBytes = limitBytes;
        }

        long keptBytes() {
            return keptBytes.get();
        }

        private boolean tryReserve(long bytes) {
            if (bytes != 0 && keptBytes.addAndGet(bytes) > limitBytes) {
                keptBytes.addAndGet(-bytes);
                return false;
            }
            return true;
        }

        private void release(long bytes) {
            if (bytes != 0) {
                keptBytes.addAndGet(-bytes);
            }
        }
    }
}
