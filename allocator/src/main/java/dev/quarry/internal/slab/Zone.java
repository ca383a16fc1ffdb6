// SPDX-License-Identifier: Apache-2.0
package dev.quarry.internal.slab;

import static dev.quarry.internal.buddy.SpanMap.PAGE_BYTES;
import static dev.quarry.internal.buddy.SpanMap.PAGE_SHIFT;
import static dev.quarry.internal.slab.SizeClasses.COUNT;
import static dev.quarry.internal.slab.SlabLayout.CLASS;
import static dev.quarry.internal.slab.SlabLayout.OWNER;
import static dev.quarry.internal.slab.ZoneCalls.CALL;
import static dev.quarry.numa.RawMemory.getInt;
import static dev.quarry.numa.RawMemory.getIntAcquire;

import dev.quarry.internal.buddy.BuddyAllocator;
import dev.quarry.internal.buddy.Extents;
import dev.quarry.internal.buddy.PageAllocator;
import dev.quarry.internal.buddy.PurgeWalk;
import dev.quarry.internal.buddy.SpanMap;
import dev.quarry.internal.event.EventKind;
import dev.quarry.internal.region.Collapse;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongConsumer;

/// Everything that one node's arenas share: its pages, and its [Depot] of slabs that no arena owns.
///
/// All methods take the zone's lock, but those that say otherwise. What can throw or overflow the stack comes before
/// the lock and before the first write ([StackReserve]).
public final class Zone {
    /// In place of a node's id: the OS pages of the zone are spread over several nodes.
    public static final int SPREAD = -1;

    /// Detail of a span that has no span class.
    public static final int DIRECT = 0xFF;

    private static final long REST_NS = 50_000;

    /// How often the lock is tried before a thread parks; once where there is no second processor that could release
    /// it.
    private static final int SPINS = Runtime.getRuntime().availableProcessors() > 1 ? 128 : 1;

    /// How often, and for how long at a time, a purge waits for those that wait for it: together longer than a thread
    /// takes
    /// to wake up.
    private static final int MAX_PAUSES = 20;

    private static final long PAUSE_NS = 50_000;

    private final ReentrantLock lock = new ReentrantLock();
    private final Space space;
    private final int index;
    private final PageAllocator pages;
    private final long base;
    private final long mailbox;
    private final Depot depot;
    private final PurgeWalk trimWalk = new PurgeWalk();
    private final Reclaim reclaim;
    private final Watermarks watermarks;
    private MailRouter router = MailRouter.NOWHERE;
    private volatile int level = Watermarks.ABOVE;
    private volatile boolean hasGrown;

    /// Sends a slab to the mailbox of the arena that owns it.
    public interface MailRouter {
        /// Drops what is sent: there is no arena yet.
        MailRouter NOWHERE = new MailRouter() {
            @Override
            public void send(long slab, int owner) {
                // Nobody to send it to.
            }
        };

        /// Sends.
        /// @param slab  descriptor
        /// @param owner the arena's number
        void send(long slab, int owner);
    }

    Zone(Space space, int index, PageAllocator pages, long mailbox) {
        this.space = space;
        this.index = index;
        this.pages = pages;
        this.base = pages.region().base();
        this.mailbox = mailbox;
        this.depot = new Depot(space, pages);
        this.reclaim = new Reclaim(pages);
        this.watermarks = space.watermarks();
    }

    /// Tells how arenas are reached. Called once, before the first slab is made.
    /// @param router sends mail on
    public void setRouter(MailRouter router) {
        this.router = router;
    }

    /// Takes a slab with free slots for an arena: from the depot, else a new one.
    /// @param sizeClass its class
    /// @param owner     the arena's number, with flags
    /// @return its descriptor; 0 when neither memory nor credit is there
    public long takeSlab(int sizeClass, int owner) {
        StackReserve.ensureForZone();
        enter();
        try {
            collectMail();
            long slab = depot.take(sizeClass, owner);
            if (slab == 0) {
                slab = CALL.make(depot, sizeClass, owner);
                updateLevel();
            }
            return slab;
        } finally {
            lock.unlock();
            pages.region().publishCommits(space.events());
        }
    }

    /// Tells who owns a slab of this zone. No lock: only the owner of before may.
    /// @param slab  descriptor
    /// @param owner the arena's number, with flags
    public void setOwner(long slab, int owner) {
        space.setOwner(slab, owner);
    }

    /// Takes an empty slab out of service.
    /// @param slab descriptor of a slab in no list, with no slot in use
    public void retireSlab(long slab) {
        StackReserve.ensureForZone();
        enter();
        try {
            CALL.release(depot, slab);
            updateLevel();
        } finally {
            lock.unlock();
        }
    }

    /// Takes over a slab whose arena gives it up.
    /// @param slab descriptor of a slab in no list
    public void adoptSlab(long slab) {
        StackReserve.ensureForZone();
        enter();
        try {
            space.setOwner(slab, 0);
            depot.shelve(slab);
        } finally {
            lock.unlock();
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
        enter();
        try {
            long page = CALL.allocate(pages, pageCount, alignOrder);
            if (page == BuddyAllocator.NOTHING) {
                return 0;
            }
            pages.map().setSecond(page, requestedBytes);
            pages.map().setRelease(page, SpanMap.SPAN, spanClass, pageCount);
            updateLevel();
            return base + (page << PAGE_SHIFT) | (pages.lastWasClean() ? 1 : 0);
        } finally {
            lock.unlock();
            pages.region().publishCommits(space.events());
        }
    }

    /// Frees a span that the caller has taken out of service.
    /// @param page      its first page, of state `CACHED`
    /// @param pageCount its length
    public void freeSpan(long page, long pageCount) {
        StackReserve.ensureForZone();
        enter();
        try {
            CALL.free(pages, page, pageCount, pageCount);
            updateLevel();
        } finally {
            lock.unlock();
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
        enter();
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
            updateLevel();
            return true;
        } finally {
            lock.unlock();
            pages.region().publishCommits(space.events());
        }
    }

    /// Moves a span's pages to another span of this zone without copying, and frees the old one.
    /// @param from      first page of the old span, of state `CACHED`
    /// @param to        first page of the new span
    /// @param pageCount length of the old span
    /// @return whether the system did it; if not, nothing has changed
    public boolean moveSpan(long from, long to, long pageCount) {
        StackReserve.ensureForZone();
        enter();
        try {
            if (!pages.region().tryRemap(from << PAGE_SHIFT, to << PAGE_SHIFT, pageCount << PAGE_SHIFT)) {
                return false;
            }
            pages.freeClean(from, pageCount);
            pages.split(to, pageCount);
            updateLevel();
            return true;
        } finally {
            lock.unlock();
        }
    }

    /// Gives memory back to the system: what the decay does not allow to stay, and what growth left behind. As in
    /// [#trim] the lock is free between two pieces, so that a thread which allocates waits for one of them only.
    /// @param nowNs   monotonic time
    /// @param delayNs how long a free page may stay dirty
    /// @return bytes given back
    public long decay(long nowNs, long delayNs) {
        StackReserve.ensureForZone();
        enter();
        try {
            if (space.ledger().isFrozen()) {
                return 0;
            }
            collectMail();
            updateLevel();
            reclaim.look(nowNs, delayNs);
        } finally {
            lock.unlock();
        }
        return purgeInPieces(EventKind.BY_DECAY, Long.MAX_VALUE) + purgeInPieces(EventKind.BY_GROWTH, Long.MAX_VALUE);
    }

    private long purgeInPieces(int why, long mostPages) {
        long startNs = space.events().startNs();
        long purgedPages = 0;
        long piecePages;
        do {
            enter();
            try {
                piecePages = space.ledger().isFrozen() ? 0 : purgePiece(why);
            } finally {
                lock.unlock();
            }
            letOthersIn();
            purgedPages += piecePages;
        } while (piecePages != 0 && purgedPages < mostPages);
        publishPurge(purgedPages << PAGE_SHIFT, why, startNs);
        return purgedPages << PAGE_SHIFT;
    }

    private long purgePiece(int why) {
        return switch (why) {
            case EventKind.BY_DECAY -> reclaim.purgePiece();
            case EventKind.BY_GROWTH -> {
                hasGrown = false;
                yield pages.purgeForGrowth();
            }
            default -> pages.purgePiece(trimWalk, Long.MAX_VALUE);
        };
    }

    /// Gives those that wait for the lock the time to wake up: who took it again at once would leave them waiting.
    private void letOthersIn() {
        for (int pauses = 0; pauses < MAX_PAUSES && lock.hasQueuedThreads(); pauses++) {
            LockSupport.parkNanos(this, PAUSE_NS);
        }
    }

    /// Looks for an extent that is due to be made a huge OS page. The caller does that without the lock, as it takes
    /// long, and then calls [#endCollapse].
    /// @param extents the zone's
    /// @return its first page; [BuddyAllocator#NOTHING] where none is
    long beginCollapse(Extents extents) {
        StackReserve.ensureForZone();
        enter();
        try {
            return space.ledger().isFrozen() ? BuddyAllocator.NOTHING : extents.begin();
        } finally {
            lock.unlock();
        }
    }

    /// Tells what became of it. After a close, which empties the zone under its lock, the pages may be others' already.
    /// @param extents the zone's
    /// @param outcome of the extent
    void endCollapse(Extents extents, Collapse outcome) {
        enter();
        try {
            if (!space.ledger().isFrozen()) {
                extents.end(outcome);
            }
        } finally {
            lock.unlock();
        }
    }

    /// Gives back all that can be: the depot's empty slabs, all dirty pages, and the credit of all clean ones.
    public void trim() {
        StackReserve.ensureForZone();
        purgeInPieces(EventKind.BY_TRIM, startTrim() >>> PAGE_SHIFT);
        giveBackCredit();
    }

    /// Begins a walk; of two trims at the same time each begins the other's anew, and both go on in it.
    /// @return bytes that are to be purged
    private long startTrim() {
        enter();
        try {
            if (space.ledger().isFrozen()) {
                return 0;
            }
            collectMail();
            trimWalk.start(pages.buddy().frontierPages());
            return pages.dirtyFreeBytes();
        } finally {
            lock.unlock();
        }
    }

    /// Of all pages; what was freed since is purged first.
    private void giveBackCredit() {
        long startNs = space.events().startNs();
        long purgedPages;
        enter();
        try {
            if (space.ledger().isFrozen()) {
                return;
            }
            purgedPages = pages.purge(Long.MAX_VALUE);
            pages.uncommitClean();
            updateLevel();
        } finally {
            lock.unlock();
        }
        publishPurge(purgedPages << PAGE_SHIFT, EventKind.BY_TRIM, startNs);
    }

    private void publishPurge(long purgedBytes, int why, long startNs) {
        if (purgedBytes != 0) {
            space.events().publishSince(EventKind.PURGE, node(), purgedBytes, why, startNs);
        }
    }

    /// Turns free pages into credit, for another zone or for a larger block: the least that will do.
    /// @param wantedBytes how much
    /// @return how much it was; less than wanted where there is no more, or the system refuses
    public long giveBack(long wantedBytes) {
        if (wantedBytes <= 0) {
            return 0;
        }
        StackReserve.ensureForZone();
        enter();
        try {
            if (space.ledger().isFrozen()) {
                return 0;
            }
            collectMail();
            long pagesGiven = pages.giveBack(wantedBytes + PAGE_BYTES - 1 >>> PAGE_SHIFT);
            updateLevel();
            return pagesGiven << PAGE_SHIFT;
        } finally {
            lock.unlock();
        }
    }

    /// {@return bytes of free pages that are committed} Exact under [#locked].
    public long freeBytes() {
        return pages.buddy().freeCommittedPages() << PAGE_SHIFT;
    }

    /// {@return bytes that could be handed out: own free pages, and credit that nobody has} Exact under [#locked].
    public long availableBytes() {
        return space.ledger().leftBytes() + freeBytes();
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
        return level;
    }

    /// Takes the lock. What is done under it takes a microsecond or two, mostly, and a thread that parks comes back
    /// after tens of them, or where many threads want the processors after milliseconds: so it tries for a moment
    /// first.
    private void enter() {
        for (int tries = 0; tries < SPINS; tries++) {
            if (lock.tryLock()) {
                return;
            }
            Thread.onSpinWait();
        }
        lock.lock();
    }

    /// {@return whether so much was taken fresh beside dirty pages that maintenance should come now} No lock.
    public boolean hasGrown() {
        return hasGrown;
    }

    private void updateLevel() {
        if (!hasGrown && pages.isGrowthDue()) {
            hasGrown = true;
        }
        int before = level;
        int now = watermarks.level(availableBytes(), before);
        if (now != before) {
            level = now;
            if (now == Watermarks.ABOVE || before == Watermarks.ABOVE) {
                space.addShortZones(now == Watermarks.ABOVE ? -1 : 1);
            }
        }
    }

    /// Gives all contents back to the system, for good.
    /// @return whether the system did it
    public boolean tryEmpty() {
        StackReserve.ensureForZone();
        enter();
        try {
            return pages.tryEmpty();
        } finally {
            lock.unlock();
        }
    }

    /// Reads the zone's mail: slabs that lie here get their remote frees, others are sent on.
    public void deliverMail() {
        if (!Mailbox.isEmpty(mailbox)) {
            StackReserve.ensureForZone();
            enter();
            try {
                collectMail();
            } finally {
                lock.unlock();
            }
        }
    }

    /// {@return whether slabs with remote frees wait for the zone} No lock.
    public boolean hasMail() {
        return !Mailbox.isEmpty(mailbox);
    }

    /// {@return the address of the zone's mailbox} No lock.
    public long mailbox() {
        return mailbox;
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
        enter();
        try {
            action.run();
        } finally {
            lock.unlock();
        }
    }

    /// Calls a visitor with each slab's descriptor. Under [#locked].
    /// @param visitor called in the order of addresses
    public void forEachSlab(LongConsumer visitor) {
        forEachSpan((page, word) -> {
            if (SpanMap.state(word) == SpanMap.SLAB) {
                visitor.accept(space.slabAt(base - space.base + (page << PAGE_SHIFT)));
            }
        });
    }

    /// Visits the records of a zone.
    public interface SpanVisitor {
        /// One record.
        /// @param page first page
        /// @param word word 0 of its record
        void visit(long page, long word);
    }

    /// Calls a visitor with each span, slab and free block. Under [#locked].
    /// @param visitor called in the order of addresses
    public void forEachSpan(SpanVisitor visitor) {
        long frontier = pages.buddy().frontierPages();
        for (long page = 0; page < frontier; ) {
            long word = pages.map().wordAcquire(page);
            visitor.visit(page, word);
            page += Math.max(1, SpanMap.pages(word));
        }
    }

    /// The same without the lock, which is taken again and again for a part of them: what changes in between is seen
    /// as it was, or as it is, or not at all.
    /// @param visitor called in the order of addresses, under the lock
    /// @param spans   how many are visited before the lock is let go
    public void forEachSpanInSlices(SpanVisitor visitor, int spans) {
        StackReserve.ensureForZone();
        long page = 0;
        do {
            enter();
            try {
                page = visitSlice(visitor, page, spans);
            } finally {
                lock.unlock();
            }
            if (lock.hasQueuedThreads()) {
                // Without a moment's rest this thread would have the lock again before the next one is awake.
                LockSupport.parkNanos(REST_NS);
            }
        } while (page >= 0);
    }

    /// {@return the page to go on from; -1 at the end} A page that starts nothing any more lies in what was merged in
    /// between; the next one that starts something comes after it.
    private long visitSlice(SpanVisitor visitor, long first, int spans) {
        long frontier = pages.buddy().frontierPages();
        long page = first;
        for (int visited = 0; page < frontier && visited < spans; visited++) {
            long word = pages.map().wordAcquire(page);
            visitor.visit(page, word);
            page += Math.max(1, SpanMap.pages(word));
        }
        return page < frontier ? page : -1;
    }

    /// Walks the zone at rest.
    /// @return slots lost to stack overflows
    /// @throws IllegalStateException naming the first invariant that does not hold
    public int verify() {
        int[] lost = new int[1];
        locked(() -> {
            pages.verify();
            int[] counted = new int[COUNT];
            forEachSlab(slab -> {
                lost[0] += Slabs.verify(slab);
                space.verifyFrames(slab);
                counted[getInt(slab + CLASS)]++;
            });
            depot.verifyCounts(counted, index);
        });
        return lost[0];
    }

    private void collectMail() {
        long slab = Mailbox.isEmpty(mailbox) ? 0 : Mailbox.takeAll(mailbox);
        while (slab != 0) {
            long next = Mailbox.next(slab);
            int owner = getIntAcquire(slab + OWNER) & SlabLayout.OWNER_MASK;
            if (owner != 0) {
                router.send(slab, owner);
            } else {
                depot.collect(slab);
            }
            slab = next;
        }
    }
}
