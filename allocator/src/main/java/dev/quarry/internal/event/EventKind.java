// SPDX-License-Identifier: Apache-2.0
package dev.quarry.internal.event;

import java.util.List;

/// The kinds of events, and what `bytes` and `detail` mean in each. Numbers are never reused: files hold them.
///
/// | kind | bytes | detail |
/// |---|---|---|
/// | [#REFILL] | of the slab that an arena took from its zone | bytes of a slot |
/// | [#FLUSH] | of the slabs that an arena has given back since it took the last one | how many slabs |
/// | [#COMMIT] | made usable | committed by the zone now |
/// | [#PURGE] | given back to the system | why: [#BY_DECAY], [#BY_TRIM], [#BY_SHORTAGE] or [#BY_GROWTH] |
/// | [#RECLAIM] | by which the committed memory has shrunk | bytes of the request that had found nothing |
/// | [#EXHAUSTED] | of the request that was refused | committed by the allocator now |
/// | [#ADOPTION_ENDED] | none | arenas of ended threads |
/// | [#ADOPTION_IDLE] | none | arenas of idle threads |
/// | [#PRESSURE] | in use, as whoever measures it counts them | the level now |
/// | [#NOTE] | none | how many notes there are now; the last is new |
///
/// Plain numbers instead of an enum, because a class whose first use is on a slow path may have to be loaded while the
/// heap is full.
public final class EventKind {
    /// An arena took a slab from its zone.
    public static final int REFILL = 0;

    /// An arena gave slabs back to their zones.
    public static final int FLUSH = 1;

    /// A zone made more memory usable.
    public static final int COMMIT = 2;

    /// A zone gave memory back to the system.
    public static final int PURGE = 3;

    /// A request found nothing, and its thread looked for memory to reuse.
    public static final int RECLAIM = 4;

    /// A request was refused for want of memory.
    public static final int EXHAUSTED = 5;

    /// Arenas of ended threads were adopted.
    public static final int ADOPTION_ENDED = 6;

    /// Arenas of idle threads were taken.
    public static final int ADOPTION_IDLE = 7;

    /// The level of memory pressure has changed.
    public static final int PRESSURE = 8;

    /// There is a new note for the report, mostly on what the system has refused.
    public static final int NOTE = 9;

    /// How many kinds there are.
    public static final int COUNT = 10;

    /// Detail of a purge: the pages were free for longer than the delay allows.
    public static final int BY_DECAY = 0;

    /// Detail of a purge: all was asked back.
    public static final int BY_TRIM = 1;

    /// Detail of a purge: memory is short.
    public static final int BY_SHORTAGE = 2;

    /// Detail of a purge: fresh pages were taken while many others lay free.
    public static final int BY_GROWTH = 3;

    private static final List<String> NAMES = List.of(
            "refill",
            "flush",
            "commit",
            "purge",
            "reclaim",
            "exhausted",
            "adoption-ended",
            "adoption-idle",
            "pressure",
            "note");

    private EventKind() {}

    /// {@return the name of a kind, or its number where a newer version has more}
    /// @param kind one of the above, or any
    public static String name(int kind) {
        return kind >= 0 && kind < COUNT ? NAMES.get(kind) : Integer.toString(kind);
    }
}
