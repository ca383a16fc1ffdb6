// SPDX-License-Identifier: Apache-2.0
package dev.quarry.internal.slab;

import dev.quarry.internal.error.DistinctErrors;
import dev.quarry.internal.error.ErrorKind;
import dev.quarry.internal.event.EventHub;
import dev.quarry.internal.event.EventKind;
import dev.quarry.numa.NativeMemoryException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/// What the system refused and an allocator does without: a line each, for the report.
///
/// Thread-safe.
final class Refusals {
    private final DistinctErrors errors;
    private final EventHub events;
    private final List<String> lines = new CopyOnWriteArrayList<>();

    Refusals(DistinctErrors errors, EventHub events) {
        this.errors = errors;
        this.events = events;
    }

    /// Remembers a refusal, each once.
    /// @param line what was refused, and what that changed
    void note(String line) {
        if (!lines.contains(line)) {
            lines.add(line);
            events.publish(EventKind.NOTE, EventHub.ANY_NODE, 0, lines.size(), 0);
        }
    }

    /// Counts a call that was refused.
    /// @param refused what the system said
    void count(NativeMemoryException refused) {
        errors.count(ErrorKind.SYSTEM_CALL, refused.call().systemCall(), refused.errnoName(), refused);
    }

    /// {@return all lines so far}
    List<String> lines() {
        return new ArrayList<>(lines);
    }
}
