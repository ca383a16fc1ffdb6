// SPDX-License-Identifier: Apache-2.0
package dev.quarry.internal.arena;

import dev.quarry.MaintenanceMode;
import dev.quarry.internal.slab.Space;
import dev.quarry.internal.slab.StackReserve;
import dev.quarry.internal.slab.Watermarks;
import dev.quarry.internal.slab.Zone;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/// What an allocating thread does for the whole when it comes to a slow path:
///
/// - with [MaintenanceMode#INLINE], the tick when it is due; else it brings a maintenance agent back that has died, and
///   ticks in the place of one that is stuck;
/// - its own arena's idle lists go back when a period has ended, as no other thread may touch them;
/// - when zones are short it wakes the agent, and below the lowest watermark it reclaims by itself first.
///
/// Called where a slow path begins, so nothing of the caller's arena is in flight; a stripe that the caller holds is
/// worked on as well. A thread whose stack is nearly used up leaves the work to another.
///
/// Thread-safe. Cost: three reads a slow path; the clock is asked on each one with inline maintenance or while a zone
/// is short, else on every 64th.
public final class Upkeep {
    private static final int STALL_TICKS = 20;
    private static final long MIN_STALL_NS = 5_000_000_000L;
    private static final int CLOCK_EVERY = 64;

    /// A power of two.
    static final int SPANS_A_LOOK = 16;

    /// How long a direct reclaim may take before it leaves the rest to others.
    static final long DIRECT_NS = 1_000_000;

    private static final long MIN_BACKOFF_NS = 1_000_000;
    private static final long MAX_BACKOFF_NS = 250_000_000;
    private static final long BUSY = Long.MIN_VALUE;

    private final ArenaPool pool;
    private final Space space;
    private final boolean inline;
    private final long tickNs;
    private final long stallNs;
    private final AtomicLong dueNs;
    private final AtomicLong directDueNs;
    private final AtomicLong directReclaims = new AtomicLong();
    private volatile Keeper keeper = Keeper.NOBODY;
    private volatile boolean wakened;
    private final AtomicLong periodEndNs;
    private final AtomicInteger period = new AtomicInteger();
    private long directBackoffNs = MIN_BACKOFF_NS;

    Upkeep(ArenaPool pool, Space space) {
        this.pool = pool;
        this.space = space;
        this.inline = space.config().maintenance() == MaintenanceMode.INLINE;
        this.tickNs = space.config().maintenanceTickNs();
        this.stallNs = Math.max(MIN_STALL_NS, tickNs * STALL_TICKS);
        long nowNs = space.os().nanoTime();
        this.dueNs = new AtomicLong(nowNs + (inline ? tickNs : stallNs));
        this.directDueNs = new AtomicLong(nowNs);
        this.periodEndNs = new AtomicLong(nowNs);
    }

    /// Tells who runs the maintenance.
    /// @param keeper from now on
    public void keptBy(Keeper keeper) {
        this.keeper = keeper;
    }

    /// A thread is about to have an arena: there will be something to do.
    void stir() {
        keeper.stir();
    }

    /// A round of maintenance begins. Where a period has ended, each arena gives back what lay idle through it when it
    /// next comes to a slow path.
    /// @param nowNs    monotonic time
    /// @param periodNs how long a period is
    void beginRound(long nowNs, long periodNs) {
        wakened = false;
        if (!inline) {
            dueNs.set(nowNs + stallNs);
        }
        long endNs = periodEndNs.get();
        if (nowNs - endNs >= 0 && periodEndNs.compareAndSet(endNs, nowNs + periodNs)) {
            period.incrementAndGet();
        }
    }

    /// {@return how often an allocating thread had to reclaim, below the lowest watermark}
    public long directReclaims() {
        return directReclaims.get();
    }

    /// A span may be in the arena's lookaside list, and is found there in less time than the rest of this takes: so
    /// that is done with one in [#SPANS_A_LOOK]. Where it has to come from the zone, [#onSlowPath] is called as well.
    void onSpan(Arena arena) {
        if (inline || (arena.spans().mallocs() & SPANS_A_LOOK - 1) == 0) {
            onSlowPath(arena);
        }
    }

    void onSlowPath(Arena arena) {
        if (inline || arena.countSlowPath() % CLOCK_EVERY == 0) {
            tickIfDue();
        }
        if (!keeper.isAlive() && StackReserve.sufficesForArena()) {
            keeper.restart();
        }
        arena.observePeriod(period.get());
        if (space.shortZones() != 0) {
            onShortage(arena);
        }
        if (arena.zone().hasGrown()) {
            wake();
        }
    }

    private void wake() {
        if (!wakened) {
            wakened = true;
            keeper.wake();
        }
    }

    /// Inline it is the tick; else the agent has not been heard of for so long that somebody must do its work.
    private void tickIfDue() {
        long nowNs = space.os().nanoTime();
        long due = dueNs.get();
        long nextNs = nowNs + (inline ? tickNs : stallNs);
        if (nowNs - due >= 0
                && (inline || keeper != Keeper.NOBODY)
                && StackReserve.sufficesForArena()
                && dueNs.compareAndSet(due, nextNs)) {
            pool.tick(nowNs, space.config().purgeDelayNs());
        }
    }

    private void onShortage(Arena arena) {
        wake();
        Zone zone = arena.zone();
        if (zone.level() == Watermarks.MIN && StackReserve.sufficesForArena()) {
            reclaimDirectly(arena, zone);
        }
    }

    /// One thread at a time, and after a vain attempt nobody for a while.
    private void reclaimDirectly(Arena arena, Zone zone) {
        long startNs = space.os().nanoTime();
        long due = directDueNs.get();
        if (due == BUSY || startNs - due < 0 || !directDueNs.compareAndSet(due, BUSY)) {
            return;
        }
        try {
            directReclaims.incrementAndGet();
            arena.trim();
            pool.reclaim().reclaimFor(zone, space.watermarks().lowBytes(), startNs + DIRECT_NS);
        } finally {
            boolean inVain = zone.level() == Watermarks.MIN;
            directBackoffNs = inVain ? Math.min(directBackoffNs * 2, MAX_BACKOFF_NS) : MIN_BACKOFF_NS;
            directDueNs.set(space.os().nanoTime() + directBackoffNs);
        }
    }
}
