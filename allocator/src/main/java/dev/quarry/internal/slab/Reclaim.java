// SPDX-License-Identifier: Apache-2.0
package dev.quarry.internal.slab;

import static dev.quarry.internal.buddy.SpanMap.PAGE_SHIFT;

import dev.quarry.internal.buddy.Extents;
import dev.quarry.internal.buddy.PageAllocator;
import dev.quarry.internal.buddy.PurgeWalk;

/// Decides when dirty free pages go back to the system: by a decay, as jemalloc does.
///
/// Pages that turn up free and dirty may stay so for a while that shrinks over the delay, first slowly, then fast, then
/// slowly again (the smootherstep `6x^5 - 15x^4 + 10x^3`): after half the delay half of them, after all of it none.
/// What is above that goes. Pages that are needed again meanwhile take the place of those that would go, so steady use
/// purges nothing: a purge and the refault after it cost six to nine times a hot memset of the range.
///
/// Where huge OS pages are wanted, only free extents decay ([PurgeWalk#startWithExtents]): what is dirty in smaller
/// blocks stays, and counts neither as fresh nor as excess.
///
/// Time is monotonic and counted in epochs; a jump of the clock purges what is there once.
///
/// Not thread-safe: used under its zone's lock.
final class Reclaim {
    /// Steps of the decay.
    static final int EPOCHS = 32;

    /// Less than this is not worth a system call, while some of it may still be needed.
    private static final long MIN_PAGES = 16;

    private static final double[] KEPT_PART = new double[EPOCHS];

    static {
        for (int age = 0; age < EPOCHS; age++) {
            double x = 1 - (age + 1.0) / EPOCHS;
            KEPT_PART[age] = x * x * x * (x * (6 * x - 15) + 10);
        }
    }

    private final PageAllocator pages;

    /// Dirty pages that turned up in each of the last epochs; the newest is at `newest`, the one before it before that.
    private final long[] freshPages = new long[EPOCHS];

    private int newest;
    private long dirtyPagesBefore;
    private long epochStartNs;
    private boolean started;

    /// What is to be purged still, and where that is.
    private long duePages;

    private final PurgeWalk walk = new PurgeWalk();

    Reclaim(PageAllocator pages) {
        this.pages = pages;
    }

    /// Decides how much is to be purged now, by [#purgePiece].
    /// @param nowNs   monotonic time
    /// @param delayNs how long a free page may stay dirty
    void look(long nowNs, long delayNs) {
        duePages = excessPages(nowNs, delayNs);
        if (isByExtents() && delayNs >= EPOCHS) {
            walk.startWithExtents(pages.buddy().frontierPages());
        } else {
            walk.start(pages.buddy().frontierPages());
        }
    }

    /// Purges a piece of what is due.
    /// @return pages given back; 0 when that was all
    long purgePiece() {
        if (duePages <= 0) {
            return 0;
        }
        long purged = pages.purgePiece(walk, duePages);
        duePages = purged == 0 ? 0 : duePages - purged;
        dirtyPagesBefore -= purged;
        return purged;
    }

    private long excessPages(long nowNs, long delayNs) {
        long epochNs = delayNs / EPOCHS;
        if (epochNs <= 0) {
            return pages.dirtyFreeBytes() >>> PAGE_SHIFT;
        }
        if (!started) {
            started = true;
            epochStartNs = nowNs;
            long dirtyPages = decayingPages();
            freshPages[newest] = dirtyPages;
            dirtyPagesBefore = dirtyPages;
            return 0;
        }
        long epochs = (nowNs - epochStartNs) / epochNs;
        if (epochs <= 0) {
            return 0;
        }
        epochStartNs += epochs * epochNs;
        advance(epochs);
        long dirtyPages = decayingPages();
        freshPages[newest] = Math.max(0, dirtyPages - dirtyPagesBefore);
        dirtyPagesBefore = dirtyPages;
        long excessPages = dirtyPages - keptPages();
        return excessPages >= Math.min(minPages(), dirtyPages) ? excessPages : 0;
    }

    private void advance(long epochs) {
        for (long i = 0; i < Math.min(epochs, EPOCHS); i++) {
            newest = newest + 1 < EPOCHS ? newest + 1 : 0;
            freshPages[newest] = 0;
        }
    }

    private long keptPages() {
        double kept = 0;
        for (int age = 0; age < EPOCHS; age++) {
            kept += freshPages[Math.floorMod(newest - age, EPOCHS)] * KEPT_PART[age];
        }
        return (long) kept;
    }

    private boolean isByExtents() {
        return pages.extents() != null;
    }

    private long minPages() {
        return isByExtents() ? Extents.PAGES : MIN_PAGES;
    }

    private long decayingPages() {
        return isByExtents() ? pages.dirtyExtentPages() : pages.dirtyFreeBytes() >>> PAGE_SHIFT;
    }
}
