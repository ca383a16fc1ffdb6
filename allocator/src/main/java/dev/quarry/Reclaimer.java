// SPDX-License-Identifier: Apache-2.0
package dev.quarry;

import dev.quarry.internal.arena.Arena;
import dev.quarry.internal.arena.ArenaPool;
import dev.quarry.internal.event.EventHub;
import dev.quarry.internal.event.EventKind;
import dev.quarry.internal.slab.Space;
import dev.quarry.internal.slab.Watermarks;
import dev.quarry.internal.slab.Zone;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// Gets memory back for calls that found none, and in the background before that happens.
///
/// A call that found none goes through stages and tries again after each: what its own arena keeps; what stripes,
/// ended threads and free pages hold; what caches and [Shrinker]s of the service give up; what parent, siblings and
/// children have free. One thread at a time does the second and third. When all of that was in vain and nothing has
/// changed since, nobody does it again for a moment: many threads that fail must not each pay for a walk that frees
/// nothing.
///
/// Thread-safe. No lock of the allocator is held while the service's code runs.
final class Reclaimer {
    /// What the calling thread's own arena keeps.
    static final int OWN = 0;

    /// What nobody uses: stripes, arenas without a thread, free pages.
    static final int SHARED = 1;

    /// What caches above the allocator keep; and then every free page.
    static final int SERVICES = 2;

    /// What relatives hold without use, where it is the limit of one above that refuses.
    static final int FAMILY = 3;

    /// How many stages there are.
    static final int STAGES = 4;

    private static final long WAIT_NS = 20_000_000;
    private static final long VAIN_NS = 1_000_000;
    private static final int VAIN_CALLS = 64;

    /// The part of the limit that makes free pages plenty.
    private static final int PLENTY_PART = 8;

    /// Every free page is given back again after so many times of what it took.
    private static final int TRIM_PAUSE_FACTOR = 10;

    /// Rounds of background reclaim that are left out after one in vain, at most.
    private static final int MAX_REST_ROUNDS = 8;

    private final Lifecycle lifecycle;
    private final Space space;
    private final ArenaPool pool;
    private final BlockCaches caches;
    private final Shrinkers shrinkers;
    private final ReentrantLock reclaiming = new ReentrantLock();
    private volatile Vain vain = new Vain(0, 0, VAIN_CALLS);
    private volatile Trim lastTrim = new Trim(0, 0);
    private int restRounds;
    private int nextRestRounds = 1;
    private @Nullable ThreadHandles handles;

    /// When everything was given back last, by which thread, and when that is to be done again for another one.
    private record Trim(long threadId, long nextNs) {}

    /// A reclaim that freed nothing: when, what the allocator looked like, and how many calls have relied on it.
    private static final class Vain {
        final long signature;
        final long atNs;
        int calls;

        Vain(long signature, long atNs, int calls) {
            this.signature = signature;
            this.atNs = atNs;
            this.calls = calls;
        }
    }

    Reclaimer(Lifecycle lifecycle, Space space, ArenaPool pool, BlockCaches caches, Shrinkers shrinkers) {
        this.lifecycle = lifecycle;
        this.space = space;
        this.pool = pool;
        this.caches = caches;
        this.shrinkers = shrinkers;
    }

    /// Tells where a thread's arena is found. Called once, before the first reclaim.
    /// @param threads who has which arena
    void knowing(ThreadHandles threads) {
        handles = threads;
    }

    /// Runs one stage for a call that found no memory.
    /// @param stage       which
    /// @param handle      the caller's
    /// @param wantedBytes what the call wants
    /// @return whether it is worth trying again
    boolean run(int stage, LocalArena handle, long wantedBytes) {
        if (stage == OWN) {
            if (handle.isDirect()) {
                handle.arena.trim();
            }
            return handle.isDirect();
        }
        if (stage == FAMILY) {
            Family family = lifecycle.family();
            return family != null && family.reclaimForCredit(wantedBytes);
        }
        return stage == SHARED ? tryShared(handle, wantedBytes) : tryServices(handle, wantedBytes);
    }

    /// Where another thread is at it, waiting for it is worth while only if there is plenty for both.
    private boolean tryShared(LocalArena handle, long wantedBytes) {
        if (isVain() || reclaiming.isHeldByCurrentThread()) {
            return false;
        }
        if (hasPlenty(wantedBytes) ? lock() : reclaiming.tryLock()) {
            try {
                reclaim(SHARED, arenaOf(handle), wantedBytes);
            } finally {
                reclaiming.unlock();
            }
        }
        return true;
    }

    /// What services can give up does not show in what the allocator looks like: they are asked each time, and who
    /// finds another asking waits for what that gets, a moment.
    private boolean tryServices(LocalArena handle, long wantedBytes) {
        boolean asks = !(caches.isEmpty() && shrinkers.isEmpty());
        if (reclaiming.isHeldByCurrentThread()
                || !asks && (isVain() || isTrimmedByOthers() && !hasPlenty(wantedBytes))) {
            return false;
        }
        if (asks || hasPlenty(wantedBytes) ? !lock() : !reclaiming.tryLock()) {
            return false;
        }
        try {
            long startNs = space.os().nanoTime();
            reclaim(SERVICES, arenaOf(handle), wantedBytes);
            long endNs = space.os().nanoTime();
            lastTrim = new Trim(Thread.currentThread().threadId(), endNs + TRIM_PAUSE_FACTOR * (endNs - startNs));
            return true;
        } finally {
            reclaiming.unlock();
        }
    }

    /// Whether a good part of the memory is free, but in pieces, or in a zone that does not need it: then it would be
    /// wrong to fail only because another thread is about to put it in order. At the limit, where it is live blocks
    /// that fill the memory, waiting would only make each of many failures slow.
    private boolean hasPlenty(long wantedBytes) {
        long freeBytes = 0;
        for (Zone zone : space.zones()) {
            freeBytes += zone.freeBytes();
        }
        return freeBytes >= Math.max(wantedBytes, space.ledger().limitBytes() / PLENTY_PART);
    }

    /// Whether another thread has just given back every free page. That takes long, and where many threads fail one
    /// after the other it would keep them all from the zones' locks.
    private boolean isTrimmedByOthers() {
        Trim last = lastTrim;
        return last.threadId() != Thread.currentThread().threadId()
                && space.os().nanoTime() - last.nextNs() < 0;
    }

    private boolean lock() {
        try {
            return reclaiming.tryLock(WAIT_NS, TimeUnit.NANOSECONDS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return reclaiming.tryLock();
        }
    }

    private static @Nullable Arena arenaOf(LocalArena handle) {
        return handle.isDirect() ? handle.arena : null;
    }

    private void reclaim(int stage, @Nullable Arena own, long wantedBytes) {
        EventHub events = space.events();
        long startNs = events.startNs();
        long before = space.ledger().committedBytes();
        if (stage == SHARED) {
            // Beyond the block there may be records to make for it.
            pool.reclaim().reclaim(wantedBytes + space.config().commitGranuleBytes(), own);
        } else {
            caches.reclaim();
            // Room for rounding, and for the records of what is handed out.
            shrinkers.shrink(wantedBytes + space.config().commitGranuleBytes());
            pool.reclaim().trim(own);
        }
        long freedBytes = before - space.ledger().committedBytes();
        events.publishSince(EventKind.RECLAIM, EventHub.ANY_NODE, freedBytes, wantedBytes, startNs);
    }

    /// A call has failed although everything was reclaimed.
    void failed() {
        if (!isVain()) {
            vain = new Vain(pool.reclaim().signature(), space.os().nanoTime(), 0);
        }
    }

    /// Racy, and may be: at worst one thread more walks, or one call more relies on the last walk.
    private boolean isVain() {
        Vain last = vain;
        return ++last.calls < VAIN_CALLS
                && space.os().nanoTime() - last.atNs < VAIN_NS
                && pool.reclaim().signature() == last.signature;
    }

    /// Gives back what the caller's arena, stripes, caches and the arenas of threads that wait keep, and every free
    /// page.
    void trim(LocalArena handle) {
        caches.reclaim();
        pool.reclaim().adoptWaiting();
        pool.reclaim().trim(arenaOf(handle));
    }

    /// The same for a relative in need; threads keep their arenas.
    void trimForRelative(LocalArena handle) {
        caches.reclaim();
        pool.reclaim().trim(arenaOf(handle));
    }

    /// Gives back all that can go without its thread, because memory is short around the process. The maintenance only.
    void shed() {
        giveUp(Long.MAX_VALUE);
        pool.reclaim().trim(null);
    }

    /// One round of background reclaim: below the low watermark, up to the high one. The maintenance only.
    /// @return how many zones were short
    int background() {
        if (space.shortZones() == 0) {
            restRounds = 0;
            nextRestRounds = 1;
            return 0;
        }
        if (restRounds > 0) {
            restRounds--;
            return 0;
        }
        int shortBefore = 0;
        for (Zone zone : space.zones()) {
            long missingBytes = space.watermarks().highBytes() - zone.availableBytes();
            if (zone.level() != Watermarks.ABOVE && missingBytes > 0) {
                shortBefore++;
                relieve(zone, missingBytes);
            }
        }
        if (space.shortZones() == 0) {
            nextRestRounds = 1;
        } else {
            restRounds = nextRestRounds;
            nextRestRounds = Math.min(nextRestRounds * 2, MAX_REST_ROUNDS);
        }
        return shortBefore;
    }

    private void relieve(Zone zone, long missingBytes) {
        EventHub events = space.events();
        long startNs = events.startNs();
        long before = zone.availableBytes();
        long targetBytes = space.watermarks().highBytes();
        pool.reclaim().reclaimFor(zone, targetBytes);
        if (zone.availableBytes() < targetBytes) {
            giveUp(missingBytes);
            pool.reclaim().reclaimFor(zone, targetBytes);
        }
        events.publishSince(EventKind.RECLAIM, zone.node(), zone.availableBytes() - before, missingBytes, startNs);
    }

    /// Lets caches and services give up blocks.
    /// @param wantedBytes about how much
    /// @return how much shrinkers say that they have freed
    long giveUp(long wantedBytes) {
        if (!reclaiming.tryLock()) {
            return 0;
        }
        try {
            caches.reclaim();
            long freedBytes = shrinkers.shrink(wantedBytes);
            trimOwn();
            return freedBytes;
        } finally {
            reclaiming.unlock();
        }
    }

    /// What services free lies in the arena of the thread that called them, which may never come to a slow path.
    private void trimOwn() {
        Arena own = handles == null ? null : arenaOf(handles.known());
        if (own != null) {
            own.trim();
        }
    }
}
