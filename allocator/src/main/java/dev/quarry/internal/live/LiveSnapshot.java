// SPDX-License-Identifier: Apache-2.0
package dev.quarry.internal.live;

import java.util.List;

/// What a live file says, read at one moment.
///
/// @param name             the allocator's
/// @param pid              its process
/// @param createdEpochMs   when the file was made, in milliseconds since the epoch
/// @param createdNs        the same in the monotonic time that all other times are in
/// @param heartbeatEpochMs when the writer last came by, in milliseconds since the epoch
/// @param snapshotNs       monotonic time of the figures; 0 when there are none yet
/// @param isWhole          whether the figures belong together; they do not when the process died while it wrote them
/// @param counters         all counters, by place
/// @param sizeClasses      a row each: columns as in [ClassColumn]
/// @param nodes            a row each: columns as in [NodeColumn]
/// @param errors           distinct errors, the first first
/// @param events           the last events, the oldest first
public record LiveSnapshot(
        String name,
        long pid,
        long createdEpochMs,
        long createdNs,
        long heartbeatEpochMs,
        long snapshotNs,
        boolean isWhole,
        List<Counter> counters,
        List<long[]> sizeClasses,
        List<long[]> nodes,
        List<ErrorEntry> errors,
        List<Event> events) {

    /// A counter.
    ///
    /// @param typeId its number
    /// @param label  its name
    /// @param value  its value
    public record Counter(int typeId, String label, long value) {}

    /// A distinct error.
    ///
    /// @param count        how often it was seen
    /// @param firstEpochMs when first
    /// @param lastEpochMs  when last
    /// @param text         what it is
    public record ErrorEntry(int count, long firstEpochMs, long lastEpochMs, String text) {}

    /// An event.
    ///
    /// @param number     counted from 0; a gap is events that were lost
    /// @param atNs       monotonic time
    /// @param kind       its kind
    /// @param name       its kind's name
    /// @param node       the node concerned, or -1
    /// @param bytes      as the kind says
    /// @param detail     as the kind says
    /// @param durationNs how long it took; 0 where that was not measured
    public record Event(
            long number, long atNs, int kind, String name, int node, long bytes, long detail, long durationNs) {}

    /// {@return a counter's value; 0 where the file has no such counter}
    /// @param counter which
    public long get(LiveCounter counter) {
        for (Counter candidate : counters) {
            if (candidate.typeId() == counter.typeId()) {
                return candidate.value();
            }
        }
        return 0;
    }

    /// {@return a monotonic time as milliseconds since the epoch}
    /// @param ns monotonic time of the process that wrote
    public long toEpochMs(long ns) {
        return createdEpochMs + Math.floorDiv(ns - createdNs, 1_000_000);
    }
}
