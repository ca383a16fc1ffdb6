// SPDX-License-Identifier: Apache-2.0
package dev.quarry.internal.buddy;

import static dev.quarry.internal.buddy.SpanMap.FREE;
import static dev.quarry.internal.buddy.SpanMap.NONE;
import static dev.quarry.internal.buddy.SpanMap.PAGE_SHIFT;
import static dev.quarry.internal.buddy.SpanMap.UNCOMMITTED;

import dev.quarry.internal.region.Region;

/// The binary buddy of one region [1].
///
/// Free blocks hang in one doubly linked list an order and kind: committed ones, and those whose credit was given back
/// or that were never committed (the gaps that alignment leaves). Pages above the *frontier* were never touched and are
/// in no list. Buddies merge only with their own kind.
///
/// A request takes, in this order: a committed block that suffices; a smaller committed block that can grow over
/// its free neighbours (so that a freed run of 3 pages serves the next run of 3); an uncommitted block; fresh pages
/// at the frontier. What a block has over is split off again, so a run of pages costs exactly its pages.
///
/// Of all blocks that suffice the lowest is taken, of each order among the first few in its list, and neither the
/// one freed last nor the smallest: what is in use so gathers at low addresses, what is free above grows together,
/// and small runs do not cut what a large one has left between two others. At most [#CANDIDATES] records of each
/// list are read for it. See docs/adr/0015.
///
/// Invariant: `freePages == sum over orders of blocks * 2^order`, for each kind; no two free buddies of one kind.
///
/// Not thread-safe: used under the lock of its zone. Everything that can fail comes before the first write.
///
/// [1] K. C. Knowlton, A fast storage allocator, CACM 8(10), 1965.
public final class BuddyAllocator {
    /// What [#allocate] returns when there is nothing.
    public static final long NOTHING = -1;

    private static final int MAX_ORDERS = 32;
    private static final int KINDS = 2;

    /// How many blocks of a list are looked at. More of them changed nothing that could be measured.
    private static final int CANDIDATES = 8;

    private final Region region;
    private final SpanMap map;
    private final Growth growth;
    private final long totalPages;
    private final long granulePages;
    private final long[][] heads = new long[KINDS][MAX_ORDERS];
    private final int[][] blocks = new int[KINDS][MAX_ORDERS];
    private final long[] freePages = new long[KINDS];
    private volatile long frontierPages;
    private long splits;
    private long merges;

    /// A buddy over a region of which nothing is committed yet.
    /// @param region       the pages
    /// @param map          their records
    /// @param growth       makes the records usable
    /// @param granuleBytes how much is committed at least at the frontier
    public BuddyAllocator(Region region, SpanMap map, Growth growth, long granuleBytes) {
        this.region = region;
        this.map = map;
        this.growth = growth;
        this.totalPages = region.byteSize() >>> PAGE_SHIFT;
        this.granulePages = Math.max(1, granuleBytes >>> PAGE_SHIFT);
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
        long committed = lowestFit(0, order);
        if (committed != NOTHING) {
            return take(0, orderAt(committed), committed, pages);
        }
        long run = allocateRun(pages, alignOrder);
        if (run != NOTHING) {
            return run;
        }
        long page = lowestFit(1, order);
        if (page != NOTHING && region.tryCommit(page << PAGE_SHIFT, pages << PAGE_SHIFT)) {
            return take(1, orderAt(page), page, pages);
        }
        return allocateAtFrontier(pages, order);
    }

    /// Frees a run of pages, merging what can be merged.
    /// @param page  the first
    /// @param pages how many
    public void free(long page, long pages) {
        addRange(page, pages, FREE);
    }

    /// Grows an allocated run in place.
    /// @param page     its first page
    /// @param pages    its length now
    /// @param newPages its length wanted, larger
    /// @return whether the pages behind it were free and are now its own
    public boolean tryExtend(long page, long pages, long newPages) {
        long end = page + newPages;
        long uncommitted = 0;
        for (long at = page + pages; at < end; ) {
            long word = at < frontierPages ? map.wordAcquire(at) : 0;
            int state = SpanMap.state(word);
            if (state != FREE && state != UNCOMMITTED) {
                return false;
            }
            long length = Math.min(SpanMap.pages(word), end - at);
            uncommitted += state == UNCOMMITTED ? length : 0;
            at += length;
        }
        long morePages = newPages - pages;
        if (uncommitted != 0
                && !region.tryCommit(
                        (page + pages) << PAGE_SHIFT, morePages << PAGE_SHIFT, uncommitted << PAGE_SHIFT)) {
            return false;
        }
        for (long at = page + pages; at < end; ) {
            long word = map.wordAcquire(at);
            int kind = SpanMap.state(word) == FREE ? 0 : 1;
            long length = Math.min(SpanMap.pages(word), end - at);
            take(kind, SpanMap.detail(word), at, length);
            map.setRelease(at, NONE, 0, 0);
            at += length;
        }
        return true;
    }

    /// Takes the credit from a free, committed block.
    /// @param page its first page
    public void uncommit(long page) {
        long word = map.wordAcquire(page);
        unlink(0, SpanMap.detail(word), page);
        region.uncommit(SpanMap.pages(word) << PAGE_SHIFT);
        addRange(page, SpanMap.pages(word), UNCOMMITTED);
    }

    /// {@return the first page of the first committed free block of an order, or [#NOTHING]}
    /// @param order log2 of its pages
    public long firstFree(int order) {
        return heads[0][order] - 1;
    }

    /// {@return the free block after this one in its list, or [#NOTHING]}
    /// @param page first page of a committed free block
    public long nextFree(long page) {
        return (int) map.second(page) - 1L;
    }

    /// {@return how many orders there are}
    public static int orders() {
        return MAX_ORDERS;
    }

    /// {@return the number of committed free blocks of an order}
    /// @param order log2 of their pages
    public int freeBlocks(int order) {
        return blocks[0][order];
    }

    /// {@return the pages that are free and committed}
    public long freeCommittedPages() {
        return freePages[0];
    }

    /// {@return the pages that are in no list: handed out, or kept for it by others}
    public long usedPages() {
        return frontierPages - freePages[0] - freePages[1];
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

    /// Walks all records below the frontier and all lists.
    /// @throws IllegalStateException naming the first invariant that does not hold
    public void verify() {
        long[] seen = new long[KINDS];
        int[][] counted = new int[KINDS][MAX_ORDERS];
        for (long page = 0; page < frontierPages; ) {
            long word = map.wordAcquire(page);
            int state = SpanMap.state(word);
            long length = SpanMap.pages(word);
            require(state != NONE && length > 0, "page has no record", page);
            if (state == FREE || state == UNCOMMITTED) {
                int kind = state == FREE ? 0 : 1;
                int order = SpanMap.detail(word);
                require(length == 1L << order && (page & length - 1) == 0, "free block is not aligned", page);
                require(buddyWord(page, order) != word, "free buddies were not merged", page);
                seen[kind] += length;
                counted[kind][order]++;
            }
            page += length;
        }
        for (int kind = 0; kind < KINDS; kind++) {
            require(seen[kind] == freePages[kind], "free pages do not add up, kind " + kind, seen[kind]);
            for (int order = 0; order < MAX_ORDERS; order++) {
                require(counted[kind][order] == blocks[kind][order], "blocks do not add up, order " + order, kind);
                require(listLength(kind, order) == blocks[kind][order], "list is broken, order " + order, kind);
            }
        }
    }

    private int listLength(int kind, int order) {
        int length = 0;
        for (long page = heads[kind][order] - 1; page >= 0 && length <= blocks[kind][order]; page = nextFree(page)) {
            length++;
        }
        return length;
    }

    private long allocateRun(long pages, int alignOrder) {
        int floor = 63 - Long.numberOfLeadingZeros(pages);
        if (1L << floor == pages || alignOrder > floor) {
            return NOTHING;
        }
        long candidate = heads[0][floor] - 1;
        for (int tries = 0; candidate >= 0 && tries < CANDIDATES; tries++) {
            if (tryExtend(candidate, 1L << floor, pages)) {
                take(0, floor, candidate, 1L << floor);
                map.setRelease(candidate, SpanMap.CACHED, 0, pages);
                return candidate;
            }
            candidate = nextFree(candidate);
        }
        return NOTHING;
    }

    private long allocateAtFrontier(long pages, int order) {
        long frontier = frontierPages;
        long align = 1L << order;
        long start = frontier + align - 1 & -align;
        if (start + pages > totalPages) {
            return NOTHING;
        }
        long length = Math.min(Math.max(pages, granulePages), totalPages - start);
        if (!growth.tryCover(start + length)) {
            return NOTHING;
        }
        if (!region.tryCommit(start << PAGE_SHIFT, length << PAGE_SHIFT)) {
            length = pages;
            if (!region.tryCommit(start << PAGE_SHIFT, length << PAGE_SHIFT)) {
                return NOTHING;
            }
        }
        // The run's own record, as take() leaves one: who walks the records goes by their lengths and may not meet a
        // page without one. Before the frontier moves: who may read a record without the lock asks the frontier first.
        map.setRelease(start, SpanMap.CACHED, 0, pages);
        frontierPages = start + length;
        addRange(frontier, start - frontier, UNCOMMITTED);
        addRange(start + pages, length - pages, FREE);
        return start;
    }

    /// {@return the lowest of the free blocks of an order or above; [#NOTHING] if there is none}
    private long lowestFit(int kind, int order) {
        long lowest = NOTHING;
        for (int at = order; at < MAX_ORDERS; at++) {
            if (heads[kind][at] != 0) {
                long page = lowest(kind, at);
                lowest = lowest == NOTHING ? page : Math.min(lowest, page);
            }
        }
        return lowest;
    }

    private int orderAt(long page) {
        return SpanMap.detail(map.wordAcquire(page));
    }

    /// {@return the block at the lowest address of the first ones in a list that is not empty}
    private long lowest(int kind, int order) {
        long lowest = heads[kind][order] - 1;
        long candidate = nextFree(lowest);
        for (int tries = 1; candidate >= 0 && tries < CANDIDATES; tries++) {
            lowest = Math.min(lowest, candidate);
            candidate = nextFree(candidate);
        }
        return lowest;
    }

    /// Takes the first pages of a free block and puts the rest back.
    private long take(int kind, int order, long page, long pages) {
        unlink(kind, order, page);
        map.setRelease(page, SpanMap.CACHED, 0, pages);
        if (pages < 1L << order) {
            splits++;
            addRange(page + pages, (1L << order) - pages, kind == 0 ? FREE : UNCOMMITTED);
        }
        return page;
    }

    /// Adds a run of pages as the naturally aligned blocks that it consists of.
    private void addRange(long page, long pages, int state) {
        long at = page;
        long left = pages;
        while (left > 0) {
            int byAlignment = at == 0 ? MAX_ORDERS - 1 : Long.numberOfTrailingZeros(at);
            int bySize = 63 - Long.numberOfLeadingZeros(left);
            int order = Math.min(byAlignment, bySize);
            addBlock(at, order, state);
            at += 1L << order;
            left -= 1L << order;
        }
    }

    private void addBlock(long first, int firstOrder, int state) {
        int kind = state == FREE ? 0 : 1;
        long page = first;
        int order = firstOrder;
        while (order < MAX_ORDERS - 1 && buddyWord(page, order) == SpanMap.word(state, order, 1L << order)) {
            long buddy = page ^ 1L << order;
            unlink(kind, order, buddy);
            map.setRelease(Math.max(page, buddy), NONE, 0, 0);
            page = Math.min(page, buddy);
            order++;
            merges++;
        }
        if (page != first) {
            map.setRelease(first, NONE, 0, 0);
        }
        link(kind, order, page, state);
    }

    private long buddyWord(long page, int order) {
        long buddy = page ^ 1L << order;
        return buddy + (1L << order) <= frontierPages ? map.wordAcquire(buddy) : 0;
    }

    private void link(int kind, int order, long page, int state) {
        long head = heads[kind][order];
        map.setSecond(page, head);
        map.setRelease(page, state, order, 1L << order);
        if (head != 0) {
            map.setSecond(head - 1, map.second(head - 1) & 0xFFFFFFFFL | page + 1 << 32);
        }
        heads[kind][order] = page + 1;
        blocks[kind][order]++;
        freePages[kind] += 1L << order;
    }

    private void unlink(int kind, int order, long page) {
        long links = map.second(page);
        long previous = links >>> 32;
        long next = links & 0xFFFFFFFFL;
        if (previous == 0) {
            heads[kind][order] = next;
        } else {
            map.setSecond(previous - 1, map.second(previous - 1) & ~0xFFFFFFFFL | next);
        }
        if (next != 0) {
            map.setSecond(next - 1, map.second(next - 1) & 0xFFFFFFFFL | previous << 32);
        }
        blocks[kind][order]--;
        freePages[kind] -= 1L << order;
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
