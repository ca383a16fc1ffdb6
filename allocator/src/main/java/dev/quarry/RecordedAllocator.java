// SPDX-License-Identifier: Apache-2.0
package dev.quarry;

import dev.quarry.internal.jfr.FlightRecording;
import dev.quarry.internal.jfr.Subject;
import java.util.List;

/// What a recording may ask an allocator.
record RecordedAllocator(OffHeapAllocator allocator, String name) implements Subject {
    /// Begins to pass the allocator's events on.
    static FlightRecording record(OffHeapAllocator allocator, String name) {
        return FlightRecording.attach(allocator.space().events(), new RecordedAllocator(allocator, name));
    }

    @Override
    public long limitBytes() {
        return allocator.config().limitBytes();
    }

    @Override
    public AllocatorStats stats() {
        return allocator.stats();
    }

    @Override
    public List<String> notes() {
        return allocator.space().refusals();
    }

    @Override
    public List<Option> options() {
        AllocatorConfig config = allocator.config();
        return ConfigOptions.ALL.stream()
                .map(option -> new Option(option.key(), config.value(option), config.origin(option)))
                .toList();
    }
}
