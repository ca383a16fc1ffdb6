// SPDX-License-Identifier: Apache-2.0
package dev.quarry.internal.buddy;

import static dev.quarry.internal.buddy.SpanMap.FREE;
import static dev.quarry.internal.buddy.SpanMap.NONE;
import static dev.quarry.internal.buddy.SpanMap.PAGE_SHIFT;
import static dev.quarry.internal.buddy.SpanMap.UNCOMMITTED;

import dev.quarry.internal.region.Region;

/// The binary buddy of one region [1].
///
/// Free blocks of each kind stand in a [FreeMap]: committed ones, and those whose credit was given back or that were
/// never committed (the gaps that alignment leaves). Pages above the *frontier* were never touched and are in none.
/// Buddies merge only with their own kind.
///
/// A request takes, in this order: a committed block that suffices, or several that lie side by side ([FreeRuns]); a
/// committed block that can grow over uncommitted neighbours; an uncommitted block; fresh pages at the frontier, and
/// what is free just below it. What a block has over is split off again, so a run of pages costs exactly its pages.
///
/// Of all places that suffice the lowest is taken, and neither the one freed last nor the smallest: what is in use so
/// gathers at low addresses, what is free above grows together, and small runs do not cut what a large one has left
/// between two others. A free block's record is written for those who ask what a page is, and never read here: it lies
/// where no cache has it. See docs/adr/0015.
///
/// Invariant: a free block's record and its bit in the map say the same; no two free buddies of one kind.
///
/// Not thread-safe: used under the lock of its zone. Everything that can fail comes before the first write.
///
/// [1] K. C. Knowlton, A fast storage allocator, CACM 8(10), 1965.
public final class BuddyAllocator {
    /// What [#allocate] returns when there is nothing.
    public static final long NOTHING = -1;

    private static final int MAX_ORDERS = FreeMap.ORDERS;

    /// How many places are looked at where a run over committed blocks might begin: the lowest. With eight of them one
    /// malloc in a thousand took twice its time (docs/adr/0019).
    private static final int FIRST_CANDIDATES = 1;

    /// The same where none suffices, before uncommitted or fresh pages are taken.
    private static final int CANDIDATES = 8;

    private final Region region;
    private final SpanMap map;
    private final Growth growth;
    private final long totalPages;
    private final long granulePages;
    private final FreeMap committed;
    private final FreeMap uncommitted;
    private final FreeRuns runs;
    private volatile long frontierPages;
    private long splits;
    private long merges;

    /// A buddy over a region of which nothing is committed yet.
    /// @param region       the pages
    /// @param map          their records
    /// @param freeBits     address of a table that reads as zero, for [FreeMap#tableBytes]
    /// @param growth       makes records and table usable
    /// @param granuleBytes how much is committed at least at the frontier
    BuddyAllocator(Region region, SpanMap map, long freeBits, Growth growth, long granuleBytes) {
        this.region = region;
        this.map = map;
        this.growth = growth;
        this.totalPages = region.byteSize() >>> PAGE_SHIFT;
        this.granulePages = Math.max(1, granuleBytes >>> PAGE_SHIFT);
        this.committed = new FreeMap(freeBits, 0, totalPages);
        this.uncommitted = new FreeMap(freeBits, 1, totalPages);
        this.runs = new FreeRuns(committed, uncommitted);
    }

    /// Allocates a run of pages.
    /// @param pages      how many
    /// @param alignOrder log2 of the alignment in pages
    /// @return the first page; [#NOTHING] if neither a block nor credit is there. The caller writes its record
    public long allocate(long pages, int alignOrder) {
        int order = Math.max(orderOf(pages), alignOrder);
        if (order >= MAX_ORDERS || pages > totalPages) {
            return NOTHING;
        }
        int startOrder = FreeRuns.startOrder(pages, alignOrder);
        boolean isRun = startOrder < order;
        long run = isRun ? allocateRun(pages, startOrder, FIRST_CANDIDATES, false) : NOTHING;
        if (run != NOTHING) {
            return run;
        }
        int sufficient = -1 << order;
        long block = committed.lowest(sufficient, 0);
        if (block != FreeMap.NOTHING) {
            return take(committed, block, pages);
        }
        run = isRun ? allocateRun(pages, startOrder, CANDIDATES, true) : NOTHING;
        if (run != NOTHING) {
            return run;
        }
        block = uncommitted.lowest(sufficient, 0);
        if (block != FreeMap.NOTHING && region.tryCommit(FreeMap.page(block) << PAGE_SHIFT, pages << PAGE_SHIFT)) {
            return take(uncommitted, block, pages);
        }
        return allocateAtFrontier(pages, startOrder, isRun);
    }

    /// Frees a run of pages, merging what can be merged.
    /// @param page  the first
    /// @param pages how many
    public void free(long page, long pages) {
        addRange(committed, page, pages, FREE);
    }

    /// Grows an allocated run in place.
    /// @param page     its first page
    /// @param pages    its length now
    /// @param newPages its length wanted, larger
    /// @return whether the pages behind it were free and are now its own
    public boolean tryExtend(long page, long pages, long newPages) {
        long end = page + newPages;
        long withoutCredit = 0;
        for (long at = page + pages; at < end; ) {
            long block = runs.blockAt(at, frontierPages);
            if (block == FreeMap.NOTHING) {
                return false;
            }
            long length = Math.min(1L << FreeMap.order(block), end - at);
            withoutCredit += isCommitted(block) ? 0 : length;
            at += length;
        }
        long morePages = newPages - pages;
        if (withoutCredit != 0
                && !region.tryCommit(
                        (page + pages) << PAGE_SHIFT, morePages << PAGE_SHIFT, withoutCredit << PAGE_SHIFT)) {
            return false;
        }
        for (long at = page + pages; at < end; ) {
            long block = runs.blockAt(at, frontierPages);
            long length = Math.min(1L << FreeMap.order(block), end - at);
            take(isCommitted(block) ? committed : uncommitted, block, length);
            map.setRelease(at, NONE, 0, 0);
            at += length;
        }
        return true;
    }

    private boolean isCommitted(long block) {
        return committed.contains(FreeMap.page(block), FreeMap.order(block));
    }

    /// Takes the credit from a free, committed block.
    /// @param page its first page
    public void uncommit(long page) {
        int order = FreeMap.order(committed.at(page));
        committed.remove(page, order);
        region.uncommit(1L << order + PAGE_SHIFT);
        addBlock(uncommitted, page, order, UNCOMMITTED);
    }

    /// {@return the first page of the highest committed free block of an order, or [#NOTHING]}
    /// @param order log2 of its pages
    public long highestFree(int order) {
        return committed.highest(order, frontierPages);
    }

    /// {@return the next lower one, or [#NOTHING]}
    /// @param order log2 of its pages
    /// @param page  below which it starts
    public long highestFreeBelow(int order, long page) {
        return committed.highest(order, page);
    }

    /// {@return how many orders there are}
    public static int orders() {
        return MAX_ORDERS;
    }

    /// {@return the number of committed free blocks of an order}
    /// @param order log2 of their pages
    public int freeBlocks(int order) {
        return committed.blocks(order);
    }

    /// {@return the pages that are free and committed}
    public long freeCommittedPages() {
        return committed.freePages();
    }

    /// {@return the pages that are in no free block: handed out, or kept for it by others}
    public long usedPages() {
        return frontierPages - committed.freePages() - uncommitted.freePages();
    }

    /// {@return the first page that was never touched}
    public long frontierPages() {
        return frontierPages;
    }

    /// {@return the blocks split so far}
    public long splits() {
        return splits;
    }

    /// {@return the pairs of buddies merged so far}
    public long merges() {
        return merges;
    }

    /// Walks all records below the frontier and the maps.
    /// @throws IllegalStateException naming the first invariant that does not hold
    public void verify() {
        int[] counted = new int[FreeMap.KINDS * MAX_ORDERS];
        for (long page = 0; page < frontierPages; ) {
            long word = map.wordAcquire(page);
            int state = SpanMap.state(word);
            long length = SpanMap.pages(word);
            require(state != NONE && length > 0, "page has no record", page);
            if (state == FREE || state == UNCOMMITTED) {
                int order = SpanMap.detail(word);
                require(length == 1L << order && (page & length - 1) == 0, "free block is not aligned", page);
                FreeMap kind = state == FREE ? committed : uncommitted;
                require(!isBuddyFree(kind, page, order), "free buddies were not merged", page);
                require(kind.contains(page, order), "free block is not in the map", page);
                counted[(state == FREE ? 0 : MAX_ORDERS) + order]++;
            }
            page += length;
        }
        for (int order = 0; order < MAX_ORDERS; order++) {
            verify(committed, order, counted[order]);
            verify(uncommitted, order, counted[MAX_ORDERS + order]);
        }
    }

    private void verify(FreeMap kind, int order, int counted) {
        require(
                kind.verify(order, frontierPages) == counted,
                "the map has other blocks than the records, order",
                order);
        require(kind.blocks(order) == counted, "blocks do not add up, order", order);
    }

    /// Takes the lowest place where a run can be, of the first ones that it might start at.
    private long allocateRun(long pages, int startOrder, int candidates, boolean alsoUncommitted) {
        long from = 0;
        for (int tries = 0; tries < candidates; tries++) {
            long block = committed.lowest(-1 << startOrder, from);
            if (block == FreeMap.NOTHING) {
                return NOTHING;
            }
            long page = FreeMap.page(block);
            long firstPages = 1L << FreeMap.order(block);
            if (firstPages >= pages) {
                return take(committed, block, pages);
            }
            long wanted = Math.min(page + pages, frontierPages);
            long end = runs.end(page + firstPages, wanted, alsoUncommitted);
            if (end == page + pages && tryExtend(page, firstPages, pages)) {
                take(committed, block, firstPages);
                map.setRelease(page, SpanMap.CACHED, 0, pages);
                return page;
            }
            from = end;
        }
        return NOTHING;
    }

    private long allocateAtFrontier(long pages, int startOrder, boolean isRun) {
        long frontier = frontierPages;
        long align = 1L << startOrder;
        long tail = isRun ? runs.tailStart(frontier, pages, startOrder) : frontier;
        long start = tail < frontier ? tail : frontier + align - 1 & -align;
        long fresh = Math.max(start, frontier);
        if (start + pages > totalPages) {
            return NOTHING;
        }
        long needed = start + pages - fresh;
        long length = Math.min(Math.max(needed, granulePages), totalPages - fresh);
        if (!growth.tryCover(fresh + length)) {
            return NOTHING;
        }
        if (!region.tryCommit(fresh << PAGE_SHIFT, length << PAGE_SHIFT)) {
            length = needed;
            if (!region.tryCommit(fresh << PAGE_SHIFT, length << PAGE_SHIFT)) {
                return NOTHING;
            }
        }
        takeTail(start, frontier);
        // The run's own record, as take() leaves one: who walks the records goes by their lengths and may not meet a
        // page without one. Before the frontier moves: who may read a record without the lock asks the frontier first.
        map.setRelease(start, SpanMap.CACHED, 0, pages);
        frontierPages = fresh + length;
        addRange(uncommitted, frontier, fresh - frontier, UNCOMMITTED);
        addRange(committed, start + pages, fresh + length - start - pages, FREE);
        return start;
    }

    private void takeTail(long start, long frontier) {
        for (long at = start; at < frontier; ) {
            int order = FreeMap.order(committed.at(at));
            committed.remove(at, order);
            map.setRelease(at, NONE, 0, 0);
            at += 1L << order;
        }
    }

    /// Takes the first pages of a free block and puts the rest back.
    private long take(FreeMap kind, long block, long pages) {
        long page = FreeMap.page(block);
        int order = FreeMap.order(block);
        kind.remove(page, order);
        map.setRelease(page, SpanMap.CACHED, 0, pages);
        if (pages < 1L << order) {
            splits++;
            addRange(kind, page + pages, (1L << order) - pages, kind == committed ? FREE : UNCOMMITTED);
        }
        return page;
    }

    /// Adds a run of pages as the naturally aligned blocks that it consists of.
    private void addRange(FreeMap kind, long page, long pages, int state) {
        long at = page;
        long left = pages;
        while (left > 0) {
            int byAlignment = at == 0 ? MAX_ORDERS - 1 : Long.numberOfTrailingZeros(at);
            int bySize = 63 - Long.numberOfLeadingZeros(left);
            int order = Math.min(byAlignment, bySize);
            addBlock(kind, at, order, state);
            at += 1L << order;
            left -= 1L << order;
        }
    }

    private void addBlock(FreeMap kind, long first, int firstOrder, int state) {
        long page = first;
        int order = firstOrder;
        while (order < MAX_ORDERS - 1 && isBuddyFree(kind, page, order)) {
            long buddy = page ^ 1L << order;
            kind.remove(buddy, order);
            map.setRelease(Math.max(page, buddy), NONE, 0, 0);
            page = Math.min(page, buddy);
            order++;
            merges++;
        }
        if (page != first) {
            map.setRelease(first, NONE, 0, 0);
        }
        map.setRelease(page, state, order, 1L << order);
        kind.add(page, order);
    }

    private boolean isBuddyFree(FreeMap kind, long page, int order) {
        long buddy = page ^ 1L << order;
        return buddy < frontierPages && kind.contains(buddy, order);
    }

    private static int orderOf(long pages) {
        return pages <= 1 ? 0 : 64 - Long.numberOfLeadingZeros(pages - 1);
    }

    private static void require(boolean holds, String what, long where) {
        if (!holds) {
            throw new IllegalStateException("buddy: " + what + " at " + where);
        }
    }
}
