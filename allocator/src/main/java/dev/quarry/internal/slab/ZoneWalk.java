// SPDX-License-Identifier: Apache-2.0
package dev.quarry.internal.slab;

import static dev.quarry.internal.buddy.SpanMap.PAGE_SHIFT;

import dev.quarry.internal.buddy.PageAllocator;
import dev.quarry.internal.buddy.SpanMap;
import java.util.function.LongConsumer;

/// Visits what lies in a zone, in the order of addresses.
public final class ZoneWalk {
    private final ZoneLock lock;
    private final PageAllocator pages;
    private final FrameTable frames;

    ZoneWalk(ZoneLock lock, PageAllocator pages, FrameTable frames) {
        this.lock = lock;
        this.pages = pages;
        this.frames = frames;
    }

    /// Visits the records of a zone.
    public interface SpanVisitor {
        /// One record.
        /// @param page first page
        /// @param word word 0 of its record
        void visit(long page, long word);
    }

    /// Calls a visitor with each slab's descriptor. Under the zone's lock.
    /// @param visitor called in the order of addresses
    public void forEachSlab(LongConsumer visitor) {
        long offset = pages.region().base() - frames.base();
        forEachSpan((page, word) -> {
            if (SpanMap.state(word) == SpanMap.SLAB) {
                visitor.accept(frames.slabAt(offset + (page << PAGE_SHIFT)));
            }
        });
    }

    /// Calls a visitor with each span, slab and free block. Under the zone's lock.
    /// @param visitor called in the order of addresses
    public void forEachSpan(SpanVisitor visitor) {
        visit(visitor, 0, Integer.MAX_VALUE);
    }

    /// The same without the lock, which is taken again and again for a part of them: what changes in between is seen
    /// as it was, or as it is, or not at all.
    /// @param visitor called in the order of addresses, under the lock
    /// @param spans   how many are visited before the lock is let go
    public void forEachSpanInSlices(SpanVisitor visitor, int spans) {
        StackReserve.ensureForZone();
        long page = 0;
        do {
            lock.enter();
            try {
                page = visit(visitor, page, spans);
            } finally {
                lock.leave();
            }
            lock.yieldToWaiters();
        } while (page >= 0);
    }

    /// {@return the page to go on from; -1 at the end} A page that starts nothing any more lies in what was merged in
    /// between; the next one that starts something comes after it.
    private long visit(SpanVisitor visitor, long first, int spans) {
        long frontier = pages.buddy().frontierPages();
        long page = first;
        for (int visited = 0; page < frontier && visited < spans; visited++) {
            long word = pages.map().wordAcquire(page);
            visitor.visit(page, word);
            page += Math.max(1, SpanMap.pages(word));
        }
        return page < frontier ? page : -1;
    }
}
