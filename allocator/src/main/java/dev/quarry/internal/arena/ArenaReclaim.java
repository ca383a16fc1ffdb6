// SPDX-License-Identifier: Apache-2.0
package dev.quarry.internal.arena;

import dev.quarry.internal.slab.Space;
import dev.quarry.internal.slab.StackReserve;
import dev.quarry.internal.slab.Zone;
import org.jspecify.annotations.Nullable;

/// Gives back memory that nobody uses: what the caller's arena, arenas without a thread and stripes keep, and free
/// pages of zones. Who decides when is outside: the maintenance, a call that finds none, the user.
///
/// Thread-safe.
public final class ArenaReclaim {
    /// Where memory is short a thread counts as idle after so many ticks.
    private static final int SHORTAGE_IDLE_TICKS = 2;

    /// How long one round of background reclaim may take for a zone.
    private static final long BACKGROUND_NS = 50_000_000;

    private final ArenaPool pool;
    private final Space space;
    private final Stripes stripes;

    ArenaReclaim(ArenaPool pool, Space space, Stripes stripes) {
        this.pool = pool;
        this.space = space;
        this.stripes = stripes;
    }

    /// Gives back what the caller's arena, idle arenas, stripes and zones hold without use.
    /// @param own the calling thread's; null if it has none
    public void trim(@Nullable Arena own) {
        StackReserve.ensureForArena();
        // Twice: what one of them sends home in the first round, another collects in the second.
        trimArenas(own);
        trimArenas(own);
        for (Zone zone : space.zones()) {
            zone.trim();
        }
    }

    /// Gives back what nobody uses, as far as a call wants it: what stripes and arenas without a thread keep, and free
    /// pages.
    /// @param wantedBytes what the call wants
    /// @param own         the caller's arena; null if it has none
    public void reclaim(long wantedBytes, @Nullable Arena own) {
        StackReserve.ensureForArena();
        trimArenas(own);
        trimArenas(own);
        for (Zone zone : space.zones()) {
            zone.giveBack(wantedBytes);
        }
    }

    /// Takes the arenas of all threads that wait for something, however short they have been idle.
    public void adoptWaiting() {
        StackReserve.ensureForArena();
        pool.adoptIdle(space.os().nanoTime(), 0);
    }

    /// Makes memory available to a zone in the background: idle threads' arenas, then as the other one.
    /// @param zone        that is short
    /// @param targetBytes how much it should have available
    public void reclaimFor(Zone zone, long targetBytes) {
        StackReserve.ensureForArena();
        long nowNs = space.os().nanoTime();
        long idleNs = SHORTAGE_IDLE_TICKS * space.config().maintenanceTickNs();
        pool.adoptIdle(nowNs, idleNs);
        pool.carriers().takeBackIdle(nowNs, idleNs);
        reclaimFor(zone, targetBytes, nowNs + BACKGROUND_NS);
    }

    /// Makes memory available to a zone, from what nobody uses: arenas without a thread and stripes first, then other
    /// zones' free pages. Waits for no lock but zones'.
    /// @param zone        that is short
    /// @param targetBytes how much it should have available
    /// @param deadlineNs  monotonic time at which the rest is left
    void reclaimFor(Zone zone, long targetBytes, long deadlineNs) {
        boolean more = true;
        while (more && zone.availableBytes() < targetBytes && isBefore(deadlineNs)) {
            more = pool.tryAdoptOneEnded();
        }
        if (zone.availableBytes() < targetBytes && isBefore(deadlineNs)) {
            stripes.forEachFree(Arena::trim);
        }
        for (Zone other : space.zones()) {
            if (other != zone && isBefore(deadlineNs)) {
                other.giveBack(targetBytes - zone.availableBytes());
            }
        }
        zone.deliverMail();
    }

    /// {@return a sum that changes, mostly, when there is memory to get back that was not there before} No lock.
    public long signature() {
        long sum = 31 * stripes.activity() + pool.carriers().activity();
        for (Zone zone : space.zones()) {
            sum = 31 * sum + zone.availableBytes() + (zone.hasMail() ? 1 : 0);
        }
        return sum;
    }

    private boolean isBefore(long deadlineNs) {
        return space.os().nanoTime() - deadlineNs < 0;
    }

    private void trimArenas(@Nullable Arena own) {
        if (own != null) {
            own.trim();
        }
        pool.carriers().takeBackAll();
        pool.adoptEnded();
        stripes.forEachFree(Arena::trim);
    }
}
