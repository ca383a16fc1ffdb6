// SPDX-License-Identifier: Apache-2.0
package dev.quarry.micrometer;

import dev.quarry.AllocatorStats;
import java.util.function.ToLongFunction;

/// What one meter reads. Thread-safe.
final class Reading {
    private final Snapshots snapshots;
    private final ToLongFunction<AllocatorStats> value;

    /// The number of the snapshot that was read last; guarded by this reading.
    private long seen = Snapshots.NONE;

    Reading(Snapshots snapshots, ToLongFunction<AllocatorStats> value) {
        this.snapshots = snapshots;
        this.value = value;
    }

    /// {@return the value of a gauge: NaN once the allocator is closed}
    double now() {
        Snapshots.Snapshot snapshot = next();
        return snapshot.isCurrent() ? value.applyAsLong(snapshot.stats()) : Double.NaN;
    }

    /// {@return the value of a counter: what it was last once the allocator is closed}
    double latest() {
        return value.applyAsLong(next().stats());
    }

    private synchronized Snapshots.Snapshot next() {
        Snapshots.Snapshot snapshot = snapshots.after(seen);
        seen = snapshot.number();
        return snapshot;
    }
}
