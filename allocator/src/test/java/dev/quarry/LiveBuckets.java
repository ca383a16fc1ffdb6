// SPDX-License-Identifier: Apache-2.0
package dev.quarry;

import dev.quarry.internal.live.LiveCounter;
import dev.quarry.internal.live.LiveSnapshot;
import java.util.List;

/// The buckets of a live file.
final class LiveBuckets {
    private static final List<LiveCounter> ALL = List.of(
            LiveCounter.LIVE_BYTES,
            LiveCounter.WASTE_BYTES,
            LiveCounter.SLAB_FREE_BYTES,
            LiveCounter.LOOKASIDE_BYTES,
            LiveCounter.SPAN_DIRTY_BYTES,
            LiveCounter.SPAN_CLEAN_BYTES,
            LiveCounter.QUARANTINE_BYTES,
            LiveCounter.METADATA_BYTES,
            LiveCounter.IN_FLIGHT_BYTES);

    private LiveBuckets() {}

    static long sum(LiveSnapshot snapshot) {
        return ALL.stream().mapToLong(snapshot::get).sum();
    }
}
