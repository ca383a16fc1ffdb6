// SPDX-License-Identifier: Apache-2.0
package dev.quarry.micrometer;

import dev.quarry.AllocatorStats;
import dev.quarry.OffHeapAllocator;
import io.micrometer.core.instrument.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.ToLongFunction;

/// The snapshots that one registry's meters read.
///
/// A registry reads its meters one by one and tells nobody when it starts. So a new snapshot is made when a meter asks
/// that has read the current one: then the registry has begun a new round. All other meters of that round get the same
/// one, and their values fit together. A meter that comes late in an old round gets a new snapshot as well.
///
/// Thread-safe.
final class Snapshots {
    /// The number before the first snapshot's.
    static final long NONE = -1;

    /// Longer than a registry takes to read its meters, and shorter than any interval at which it is asked to.
    private static final long MAX_AGE_NS = TimeUnit.SECONDS.toNanos(1);

    private final OffHeapAllocator allocator;
    private final Clock clock;

    /// Held so that counters, which hold their readings weakly, never lose them.
    private final List<Reading> readings = new ArrayList<>();

    private Snapshot current;

    Snapshots(OffHeapAllocator allocator, Clock clock) {
        this.allocator = allocator;
        this.clock = clock;
        // Read by nobody: the first round makes the first one.
        this.current = new Snapshot(NONE, clock.monotonicTime(), allocator.stats(), true);
    }

    /// @param isCurrent false if the allocator is closed; then the statistics are the last ones
    record Snapshot(long number, long takenNs, AllocatorStats stats, boolean isCurrent) {}

    synchronized Reading reading(ToLongFunction<AllocatorStats> value) {
        Reading reading = new Reading(this, value);
        readings.add(reading);
        return reading;
    }

    /// {@return a young snapshot that comes after the one that the caller has seen}
    /// @param seen the number of that, or [#NONE]
    synchronized Snapshot after(long seen) {
        long nowNs = clock.monotonicTime();
        if (current.number <= seen || nowNs - current.takenNs > MAX_AGE_NS) {
            current = take(current.number + 1, nowNs);
        }
        return current;
    }

    private Snapshot take(long number, long nowNs) {
        try {
            return new Snapshot(number, nowNs, allocator.stats(), true);
        } catch (IllegalStateException closed) {
            return new Snapshot(number, nowNs, current.stats, false);
        }
    }
}
