// SPDX-License-Identifier: Apache-2.0
package dev.quarry.internal.arena;

import static dev.quarry.internal.slab.SizeClasses.GRANULE_BYTES;
import static dev.quarry.internal.slab.SizeClasses.GRANULE_SHIFT;
import static dev.quarry.internal.slab.SizeClasses.MAX_SLOT;
import static dev.quarry.internal.slab.SizeClasses.MAX_SMALL;
import static dev.quarry.internal.slab.SizeClasses.MEDIUM_ENTRIES;
import static dev.quarry.internal.slab.SizeClasses.MEDIUM_SHIFT;
import static dev.quarry.internal.slab.SizeClasses.SMALL_ENTRIES;
import static dev.quarry.numa.RawHandles.GET_LONG;
import static dev.quarry.numa.RawHandles.rethrow;
import static dev.quarry.numa.RawMemory.asAddress;
import static dev.quarry.numa.RawMemory.putLong;

import dev.quarry.internal.slab.SizeClasses;

/// An arena's lookup table in native memory: the slab from which each size is served now.
///
/// ```
/// 0                                          MEDIUM_OFFSET
/// |GRANULE_BYTES for each granule of a size  |a word for each MEDIUM_STEP of a size  |
/// ```
///
/// A small entry is as long as the granule that it stands for, so that a size rounded up is its offset already. An
/// entry is a slab's descriptor; the null slab's where a malloc has to take the slow path.
///
/// Written by the arena's owner, and by who closes the allocator, which only sends the owner to the slow path.
final class LookupTable {
    static final int MEDIUM_OFFSET = SMALL_ENTRIES << GRANULE_SHIFT;

    /// Bytes of a table.
    static final int BYTES = MEDIUM_OFFSET + MEDIUM_ENTRIES * Long.BYTES;

    private static final int SMALL_MASK = (MAX_SMALL << 1) - GRANULE_BYTES;
    private static final int MEDIUM_STEP = 1 << MEDIUM_SHIFT;

    private LookupTable() {}

    /// {@return the slab from which a size is served now}
    /// @param table    the table's address
    /// @param size     any
    /// @param nullSlab the answer for a size that no slot has
    static long slabFor(long table, long size, long nullSlab) {
        try {
            if (Long.compareUnsigned(size, MAX_SMALL) <= 0) {
                return (long) GET_LONG.invokeExact(asAddress(table) + (size + GRANULE_BYTES - 1 & SMALL_MASK));
            }
            if (Long.compareUnsigned(size, MAX_SLOT) <= 0) {
                return (long) GET_LONG.invokeExact(
                        asAddress(table) + ((size + MEDIUM_STEP - 1) >>> MEDIUM_SHIFT << 3) + MEDIUM_OFFSET);
            }
            return nullSlab;
        } catch (Throwable thrown) {
            throw rethrow(thrown);
        }
    }

    /// Serves all sizes of a class from a slab.
    /// @param table     the table's address
    /// @param sizeClass the class
    /// @param slab      its descriptor
    static void set(long table, int sizeClass, long slab) {
        int slotBytes = SizeClasses.slotBytes(sizeClass);
        int below = sizeClass == 0 ? -GRANULE_BYTES : SizeClasses.slotBytes(sizeClass - 1);
        if (slotBytes <= MAX_SMALL) {
            for (int size = below + GRANULE_BYTES; size <= slotBytes; size += GRANULE_BYTES) {
                putLong(table + size, slab);
            }
        } else {
            for (int entry = (below >>> MEDIUM_SHIFT) + 1; entry <= slotBytes >>> MEDIUM_SHIFT; entry++) {
                putLong(table + MEDIUM_OFFSET + (long) entry * Long.BYTES, slab);
            }
        }
    }

    /// Sends every size to the slow path.
    /// @param table    the table's address
    /// @param nullSlab the null slab
    static void clear(long table, long nullSlab) {
        for (int offset = 0; offset < BYTES; offset += Long.BYTES) {
            putLong(table + offset, nullSlab);
        }
    }
}
