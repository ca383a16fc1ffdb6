// SPDX-License-Identifier: Apache-2.0
package dev.quarry.internal.live;

/// The counters of a live file. A counter's place in the file is its place here; its type id is its name for other
/// programs and never changes.
public enum LiveCounter {
    /// When the writer last came by, in milliseconds since the epoch.
    HEARTBEAT_MS(4100, "quarry.heartbeat.ms"),
    /// The process.
    PID(4101, "quarry.pid"),
    /// The hard limit of committed memory.
    LIMIT_BYTES(4102, "quarry.limit.bytes"),
    /// Address space held.
    RESERVED_BYTES(4103, "quarry.reserved.bytes"),
    /// What the buckets below add up to.
    COMMITTED_BYTES(4104, "quarry.committed.bytes"),
    /// Bytes that the application asked for and has not freed.
    LIVE_BYTES(4105, "quarry.live.bytes"),
    /// Slot or page bytes beyond what was asked for.
    WASTE_BYTES(4106, "quarry.waste.bytes"),
    /// Free slots of slabs in use.
    SLAB_FREE_BYTES(4107, "quarry.slab.free.bytes"),
    /// Kept for reuse, or on the way home.
    LOOKASIDE_BYTES(4108, "quarry.lookaside.bytes"),
    /// Free pages, perhaps resident.
    SPAN_DIRTY_BYTES(4109, "quarry.span.dirty.bytes"),
    /// Descriptors, links, tables.
    METADATA_BYTES(4110, "quarry.metadata.bytes"),
    /// The most that was committed at any snapshot.
    COMMITTED_MAX_BYTES(4111, "quarry.committed.max.bytes"),
    /// Blocks handed out.
    MALLOCS(4112, "quarry.malloc.count"),
    /// Blocks taken back.
    FREES(4113, "quarry.free.count"),
    /// Blocks that another thread than their owner freed.
    REMOTE_FREES(4114, "quarry.free.remote.count"),
    /// Commits told of by events.
    COMMITS(4115, "quarry.commit.count"),
    /// Bytes given back to the system.
    PURGED_BYTES(4116, "quarry.purge.bytes"),
    /// Purges that the system refused.
    PURGE_FAILURES(4117, "quarry.purge.failed"),
    /// Commits that the limit refused.
    LIMIT_REFUSALS(4118, "quarry.limit.refusals"),
    /// Requests that were refused for want of memory.
    EXHAUSTIONS(4119, "quarry.exhausted.count"),
    /// Frees that were refused.
    INVALID_FREES(4120, "quarry.free.invalid.count"),
    /// The level of memory pressure.
    PRESSURE_LEVEL(4121, "quarry.pressure.level"),
    /// Arenas made so far, stripes included.
    ARENAS(4122, "quarry.arenas"),
    /// Arenas that wait for a thread.
    IDLE_ARENAS(4123, "quarry.arenas.idle"),
    /// The longest that the counting for a snapshot took.
    CENSUS_MAX_NS(4124, "quarry.census.max.ns"),
    /// Free pages, not resident.
    SPAN_CLEAN_BYTES(4125, "quarry.span.clean.bytes"),
    /// Freed, not yet reusable.
    QUARANTINE_BYTES(4126, "quarry.quarantine.bytes"),
    /// Bytes that moved between buckets while they were counted; 0 when the allocator rests.
    IN_FLIGHT_BYTES(4127, "quarry.in.flight.bytes"),
    /// Live blocks.
    LIVE_BLOCKS(4128, "quarry.live.blocks"),
    /// Arenas adopted from ended threads.
    ADOPTIONS(4129, "quarry.adoptions"),
    /// Arenas taken from idle threads.
    IDLE_ADOPTIONS(4130, "quarry.adoptions.idle"),
    /// Errors that were too many to tell apart.
    OTHER_ERRORS(4131, "quarry.errors.other");

    private static final int FIRST_TYPE_ID = 4100;

    private final int typeId;
    private final String label;

    LiveCounter(int typeId, String label) {
        this.typeId = typeId;
        this.label = label;
    }

    /// {@return the number by which other programs know it}
    public int typeId() {
        return typeId;
    }

    /// {@return its place in the file: type ids are consecutive}
    int place() {
        return typeId - FIRST_TYPE_ID;
    }

    /// {@return its name}
    public String label() {
        return label;
    }
}
