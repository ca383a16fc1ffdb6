// SPDX-License-Identifier: Apache-2.0
package dev.quarry.internal.arena;

import static dev.quarry.internal.slab.SizeClasses.COUNT;

/// Which of an arena's current slabs lie empty from one period's end to the next: their classes are of no use just now,
/// or of so little that to refill them costs nothing.
///
/// Not thread-safe: the arena's owner only.
final class RestingSlabs {
    private final SlabCache slabs;

    /// Classes, a bit each, whose current slab was empty at the last [#note].
    private final long[] noted = new long[(COUNT + Long.SIZE - 1) / Long.SIZE];

    RestingSlabs(SlabCache slabs) {
        this.slabs = slabs;
    }

    /// Notes which current slabs are empty.
    void note() {
        for (int sizeClass = 0; sizeClass < COUNT; sizeClass++) {
            int word = sizeClass / Long.SIZE;
            long bit = 1L << sizeClass;
            noted[word] = slabs.isCurrentEmpty(sizeClass) ? noted[word] | bit : noted[word] & ~bit;
        }
    }

    /// {@return whether a current slab is empty that was so at the last note}
    boolean isAny() {
        for (int sizeClass = 0; sizeClass < COUNT; sizeClass++) {
            if (hasRested(sizeClass)) {
                return true;
            }
        }
        return false;
    }

    /// {@return whether that of a class is}
    boolean hasRested(int sizeClass) {
        return (noted[sizeClass / Long.SIZE] & 1L << sizeClass) != 0 && slabs.isCurrentEmpty(sizeClass);
    }
}
