// SPDX-License-Identifier: Apache-2.0
package dev.quarry.internal.arena;

import java.util.concurrent.atomic.AtomicLong;

/// How much an arena keeps of one class after it was freed, tuned by misses.
///
/// A *miss* is a request that had to go to the zone although the arena once held memory of this class. Each miss
/// doubles the depth; each quiet period takes an eighth off, and what stayed unused through the period (the low-water
/// mark) is what the caller should drain. All depths of all arenas together draw on one byte budget, taken when a
/// depth grows and returned when it shrinks. The shape is that of the Windows kernel's lookaside lists (grow with the
/// miss rate, shrink slowly), with the draining that they lack. When the budget is cut to less than what is taken,
/// each depth is halved at the end of its period and with each miss, until the rest is within it.
///
/// Units are slots or spans. Not thread-safe, but for the shared budget.
final class LookasideDepth {
    private static final int SHRINK_SHIFT = 3;

    private final AtomicLong budgetBytes;
    private final int unitBytes;
    private final int min;
    private final int max;
    private int depth;
    private int lowWater;
    private int missesInPeriod;
    private long misses;

    /// @param budgetBytes what all depths may still take
    /// @param unitBytes   bytes of one slot or span
    /// @param min         smallest depth, not counted against the budget
    /// @param max         largest depth
    LookasideDepth(AtomicLong budgetBytes, int unitBytes, int min, int max) {
        this.budgetBytes = budgetBytes;
        this.unitBytes = unitBytes;
        this.min = Math.min(min, max);
        this.max = max;
        this.depth = this.min;
    }

    /// {@return how many units may be kept}
    int depth() {
        return depth;
    }

    /// {@return misses so far}
    long misses() {
        return misses;
    }

    /// Counts a miss and grows if the budget allows.
    /// @param batch units that one refill brings: the depth grows by that much at least
    void miss(int batch) {
        misses++;
        missesInPeriod++;
        if (budgetBytes.get() < 0) {
            shrinkTo(depth >>> 1);
            return;
        }
        int wanted = Math.min(max, Math.max(depth * 2, depth + batch));
        long bytes = (long) (wanted - depth) * unitBytes;
        if (bytes > 0 && take(bytes)) {
            depth = wanted;
        }
    }

    /// Notes how many units are kept just now.
    /// @param kept their number
    void observe(int kept) {
        lowWater = Math.min(lowWater, kept);
    }

    /// Ends a period.
    /// @param kept units kept just now
    /// @return how many of them were of no use through the period and should be drained
    int endPeriod(int kept) {
        int idle = Math.min(lowWater, kept);
        if (budgetBytes.get() < 0) {
            shrinkTo(depth >>> 1);
            idle = Math.max(idle, kept - depth);
        } else if (missesInPeriod == 0) {
            shrinkTo(depth - Math.max(1, depth >>> SHRINK_SHIFT));
        }
        missesInPeriod = 0;
        lowWater = kept - idle;
        return idle;
    }

    /// Returns everything to the budget.
    void reset() {
        shrinkTo(min);
        lowWater = 0;
        missesInPeriod = 0;
    }

    private void shrinkTo(int wanted) {
        int smaller = Math.max(min, wanted);
        if (smaller < depth) {
            budgetBytes.addAndGet((long) (depth - smaller) * unitBytes);
            depth = smaller;
        }
    }

    private boolean take(long bytes) {
        for (; ; ) {
            long left = budgetBytes.get();
            if (left < bytes) {
                return false;
            }
            if (budgetBytes.compareAndSet(left, left - bytes)) {
                return true;
            }
        }
    }
}
