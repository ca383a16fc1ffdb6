// SPDX-License-Identifier: Apache-2.0
package dev.quarry.internal.slab;

/// A word that tells of slots of one slab that a thread has freed which does not own it. Their links lead from the
/// one that was freed last to the one that was freed first.
///
/// | bits     | meaning                                     |
/// |---------:|---------------------------------------------|
/// |  0 to 15 | index of the first slot: the one freed last |
/// | 16 to 31 | index of the last slot: the one freed first |
/// | 32 to 47 | number of slots                             |
/// | 48 to 63 | the slab's size class                       |
///
/// With the last one's index who owns the slab joins the chain to its free list without walking it; with the class
/// `stats()` counts the slots without looking at the slab.
public final class Chain {
    /// What one slot more adds to a chain.
    public static final long ONE_SLOT = 1L << 32;

    /// All but the index of the first slot.
    public static final long REST = -1L << 16;

    /// What a slot's index is multiplied by, for a chain of that slot alone.
    public static final long FIRST_AND_LAST = 1L << 16 | 1;

    private Chain() {}

    /// {@return a chain of the slot 0 alone}
    /// @param sizeClass the slab's
    public static long ofOne(int sizeClass) {
        return (long) sizeClass << 48 | ONE_SLOT;
    }

    /// {@return the index of the first slot}
    /// @param chain the word
    public static int first(long chain) {
        return (char) chain;
    }

    /// {@return the index of the last slot}
    /// @param chain the word
    public static int last(long chain) {
        return (char) (chain >>> 16);
    }

    /// {@return the number of slots}
    /// @param chain the word
    public static int slots(long chain) {
        return (char) (chain >>> 32);
    }

    /// {@return the slab's size class}
    /// @param chain the word
    public static int sizeClass(long chain) {
        return (int) (chain >>> 48);
    }
}
