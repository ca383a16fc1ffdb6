// SPDX-License-Identifier: Apache-2.0
package dev.quarry.micrometer;

import dev.quarry.AllocatorStats;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.BaseUnits;
import java.util.function.ToLongFunction;

/// Registers meters that read one registry's snapshots.
record Meters(MeterRegistry registry, Snapshots snapshots) {
    void bytes(String name, String description, Tags tags, ToLongFunction<AllocatorStats> value) {
        gauge(name, BaseUnits.BYTES, description, tags, value);
    }

    void gauge(String name, String unit, String description, Tags tags, ToLongFunction<AllocatorStats> value) {
        // A strong reference: nobody else holds a reading, and a gauge whose object is collected reads NaN for ever.
        Gauge.builder(name, snapshots.reading(value), Reading::now)
                .tags(tags)
                .description(description)
                .baseUnit(unit)
                .strongReference(true)
                .register(registry);
    }

    /// A counter holds its reading weakly; the snapshots hold it, and the gauges hold the snapshots.
    void counter(String name, String description, Tags tags, ToLongFunction<AllocatorStats> value) {
        FunctionCounter.builder(name, snapshots.reading(value), Reading::latest)
                .tags(tags)
                .description(description)
                .register(registry);
    }
}
