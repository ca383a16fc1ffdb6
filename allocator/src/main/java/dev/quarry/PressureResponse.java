// SPDX-License-Identifier: Apache-2.0
package dev.quarry;

import dev.quarry.internal.arena.ArenaPool;
import dev.quarry.internal.slab.Space;
import org.jspecify.annotations.Nullable;

/// What one allocator does about the pressure that is read for its whole tree: how long free pages may stay, how much
/// lookaside lists may keep, and when everything goes.
///
/// Thread-safe.
final class PressureResponse {
    /// The part of the purge delay that is left under moderate pressure.
    private static final int MODERATE_DELAY_PART = 4;

    private static final int MODERATE_LOOKASIDE_PART = 2;

    private final AllocatorConfig config;
    private final ArenaPool pool;
    private final Reclaimer reclaimer;
    private final PressureMonitor monitor;
    private final boolean isRoot;

    /// The reading at which everything was given back last. Of threads that see the same one several may do it.
    private volatile long shedAtReading;

    /// @param parent null for the root of a tree
    PressureResponse(
            AllocatorConfig config,
            Space space,
            ArenaPool pool,
            Reclaimer reclaimer,
            @Nullable PressureResponse parent) {
        this.config = config;
        this.pool = pool;
        this.reclaimer = reclaimer;
        this.isRoot = parent == null;
        this.monitor = parent == null ? new PressureMonitor(config, space) : parent.monitor;
    }

    /// {@return who reads}
    PressureMonitor monitor() {
        return monitor;
    }

    /// Does what the level asks for, as a part of the maintenance; the root of a tree lets the level be read first.
    /// @param nowNs monotonic time
    /// @return how long a free page may stay dirty now, in nanoseconds
    long respond(long nowNs) {
        if (isRoot) {
            monitor.poll(nowNs);
        }
        Pressure level = monitor.level();
        long reading = monitor.readings();
        pool.limitLookaside(lookasideBytes(level));
        if (level == Pressure.SEVERE && shedAtReading != reading) {
            shedAtReading = reading;
            reclaimer.shed();
        }
        return purgeDelayNs(level);
    }

    private long purgeDelayNs(Pressure level) {
        return switch (level) {
            case NORMAL -> config.purgeDelayNs();
            case MODERATE -> config.purgeDelayNs() / MODERATE_DELAY_PART;
            case SEVERE -> 0;
        };
    }

    private long lookasideBytes(Pressure level) {
        return switch (level) {
            case NORMAL -> config.lookasideLimitBytes();
            case MODERATE -> config.lookasideLimitBytes() / MODERATE_LOOKASIDE_PART;
            case SEVERE -> 0;
        };
    }
}
