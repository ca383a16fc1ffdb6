// SPDX-License-Identifier: Apache-2.0
package dev.quarry.internal.live;

/// Where everything is in a live file. All numbers are in the machine's own byte order.
///
/// ```
/// | header | metadata of counters | values of counters | size classes | nodes | errors | events |
/// ```
///
/// | offset | bytes | field of the header                                                    |
/// |-------:|------:|------------------------------------------------------------------------|
/// |      0 |     8 | magic number; written last, so a file without it is not complete       |
/// |      8 |     4 | version of the layout                                                  |
/// |     12 |     4 | bytes of the file                                                      |
/// |     16 |     8 | process id                                                             |
/// |     24 |     8 | when the file was made, in milliseconds since the epoch                |
/// |     32 |     8 | the same moment in the monotonic time that all other times are in      |
/// |     40 |     8 | sequence of the snapshot: odd while counters, classes or nodes change  |
/// |     48 |     8 | monotonic time of the snapshot                                         |
/// |     56 |     8 | heartbeat: milliseconds since the epoch when the writer last came by   |
/// |     64 |     4 | counters                                                               |
/// |     68 |     4 | size classes                                                           |
/// |     72 |     4 | nodes                                                                  |
/// |     76 |     4 | bytes for errors                                                       |
/// |     80 |     4 | records for events                                                     |
/// |     84 |     4 | bytes of the allocator's name                                          |
/// |     88 |   128 | the name, UTF-8                                                        |
///
/// Counters: a metadata record of 512 bytes and a value record of 128 bytes each, as `CountersReader` of Agrona shows
/// them. Errors: as `DistinctErrorLog` of Agrona shows them. Size classes and nodes: rows of longs, one a column
/// ([ClassColumn], [NodeColumn]).
///
/// | offset | bytes | field of an event's record                                              |
/// |-------:|------:|--------------------------------------------------------------------------|
/// |      0 |     8 | twice the event's number, plus 1 while it is written, plus 2 afterwards  |
/// |      8 |     8 | monotonic time                                                           |
/// |     16 |     4 | kind                                                                     |
/// |     20 |     4 | node, or -1                                                              |
/// |     24 |     8 | bytes                                                                    |
/// |     32 |     8 | detail                                                                   |
/// |     40 |     8 | duration in nanoseconds                                                  |
/// |     48 |    16 | the kind's name, ASCII, filled up with zeros                             |
///
/// Event number n is in record n modulo the records there are, so each overwrites the oldest.
final class LiveLayout {
    static final long MAGIC = 0x5155_4152_5259_4C56L;
    static final int VERSION = 1;

    static final int MAGIC_OFFSET = 0;
    static final int VERSION_OFFSET = 8;
    static final int FILE_BYTES_OFFSET = 12;
    static final int PID_OFFSET = 16;
    static final int CREATED_EPOCH_MS_OFFSET = 24;
    static final int CREATED_NS_OFFSET = 32;
    static final int SEQUENCE_OFFSET = 40;
    static final int SNAPSHOT_NS_OFFSET = 48;
    static final int HEARTBEAT_EPOCH_MS_OFFSET = 56;
    static final int COUNTER_COUNT_OFFSET = 64;
    static final int CLASS_COUNT_OFFSET = 68;
    static final int NODE_COUNT_OFFSET = 72;
    static final int ERROR_BYTES_OFFSET = 76;
    static final int EVENT_COUNT_OFFSET = 80;
    static final int NAME_BYTES_OFFSET = 84;
    static final int NAME_OFFSET = 88;
    static final int MAX_NAME_BYTES = 128;
    static final int HEADER_BYTES = 256;

    /// As in Agrona's `CountersReader`.
    static final int METADATA_BYTES = 512;

    static final int METADATA_STATE = 0;
    static final int METADATA_TYPE_ID = 4;
    static final int METADATA_REUSE_DEADLINE = 8;
    static final int METADATA_LABEL = 128;
    static final int MAX_LABEL_BYTES = 380;
    static final int STATE_ALLOCATED = 1;
    static final long NEVER_REUSED = Long.MAX_VALUE;
    static final int VALUE_BYTES = 128;

    /// As in Agrona's `DistinctErrorLog`.
    static final int ERROR_LENGTH = 0;

    static final int ERROR_COUNT = 4;
    static final int ERROR_LAST_MS = 8;
    static final int ERROR_FIRST_MS = 16;
    static final int ERROR_TEXT = 24;
    static final int ERROR_ALIGNMENT = 8;

    static final int EVENT_BYTES = 64;
    static final int EVENT_SEQUENCE = 0;
    static final int EVENT_NS = 8;
    static final int EVENT_KIND = 16;
    static final int EVENT_NODE = 20;
    static final int EVENT_AMOUNT = 24;
    static final int EVENT_DETAIL = 32;
    static final int EVENT_DURATION_NS = 40;
    static final int EVENT_NAME = 48;
    static final int EVENT_NAME_BYTES = 16;

    private final int counters;
    private final int classes;
    private final int nodes;
    private final int errorBytes;
    private final int events;

    /// @param counters   how many
    /// @param classes    rows of size classes
    /// @param nodes      rows of nodes
    /// @param errorBytes for errors, a multiple of 64
    /// @param events     records for events
    LiveLayout(int counters, int classes, int nodes, int errorBytes, int events) {
        this.counters = counters;
        this.classes = classes;
        this.nodes = nodes;
        this.errorBytes = errorBytes;
        this.events = events;
    }

    int counters() {
        return counters;
    }

    int classes() {
        return classes;
    }

    int nodes() {
        return nodes;
    }

    int errorBytes() {
        return errorBytes;
    }

    int events() {
        return events;
    }

    int metadataOffset() {
        return HEADER_BYTES;
    }

    int valuesOffset() {
        return metadataOffset() + counters * METADATA_BYTES;
    }

    int valueOffset(int counter) {
        return valuesOffset() + counter * VALUE_BYTES;
    }

    int classOffset(int row, int column) {
        return valueOffset(counters) + (row * ClassColumn.COUNT + column) * Long.BYTES;
    }

    int nodeOffset(int row, int column) {
        return classOffset(classes, 0) + (row * NodeColumn.COUNT + column) * Long.BYTES;
    }

    int errorsOffset() {
        return nodeOffset(nodes, 0) + 63 & -64;
    }

    int eventOffset(long number) {
        return eventsOffset() + (int) (number % events) * EVENT_BYTES;
    }

    int eventsOffset() {
        return errorsOffset() + errorBytes;
    }

    int fileBytes() {
        return eventsOffset() + events * EVENT_BYTES;
    }

    /// {@return whether files can have such a layout} For what a file says of itself.
    boolean isPlausible(long actualBytes) {
        return counters >= 0
                && classes >= 0
                && nodes >= 0
                && errorBytes >= 0
                && events > 0
                && Math.max(Math.max(counters, classes), Math.max(nodes, events)) <= 1 << 16
                && errorBytes <= 1 << 24
                && fileBytes() == actualBytes;
    }
}
