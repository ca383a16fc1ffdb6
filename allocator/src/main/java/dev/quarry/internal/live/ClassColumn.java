// SPDX-License-Identifier: Apache-2.0
package dev.quarry.internal.live;

/// The columns of the live file's rows of size classes.
public final class ClassColumn {
    /// Bytes of a slot.
    public static final int SLOT_BYTES = 0;

    /// Slabs now.
    public static final int SLABS = 1;

    /// Live slots now.
    public static final int LIVE = 2;

    /// Free slots of slabs that have live ones.
    public static final int FREE = 3;

    /// Slots of slabs that are kept although nothing in them is live.
    public static final int LOOKASIDE = 4;

    /// Slots handed out so far.
    public static final int MALLOCS = 5;

    /// Slots taken back so far.
    public static final int FREES = 6;

    /// Slabs that arenas took from their zones so far.
    public static final int REFILLS = 7;

    /// Empty slabs that arenas gave to their zones so far.
    public static final int FLUSHES = 8;

    static final int COUNT = 9;

    private ClassColumn() {}
}
