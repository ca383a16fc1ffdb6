// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.top;

import dev.quarry.internal.live.LiveCounter;
import java.util.List;

/// One of the parts that committed memory consists of.
///
/// @param name    as statistics call it
/// @param counter its bytes
record Bucket(String name, LiveCounter counter) {
    /// All of them. Their sum is the committed memory.
    static final List<Bucket> ALL = List.of(
            new Bucket("live", LiveCounter.LIVE_BYTES),
            new Bucket("waste", LiveCounter.WASTE_BYTES),
            new Bucket("slabFree", LiveCounter.SLAB_FREE_BYTES),
            new Bucket("lookaside", LiveCounter.LOOKASIDE_BYTES),
            new Bucket("spanDirty", LiveCounter.SPAN_DIRTY_BYTES),
            new Bucket("spanClean", LiveCounter.SPAN_CLEAN_BYTES),
            new Bucket("quarantine", LiveCounter.QUARANTINE_BYTES),
            new Bucket("metadata", LiveCounter.METADATA_BYTES),
            new Bucket("inFlight", LiveCounter.IN_FLIGHT_BYTES));
}
