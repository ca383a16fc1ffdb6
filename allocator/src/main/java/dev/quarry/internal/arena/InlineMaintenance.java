// SPDX-License-Identifier: Apache-2.0
package dev.quarry.internal.arena;

import dev.quarry.internal.slab.Space;
import dev.quarry.internal.slab.StackReserve;
import java.util.concurrent.atomic.AtomicLong;

/// The pool's tick, run by whichever allocating thread comes to a slow path when it is due
/// ([dev.quarry.MaintenanceMode#INLINE]).
///
/// Called where a slow path begins, so nothing of the caller's arena is in flight; a stripe that the caller holds is
/// worked on as well. A thread whose stack is nearly used up leaves the tick to another.
///
/// Thread-safe. Cost: one reading of the clock a slow path; the tick itself once a period, by one thread.
final class InlineMaintenance {
    private final ArenaPool pool;
    private final Space space;
    private final long tickNs;
    private final AtomicLong dueNs;

    InlineMaintenance(ArenaPool pool, Space space) {
        this.pool = pool;
        this.space = space;
        this.tickNs = space.config().maintenanceTickNs();
        this.dueNs = new AtomicLong(space.os().nanoTime() + tickNs);
    }

    void tickIfDue() {
        long nowNs = space.os().nanoTime();
        long due = dueNs.get();
        if (nowNs - due >= 0 && StackReserve.sufficesForArena() && dueNs.compareAndSet(due, nowNs + tickNs)) {
            pool.tick(nowNs, space.config().purgeDelayNs());
        }
    }
}
