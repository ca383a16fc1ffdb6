// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.top;

import dev.quarry.internal.live.LiveCounter;
import dev.quarry.internal.live.LiveSnapshot;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/// Snapshots that no process has written.
final class Snapshots {
    static final long CREATED_MS = 1_000_000_000_000L;
    static final long CREATED_NS = 5_000_000_000L;
    private static final long MEBIBYTE = 1 << 20;

    private final Map<LiveCounter, Long> counters = new EnumMap<>(LiveCounter.class);
    private final List<LiveSnapshot.ErrorEntry> errors = new ArrayList<>();
    private final List<LiveSnapshot.Event> events = new ArrayList<>();
    private long mallocs = 1_000;
    private long snapshotNs = CREATED_NS + 1_000_000_000;
    private boolean isWhole = true;

    static Snapshots ofSixtyFourMebibytes() {
        Snapshots made = new Snapshots();
        made.counters.put(LiveCounter.LIMIT_BYTES, 128 * MEBIBYTE);
        made.counters.put(LiveCounter.COMMITTED_BYTES, 64 * MEBIBYTE);
        made.counters.put(LiveCounter.COMMITTED_MAX_BYTES, 80 * MEBIBYTE);
        made.counters.put(LiveCounter.LIVE_BYTES, 32 * MEBIBYTE);
        made.counters.put(LiveCounter.WASTE_BYTES, 4 * MEBIBYTE);
        made.counters.put(LiveCounter.SLAB_FREE_BYTES, 4 * MEBIBYTE);
        made.counters.put(LiveCounter.LOOKASIDE_BYTES, 8 * MEBIBYTE);
        made.counters.put(LiveCounter.SPAN_DIRTY_BYTES, 8 * MEBIBYTE);
        made.counters.put(LiveCounter.SPAN_CLEAN_BYTES, 6 * MEBIBYTE);
        made.counters.put(LiveCounter.METADATA_BYTES, 2 * MEBIBYTE);
        return made;
    }

    Snapshots with(LiveCounter counter, long value) {
        counters.put(counter, value);
        return this;
    }

    Snapshots withMallocs(long count) {
        mallocs = count;
        return with(LiveCounter.MALLOCS, 2 * count);
    }

    Snapshots withError(int count, long afterMs, String text) {
        errors.add(new LiveSnapshot.ErrorEntry(count, CREATED_MS, CREATED_MS + afterMs, text));
        return this;
    }

    Snapshots withEvent(String name, long afterNs, int node, long bytes, long durationNs) {
        events.add(new LiveSnapshot.Event(events.size(), CREATED_NS + afterNs, 0, name, node, bytes, 7, durationNs));
        return this;
    }

    Snapshots at(long afterNs) {
        snapshotNs = CREATED_NS + afterNs;
        return this;
    }

    Snapshots cut() {
        isWhole = false;
        return this;
    }

    LiveSnapshot build() {
        List<LiveSnapshot.Counter> all = new ArrayList<>();
        counters.forEach(
                (counter, value) -> all.add(new LiveSnapshot.Counter(counter.typeId(), counter.label(), value)));
        return new LiveSnapshot(
                "mine",
                4_711,
                CREATED_MS,
                CREATED_NS,
                CREATED_MS + 2_000,
                snapshotNs,
                isWhole,
                all,
                List.of(
                        new long[] {16, 2, 100, 50, 10, mallocs, mallocs - 100, 12, 1},
                        new long[] {1_024, 3, 40, 5, 0, mallocs / 2, mallocs / 2 - 40, 3, 0},
                        new long[] {2_048, 0, 0, 0, 0, 0, 0, 0, 0}),
                List.of(
                        new long[] {0, 60 * MEBIBYTE, 8 * MEBIBYTE, 6 * MEBIBYTE, 0, MEBIBYTE},
                        new long[] {-1, 0, 0, 0, 3, 0}),
                errors,
                events);
    }
}
