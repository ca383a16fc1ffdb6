// SPDX-License-Identifier: Apache-2.0
package dev.quarry.internal.buddy;

import static dev.quarry.internal.buddy.SpanMap.PAGE_SHIFT;

import dev.quarry.internal.region.Region;
import dev.quarry.internal.region.Table;
import org.jspecify.annotations.Nullable;

/// The pages of one region: buddy, records, and which free pages are dirty.
///
/// Invariant: `freeCommittedPages == dirtyFreePages + clean ones`; a page is counted dirty only while it is free.
///
/// Not thread-safe: used under its zone's lock.
public final class PageAllocator {
    /// The piece in which larger blocks are purged, in pages.
    static final long PURGE_PAGES = 64;

    /// The most that a [PurgeWalk] purges at a time: about a hundred microseconds of the system's.
    static final long PIECE_PAGES = 256;

    private static final int TOP_ORDER = BuddyAllocator.orders() - 1;

    private final Region region;
    private final SpanMap map;
    private final DirtyMap dirty;
    private final BuddyAllocator buddy;
    private final GrowthPurge growth = new GrowthPurge();
    private long dirtyFreePages;
    private long purgedPages;
    private boolean lastWasClean;
    private @Nullable Extents extents;

    /// Takes charge of a region of which nothing is committed.
    /// @param region       the pages
    /// @param records      table for the span map
    /// @param dirtyBits    table for the dirty map
    /// @param freeBits     table for the maps of free blocks
    /// @param more         further tables that must cover a page before it is used
    /// @param granuleBytes how much is committed at least at the frontier
    public PageAllocator(
            Region region, Table records, Table dirtyBits, Table freeBits, Growth more, long granuleBytes) {
        this.region = region;
        this.map = new SpanMap(records.address());
        this.dirty = new DirtyMap(dirtyBits.address());
        this.buddy = new BuddyAllocator(
                region, map, freeBits.address(), new TableGrowth(records, dirtyBits, freeBits, more), granuleBytes);
    }

    /// {@return the bytes of the table for the maps of free blocks}
    /// @param pages of the region
    public static long freeBitsBytes(long pages) {
        return FreeMap.tableBytes(pages);
    }

    /// Has extents looked after from now on: huge OS pages are wanted here.
    /// @param kept this one's
    public void keep(Extents kept) {
        extents = kept;
    }

    /// {@return the extents; null where huge OS pages are not wanted}
    public @Nullable Extents extents() {
        return extents;
    }

    /// Allocates a run of pages; its record says `CACHED` until the caller writes what it is.
    /// @param pages      how many
    /// @param alignOrder log2 of the alignment in pages
    /// @return the first page, or [BuddyAllocator#NOTHING]
    public long allocate(long pages, int alignOrder) {
        long page = buddy.allocate(pages, alignOrder);
        if (page != BuddyAllocator.NOTHING) {
            long dirtyPages = dirty.count(page, pages);
            dirtyFreePages -= dirtyPages;
            growth.onAllocate(pages, pages - dirtyPages, dirtyFreePages, buddy.usedPages());
            lastWasClean = dirtyPages == 0;
        }
        return page;
    }

    /// {@return whether the run that was allocated last reads as zero}
    public boolean lastWasClean() {
        return lastWasClean;
    }

    /// Frees a run.
    /// @param page       its first page
    /// @param pages      its length
    /// @param dirtyPages how many pages at its start may have been written to; the others are as they were
    public void free(long page, long pages, long dirtyPages) {
        dirtyFreePages += dirty.set(page, dirtyPages) + dirty.count(page + dirtyPages, pages - dirtyPages);
        buddy.free(page, pages);
    }

    /// Frees a run whose contents the system has taken away.
    /// @param page  its first page
    /// @param pages its length
    public void freeClean(long page, long pages) {
        dirty.clear(page, pages);
        split(page, pages);
        buddy.free(page, pages);
    }

    /// Grows a run in place.
    /// @param page     its first page
    /// @param pages    its length
    /// @param newPages its length to be
    /// @return whether it has grown
    public boolean tryExtend(long page, long pages, long newPages) {
        if (!buddy.tryExtend(page, pages, newPages)) {
            return false;
        }
        long dirtyPages = dirty.count(page + pages, newPages - pages);
        dirtyFreePages -= dirtyPages;
        growth.onAllocate(newPages - pages, newPages - pages - dirtyPages, dirtyFreePages, buddy.usedPages());
        return true;
    }

    /// {@return whether [#purgeForGrowth] has so much to do that it should not wait}
    public boolean isGrowthDue() {
        return growth.duePages(GrowthPurge.SLACK_PAGES) != 0;
    }

    /// Gives back a piece of the dirty free pages of no use, in place of fresh ones that were taken ([GrowthPurge]).
    /// @return the pages purged; 0 when that was all
    public long purgeForGrowth() {
        long piecePages = extents != null ? Extents.PAGES : PURGE_PAGES;
        long duePages = Math.min(growth.duePages(piecePages), piecePages);
        if (duePages == 0) {
            return 0;
        }
        long purged = extents != null ? purgeExtents(duePages) : purge(duePages);
        growth.onPurge(duePages, purged);
        return purged;
    }

    /// Gives dirty free pages back to the system, from the largest blocks first, of those from the highest, and of each
    /// from its end: what is allocated next comes from the lowest.
    /// @param wantedPages at least so many, and up to [#PURGE_PAGES] more
    /// @return the pages purged; fewer than wanted when the system refuses or nothing is left
    public long purge(long wantedPages) {
        return purge(wantedPages, 0, PURGE_PAGES);
    }

    /// The same for whole extents alone: a purge of a part would split a huge OS page.
    /// @param wantedPages at least so many, and up to [Extents#PAGES] more
    /// @return the pages purged
    public long purgeExtents(long wantedPages) {
        return purge(wantedPages, Extents.ORDER, Extents.PAGES);
    }

    private long purge(long wantedPages, int leastOrder, long piecePages) {
        long purged = 0;
        for (int order = TOP_ORDER; order >= leastOrder && purged < wantedPages; order--) {
            long page = buddy.highestFree(order);
            while (page >= 0 && purged < wantedPages) {
                purged += purgeFromEnd(page, 1L << order, wantedPages - purged, piecePages);
                page = buddy.highestFreeBelow(order, page);
            }
        }
        purgedPages += purged;
        return purged;
    }

    /// Gives back a piece of what a walk comes to: so much that a thread which waits for the lock does not wait for
    /// long.
    /// @param walk        where to go on
    /// @param wantedPages no more than that, and up to [#PURGE_PAGES] more; of whole extents up to [Extents#PAGES] more
    /// @return the pages purged; 0 at the end of the walk
    public long purgePiece(PurgeWalk walk, long wantedPages) {
        if (wantedPages <= 0) {
            return 0;
        }
        long roundedPages = Math.min(wantedPages, PIECE_PAGES) + PURGE_PAGES - 1 & -PURGE_PAGES;
        long piecePages = extents != null ? Extents.PAGES : roundedPages;
        long purged = 0;
        while (purged == 0 && !walk.isAtEnd()) {
            int order = highestOrder(walk);
            if (order < 0) {
                walk.pass();
            } else {
                purged = purgePiece(walk, buddy.highestFreeBelow(order, walk.endPage), order, piecePages);
            }
        }
        purgedPages += purged;
        return purged;
    }

    /// {@return the order of the highest block that a walk comes to; less than 0 where there is none}
    private int highestOrder(PurgeWalk walk) {
        int highestOrder = -1;
        long highest = -1;
        for (int order = walk.leastOrder(); order <= walk.mostOrder(); order++) {
            long page = buddy.highestFreeBelow(order, walk.endPage);
            if (page > highest) {
                highest = page;
                highestOrder = order;
            }
        }
        return highestOrder;
    }

    /// From the end of a block, or from where the walk is in it, to the first piece of which something goes.
    private long purgePiece(PurgeWalk walk, long page, int order, long piecePages) {
        long end = Math.min(page + (1L << order), walk.endPage);
        long purged = 0;
        while (end > page && purged == 0) {
            long length = Math.min(piecePages, end - page);
            end -= length;
            purged = purgeRange(end, length);
        }
        walk.endPage = end;
        return purged;
    }

    /// {@return the dirty pages of free extents} Costs a walk over the bits of those extents.
    public long dirtyExtentPages() {
        long dirtyPages = 0;
        for (int order = Extents.ORDER; order <= TOP_ORDER; order++) {
            for (long page = buddy.highestFree(order); page >= 0; page = buddy.highestFreeBelow(order, page)) {
                dirtyPages += dirty.count(page, 1L << order);
            }
        }
        return dirtyPages;
    }

    /// Takes the credit from all free blocks that are clean.
    /// @return the pages that hold no credit any more
    public long uncommitClean() {
        long uncommitted = 0;
        for (int order = 0; order < BuddyAllocator.orders(); order++) {
            for (long page = buddy.highestFree(order); page >= 0; page = buddy.highestFreeBelow(order, page)) {
                if (dirty.count(page, 1L << order) == 0 && tryUncommit(page, 1L << order)) {
                    uncommitted += 1L << order;
                }
            }
        }
        return uncommitted;
    }

    /// Takes the credit from free blocks, purged first where they are dirty: from the smallest block that is large
    /// enough, and where there is none from the largest downwards.
    /// @param wantedPages how many
    /// @return the pages that hold no credit any more
    public long giveBack(long wantedPages) {
        int best = wantedPages <= 1 ? 0 : Math.min(Long.SIZE - Long.numberOfLeadingZeros(wantedPages - 1), TOP_ORDER);
        long given = 0;
        for (int order = best; order <= TOP_ORDER && given < wantedPages; order++) {
            given += giveBack(order, wantedPages - given);
        }
        for (int order = best - 1; order >= 0 && given < wantedPages; order--) {
            given += giveBack(order, wantedPages - given);
        }
        return given;
    }

    private long giveBack(int order, long wantedPages) {
        long given = 0;
        long page = buddy.highestFree(order);
        while (page >= 0 && given < wantedPages) {
            long dirtyPages = dirty.count(page, 1L << order);
            boolean clean = dirtyPages == 0 || purgeRange(page, 1L << order) == dirtyPages;
            if (clean && tryUncommit(page, 1L << order)) {
                purgedPages += dirtyPages;
                given += 1L << order;
            }
            page = buddy.highestFreeBelow(order, page);
        }
        return given;
    }

    /// Gives the contents of all pages back to the system, whoever uses them: the end. Pages without credit have none,
    /// and may never have been usable.
    /// @return whether the system did it
    public boolean tryEmpty() {
        boolean emptied = true;
        long frontier = buddy.frontierPages();
        long start = 0;
        for (long page = 0; page < frontier; ) {
            long word = map.wordAcquire(page);
            long next = page + Math.max(1, SpanMap.pages(word));
            if (SpanMap.state(word) == SpanMap.UNCOMMITTED) {
                emptied &= tryEmpty(start, page);
                start = next;
            }
            page = next;
        }
        return tryEmpty(start, frontier) && emptied;
    }

    private boolean tryEmpty(long start, long end) {
        return start >= end || region.tryEmpty(start << PAGE_SHIFT, end - start << PAGE_SHIFT);
    }

    /// {@return the buddy below}
    public BuddyAllocator buddy() {
        return buddy;
    }

    /// {@return the pages' records}
    public SpanMap map() {
        return map;
    }

    /// {@return the region}
    public Region region() {
        return region;
    }

    /// {@return bytes of free pages that may be resident}
    public long dirtyFreeBytes() {
        return dirtyFreePages << PAGE_SHIFT;
    }

    /// {@return bytes of free, committed pages that are not resident}
    public long cleanFreeBytes() {
        return buddy.freeCommittedPages() - dirtyFreePages << PAGE_SHIFT;
    }

    /// {@return bytes given back to the system so far}
    public long purgedBytes() {
        return purgedPages << PAGE_SHIFT;
    }

    /// Walks everything.
    /// @throws IllegalStateException naming the first invariant that does not hold
    public void verify() {
        buddy.verify();
        long seen = 0;
        for (int order = 0; order < BuddyAllocator.orders(); order++) {
            for (long page = buddy.highestFree(order); page >= 0; page = buddy.highestFreeBelow(order, page)) {
                seen += dirty.count(page, 1L << order);
            }
        }
        if (seen != dirtyFreePages) {
            throw new IllegalStateException(
                    "pages: " + dirtyFreePages + " dirty free pages counted, " + seen + " found");
        }
    }

    private long purgeFromEnd(long page, long pages, long wantedPages, long piecePages) {
        if (wantedPages >= pages || pages <= piecePages) {
            return purgeRange(page, pages);
        }
        long purged = 0;
        for (long end = page + pages; end > page && purged < wantedPages; end -= piecePages) {
            purged += purgeRange(end - piecePages, piecePages);
        }
        return purged;
    }

    private long purgeRange(long page, long pages) {
        long dirtyPages = dirty.count(page, pages);
        if (dirtyPages == 0 || !region.tryPurge(page << PAGE_SHIFT, pages << PAGE_SHIFT)) {
            return 0;
        }
        dirty.clear(page, pages);
        dirtyFreePages -= dirtyPages;
        split(page, pages);
        return dirtyPages;
    }

    /// Purges free pages that are said to be clean, and are resident all the same.
    void purgeAgain(long page, long pages) {
        if (region.tryPurge(page << PAGE_SHIFT, pages << PAGE_SHIFT)) {
            dirtyFreePages -= dirty.count(page, pages);
            dirty.clear(page, pages);
        }
    }

    /// {@return whether all pages of a range are dirty}
    boolean isDirty(long page, long pages) {
        return dirty.count(page, pages) == pages;
    }

    /// Says of a range that it has other OS pages than before, which are small ones.
    /// @param page  its first page
    /// @param pages its length
    public void split(long page, long pages) {
        Extents kept = extents;
        if (kept != null) {
            kept.split(page, pages);
        }
    }

    /// Takes the credit from a clean free block.
    private boolean tryUncommit(long page, long pages) {
        if (!region.tryDrop(page << PAGE_SHIFT, pages << PAGE_SHIFT)) {
            return false;
        }
        split(page, pages);
        buddy.uncommit(page);
        return true;
    }

    /// Grows all tables of a region, by as much as each has a page.
    private record TableGrowth(Table records, Table dirtyBits, Table freeBits, Growth more) implements Growth {
        @Override
        public boolean tryCover(long frontierPages) {
            return records.tryCover(frontierPages * SpanMap.RECORD_BYTES)
                    && dirtyBits.tryCover((frontierPages >>> 3) + Long.BYTES)
                    && freeBits.tryCover(FreeMap.tableBytes(frontierPages))
                    && more.tryCover(frontierPages);
        }
    }
}
