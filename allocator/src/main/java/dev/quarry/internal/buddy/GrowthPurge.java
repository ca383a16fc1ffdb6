// SPDX-License-Identifier: Apache-2.0
package dev.quarry.internal.buddy;

import static dev.quarry.internal.buddy.SpanMap.PAGE_SHIFT;

/// Decides when dirty free pages go back because fresh ones are taken, without waiting for the decay.
///
/// Pages that are free in the wrong places should not add to those that a program takes beside them. But pages that are
/// free now may be needed in a moment: what a program frees and takes in turn must stay. So time is cut into *rounds*,
/// each as long as it takes to allocate as much as is committed, and what was dirty all through a round, its low-water
/// mark, was of no use in it. In the next round as much of that is purged as is taken fresh, and half of what was taken
/// so in the round before; a part of what is in use may stay dirty in any case.
///
/// The maintenance does it, as a kernel's reclaim thread does: by a system call in its midst the slowest of 10,000
/// mallocs took 68 us (ADR 11).
///
/// A program that goes in circles comes through each of its circles in a round, and purges nothing. One whose large
/// blocks seldom fit where the ones before them lay holds what it needs, and what it frees within a round.
///
/// Not thread-safe: used under its zone's lock.
final class GrowthPurge {
    /// Pages that may always lie free and dirty: 16 MiB.
    static final long SLACK_PAGES = (16 << 20) >>> PAGE_SHIFT;

    /// log2 of the part of what is in use that may do so too.
    static final int SLACK_SHIFT = 2;

    private long allocatedPages;
    private long lowWaterPages;
    private long uselessPages;
    private long freshPages;

    /// Counts an allocation.
    /// @param pages      allocated
    /// @param fresh      those of them that were not resident
    /// @param dirtyPages that are free still
    /// @param usedPages  that are not free now
    void onAllocate(long pages, long fresh, long dirtyPages, long usedPages) {
        allocatedPages += pages;
        freshPages += fresh;
        lowWaterPages = Math.min(lowWaterPages, dirtyPages);
        if (allocatedPages >= usedPages + dirtyPages) {
            uselessPages = lowWaterPages - Math.max(SLACK_PAGES, usedPages >>> SLACK_SHIFT);
            allocatedPages = 0;
            lowWaterPages = dirtyPages;
            freshPages >>>= 1;
        }
    }

    /// {@return pages that should be purged now; 0 where they are too few for a system call}
    /// @param leastPages for which one is worth it
    long duePages(long leastPages) {
        long due = Math.min(freshPages, uselessPages);
        return due >= leastPages ? due : 0;
    }

    /// Tells what became of it. Where the system refuses, it is asked again in the next round.
    /// @param duePages    what was due
    /// @param purgedPages what was purged
    void onPurge(long duePages, long purgedPages) {
        freshPages -= Math.min(freshPages, Math.max(duePages, purgedPages));
        uselessPages = purgedPages == 0 ? 0 : uselessPages - purgedPages;
    }
}
