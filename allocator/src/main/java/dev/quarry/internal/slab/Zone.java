// SPDX-License-Identifier: Apache-2.0
package dev.quarry.internal.slab;

import static dev.quarry.internal.buddy.SpanMap.PAGE_SHIFT;
import static dev.quarry.internal.slab.SizeClasses.COUNT;
import static dev.quarry.internal.slab.SlabLayout.CLASS;
import static dev.quarry.internal.slab.ZoneCalls.CALL;
import static dev.quarry.numa.RawMemory.getInt;

import dev.quarry.internal.buddy.BuddyAllocator;
import dev.quarry.internal.buddy.Extents;
import dev.quarry.internal.buddy.MetadataHeap;
import dev.quarry.internal.buddy.PageAllocator;
import dev.quarry.internal.buddy.SpanMap;
import dev.quarry.internal.event.EventHub;
import dev.quarry.internal.region.Collapse;
import dev.quarry.internal.region.CommitLedger;

/// Everything that one node's arenas share: its pages, and its [Depot] of slabs that no arena owns.
///
/// All methods take the zone's lock, but those that say otherwise. What can throw or overflow the stack comes before
/// the lock and before the first write ([StackReserve]).
public final class Zone {
    /// In place of a node's id: the OS pages of the zone are spread over several nodes.
    public static final int SPREAD = -1;

    /// Detail of a span that has no span class.
    public static final int DIRECT = 0xFF;

    private static final int MAILBOX_BYTES = 64;

    private final ZoneLock lock = new ZoneLock();
    private final int index;
    private final PageAllocator pages;
    private final FrameTable frames;
    private final EventHub events;
    private final CommitLedger ledger;
    private final long base;
    private final Depot depot;
    private final ZoneMail mail;
    private final ZoneLevel level;
    private final ZonePurge purge;
    private final ZoneWalk walk;

    Zone(
            int index,
            PageAllocator pages,
            FrameTable frames,
            MetadataHeap metadata,
            ZoneLevel level,
            CommitLedger ledger,
            EventHub events) {
        this.index = index;
        this.pages = pages;
        this.frames = frames;
        this.events = events;
        this.ledger = ledger;
        this.base = pages.region().base();
        this.depot = new Depot(frames, metadata, pages);
        this.mail = new ZoneMail(metadata.bootAllocate(MAILBOX_BYTES), depot);
        this.level = level;
        this.purge = new ZonePurge(lock, pages, mail, level, ledger, events);
        this.walk = new ZoneWalk(lock, pages, frames);
    }

    /// Tells how arenas are reached. Called once, before the first slab is made.
    /// @param router sends mail on
    public void setRouter(MailRouter router) {
        mail.setRouter(router);
    }

    /// Takes a slab with free slots for an arena: from the depot, else a new one.
    /// @param sizeClass its class
    /// @param owner     the arena's number, with flags
    /// @return its descriptor; 0 when neither memory nor credit is there
    public long takeSlab(int sizeClass, int owner) {
        StackReserve.ensureForZone();
        lock.enter();
        try {
            mail.collect();
            long slab = depot.take(sizeClass, owner);
            if (slab == 0) {
                slab = CALL.make(depot, sizeClass, owner);
                level.update();
            }
            return slab;
        } finally {
            lock.leave();
            pages.region().publishCommits(events);
        }
    }

    /// Tells who owns a slab of this zone. No lock: only the owner of before may.
    /// @param slab  descriptor
    /// @param owner the arena's number, with flags
    public void setOwner(long slab, int owner) {
        frames.setOwner(slab, owner);
    }

    /// Takes an empty slab out of service.
    /// @param slab descriptor of a slab in no list, with no slot in use
    public void retireSlab(long slab) {
        StackReserve.ensureForZone();
        lock.enter();
        try {
            CALL.release(depot, slab);
            level.update();
        } finally {
            lock.leave();
        }
    }

    /// Takes over a slab whose arena gives it up.
    /// @param slab descriptor of a slab in no list
    public void adoptSlab(long slab) {
        StackReserve.ensureForZone();
        lock.enter();
        try {
            frames.setOwner(slab, 0);
            depot.shelve(slab);
        } finally {
            lock.leave();
        }
    }

    /// Allocates a span.
    /// @param pageCount      its length in pages
    /// @param alignOrder     log2 of its alignment in pages
    /// @param spanClass      its class, or [#DIRECT]
    /// @param requestedBytes what the application asked for
    /// @return `address | 1` if its memory reads as zero, else the address; 0 when neither memory nor credit is there
    public long allocateSpan(long pageCount, int alignOrder, int spanClass, long requestedBytes) {
        StackReserve.ensureForZone();
        lock.enter();
        try {
            long page = CALL.allocate(pages, pageCount, alignOrder);
            if (page == BuddyAllocator.NOTHING) {
                return 0;
            }
            pages.map().setSecond(page, requestedBytes);
            pages.map().setRelease(page, SpanMap.SPAN, spanClass, pageCount);
            level.update();
            return base + (page << PAGE_SHIFT) | (pages.lastWasClean() ? 1 : 0);
        } finally {
            lock.leave();
            pages.region().publishCommits(events);
        }
    }

    /// Frees a span that the caller has taken out of service.
    /// @param page      its first page, of state `CACHED`
    /// @param pageCount its length
    public void freeSpan(long page, long pageCount) {
        StackReserve.ensureForZone();
        lock.enter();
        try {
            CALL.free(pages, page, pageCount, pageCount);
            level.update();
        } finally {
            lock.leave();
        }
    }

    /// Changes a span's length in place.
    /// @param page           its first page; the caller owns the span
    /// @param oldPages       its length
    /// @param newPages       its length to be
    /// @param requestedBytes what the application asks for now
    /// @return whether it has that length now
    public boolean resizeSpan(long page, long oldPages, long newPages, long requestedBytes) {
        StackReserve.ensureForZone();
        lock.enter();
        try {
            if (newPages > oldPages && !pages.tryExtend(page, oldPages, newPages)) {
                return false;
            }
            pages.map().setSecond(page, requestedBytes);
            pages.map().setRelease(page, SpanMap.SPAN, DIRECT, newPages);
            if (newPages < oldPages) {
                pages.map().setRelease(page + newPages, SpanMap.CACHED, 0, oldPages - newPages);
                pages.free(page + newPages, oldPages - newPages, oldPages - newPages);
            }
            level.update();
            return true;
        } finally {
            lock.leave();
            pages.region().publishCommits(events);
        }
    }

    /// Moves a span's pages to another span of this zone without copying, and frees the old one.
    /// @param from      first page of the old span, of state `CACHED`
    /// @param to        first page of the new span
    /// @param pageCount length of the old span
    /// @return whether the system did it; if not, nothing has changed
    public boolean moveSpan(long from, long to, long pageCount) {
        StackReserve.ensureForZone();
        lock.enter();
        try {
            if (!pages.region().tryRemap(from << PAGE_SHIFT, to << PAGE_SHIFT, pageCount << PAGE_SHIFT)) {
                return false;
            }
            pages.freeClean(from, pageCount);
            pages.split(to, pageCount);
            level.update();
            return true;
        } finally {
            lock.leave();
        }
    }

    /// Gives back to the system what the decay does not allow to stay, and what growth left behind, in pieces.
    /// @param nowNs   monotonic time
    /// @param delayNs how long a free page may stay dirty
    /// @return bytes given back
    public long decay(long nowNs, long delayNs) {
        return purge.decay(nowNs, delayNs);
    }

    /// Gives back all that can be, in pieces: the depot's empty slabs, all dirty pages, and the credit of all clean
    /// ones.
    public void trim() {
        purge.trim();
    }

    /// Turns free pages into credit, for another zone or for a larger block: the least that will do.
    /// @param wantedBytes how much
    /// @return how much it was; less than wanted where there is no more, or the system refuses
    public long giveBack(long wantedBytes) {
        return purge.giveBack(wantedBytes);
    }

    /// Looks for an extent that is due to be made a huge OS page. The caller does that without the lock, as it takes
    /// long, and then calls [#endCollapse].
    /// @param extents the zone's
    /// @return its first page; [BuddyAllocator#NOTHING] where none is
    long beginCollapse(Extents extents) {
        StackReserve.ensureForZone();
        lock.enter();
        try {
            return ledger.isFrozen() ? BuddyAllocator.NOTHING : extents.begin();
        } finally {
            lock.leave();
        }
    }

    /// Tells what became of it. After a close, which empties the zone under its lock, the pages may be others' already.
    /// @param extents the zone's
    /// @param outcome of the extent
    void endCollapse(Extents extents, Collapse outcome) {
        lock.enter();
        try {
            if (!ledger.isFrozen()) {
                extents.end(outcome);
            }
        } finally {
            lock.leave();
        }
    }

    /// {@return bytes of free pages that are committed} Exact under [#locked].
    public long freeBytes() {
        return level.freeBytes();
    }

    /// {@return bytes that could be handed out: own free pages, and credit that nobody has} Exact under [#locked].
    public long availableBytes() {
        return level.availableBytes();
    }

    /// {@return bytes of the largest free block that is committed} No lock: exact when the zone rests.
    public long largestFreeBytes() {
        int order = BuddyAllocator.orders() - 1;
        while (order >= 0 && pages.buddy().freeBlocks(order) == 0) {
            order--;
        }
        return order < 0 ? 0 : 1L << order + PAGE_SHIFT;
    }

    /// {@return where that stands against the watermarks: [Watermarks#ABOVE], `LOW` or `MIN`} No lock.
    public int level() {
        return level.now();
    }

    /// {@return whether so much was taken fresh beside dirty pages that maintenance should come now} No lock.
    public boolean hasGrown() {
        return level.hasGrown();
    }

    /// Gives all contents back to the system, for good.
    /// @return whether the system did it
    public boolean tryEmpty() {
        StackReserve.ensureForZone();
        lock.enter();
        try {
            return pages.tryEmpty();
        } finally {
            lock.leave();
        }
    }

    /// Reads the zone's mail: slabs that lie here get their remote frees, others are sent on.
    public void deliverMail() {
        if (!mail.isEmpty()) {
            StackReserve.ensureForZone();
            lock.enter();
            try {
                mail.collect();
            } finally {
                lock.leave();
            }
        }
    }

    /// {@return whether slabs with remote frees wait for the zone} No lock.
    public boolean hasMail() {
        return !mail.isEmpty();
    }

    /// {@return the address of the zone's mailbox} No lock.
    public long mailbox() {
        return mail.mailbox();
    }

    /// {@return the zone's pages} For its immutable parts, or under [#locked].
    public PageAllocator pages() {
        return pages;
    }

    /// {@return the slabs that no arena owns} Under [#locked].
    public Depot depot() {
        return depot;
    }

    /// {@return the node's id; [#SPREAD] for the interleaved zone} No lock.
    public int node() {
        return pages.region().node();
    }

    /// {@return the zone's number in its space} No lock.
    public int index() {
        return index;
    }

    /// {@return the first address of the zone's region} No lock.
    public long base() {
        return base;
    }

    /// Runs something under the zone's lock.
    /// @param action what to run
    public void locked(Runnable action) {
        lock.enter();
        try {
            action.run();
        } finally {
            lock.leave();
        }
    }

    /// {@return the way to visit what lies here}
    public ZoneWalk walk() {
        return walk;
    }

    /// Walks the zone at rest.
    /// @return slots lost to stack overflows
    /// @throws IllegalStateException naming the first invariant that does not hold
    public int verify() {
        int[] lost = new int[1];
        locked(() -> {
            pages.verify();
            int[] counted = new int[COUNT];
            walk.forEachSlab(slab -> {
                lost[0] += Slabs.verify(slab);
                frames.verify(slab);
                counted[getInt(slab + CLASS)]++;
            });
            depot.verifyCounts(counted, index);
        });
        return lost[0];
    }
}
