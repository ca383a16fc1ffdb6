// SPDX-License-Identifier: Apache-2.0
package dev.quarry;

import dev.quarry.internal.event.EventHub;
import dev.quarry.internal.event.EventKind;
import dev.quarry.internal.slab.Space;
import dev.quarry.numa.MemoryGauge;
import dev.quarry.numa.MemoryReading;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/// Asks the system how short memory is, as a part of the maintenance, and tells listeners. One for a tree of
/// allocators, of its root; what each of them does about it is its [PressureResponse].
///
/// The gauge is made and read first when the allocator is a second old, so that short processes do not pay for it; then
/// once a second, and four times as often while memory is short or nearly so.
///
/// Thread-safe. Of several threads that poll at a moment one does; the others go on.
final class PressureMonitor {
    /// Between two readings while memory is plenty.
    static final long PERIOD_NS = 1_000_000_000;

    /// Between two readings while it is not.
    static final long SHORT_PERIOD_NS = PERIOD_NS / 4;

    private final AllocatorConfig config;
    private final Space space;
    private final PressureListeners listeners = new PressureListeners();
    private final AtomicBoolean isPolling = new AtomicBoolean();
    private volatile Pressure level = Pressure.NORMAL;
    private volatile MemoryReading lastReading = MemoryReading.NOTHING;
    private volatile long readings;

    /// Of whoever polls, from here on.
    private long dueNs;

    private long readingsSoFar;
    private @Nullable MemoryGauge gauge;
    private @Nullable PressureLevels levels;

    PressureMonitor(AllocatorConfig config, Space space) {
        this.config = config;
        this.space = space;
        this.dueNs = space.os().nanoTime() + PERIOD_NS;
    }

    Pressure level() {
        return level;
    }

    /// {@return what the system told last}
    MemoryReading lastReading() {
        return lastReading;
    }

    /// {@return how often it has read}
    long readings() {
        return readings;
    }

    PressureListeners listeners() {
        return listeners;
    }

    /// Reads if it is time to. The caller holds no lock, since listeners are called.
    /// @param nowNs monotonic time
    void poll(long nowNs) {
        if (config.pressure() && isPolling.compareAndSet(false, true)) {
            try {
                if (nowNs - dueNs >= 0) {
                    read(nowNs);
                }
            } finally {
                isPolling.set(false);
            }
        }
    }

    private void read(long nowNs) {
        if (gauge == null || levels == null) {
            gauge = space.os().memoryGauge();
            levels = new PressureLevels(config.pressureModeratePercent(), config.pressureSeverePercent());
        }
        MemoryReading reading = gauge.read();
        Pressure now = levels.next(reading, ownPermille(), nowNs);
        dueNs = nowNs + (levels.isNear() ? SHORT_PERIOD_NS : PERIOD_NS);
        boolean isChange = now != level;
        lastReading = reading;
        level = now;
        readings = ++readingsSoFar;
        if (isChange) {
            long usedBytes = reading.usedBytes() >= 0
                    ? reading.usedBytes()
                    : space.ledger().committedBytes();
            space.events().publish(EventKind.PRESSURE, EventHub.ANY_NODE, usedBytes, now.number(), 0);
        }
        listeners.tell(now, space::note);
    }

    private int ownPermille() {
        return (int) (space.ledger().committedBytes() / (config.limitBytes() / 1000.0));
    }
}
