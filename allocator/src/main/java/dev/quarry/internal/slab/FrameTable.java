// SPDX-License-Identifier: Apache-2.0
package dev.quarry.internal.slab;

import static dev.quarry.internal.buddy.SpanMap.PAGE_SHIFT;
import static dev.quarry.internal.slab.SizeClasses.FRAME_SHIFT;
import static dev.quarry.numa.RawMemory.asAddress;
import static dev.quarry.numa.RawMemory.getInt;
import static dev.quarry.numa.RawMemory.getLong;
import static dev.quarry.numa.RawMemory.putIntRelease;
import static dev.quarry.numa.RawMemory.putLongRelease;

import dev.quarry.internal.buddy.Growth;
import dev.quarry.internal.region.Table;

/// Which slab lies at an address of a space, and who owns it: one word a frame, so that a free finds out with one load.
///
/// ```
///  63                        16 15            0
/// | address of the descriptor  | owner's number |   0 in the low half: take the slow path; all 0: no slab here
/// ```
///
/// The *null slab*, which has no free slot, stands where there is no slab.
///
/// Thread-safe: all fields are final; entries are written under zones' locks, or by the slab's owner, and read by
/// anyone.
public final class FrameTable {
    /// log2 of the bytes of an entry.
    public static final int ENTRY_SHIFT = 3;

    /// Low bits of an entry that hold the owner's number; an arena's number must fit.
    public static final int OWNER_BITS = 16;

    /// Where in its first OS page the table begins: not at its start, where each slab's first slot is, so that the
    /// first slabs' entries are not taken for what was written there (ADR 12).
    private static final int SKEW_BYTES = 2048 + 64;

    /// Address of the entry of the first frame.
    public final long address;

    private final long base;
    private final long nullSlab;

    /// A table in memory that reads as zero.
    /// @param memory   first address of [#byteSize] bytes
    /// @param base     first address of the data
    /// @param nullSlab descriptor of the null slab
    FrameTable(long memory, long base, long nullSlab) {
        this.address = memory + SKEW_BYTES;
        this.base = base;
        this.nullSlab = nullSlab;
    }

    /// {@return the bytes of the table of a space}
    /// @param dataBytes of the space
    static long byteSize(long dataBytes) {
        return SKEW_BYTES + (dataBytes >>> FRAME_SHIFT << ENTRY_SHIFT);
    }

    /// A zone's part of the table, which grows with the zone.
    /// @param entries from the part's first entry on, and the skew before it
    record Part(Table entries) implements Growth {
        /// {@return where a part begins, in bytes from the begin of the first}
        /// @param offset of the zone's region in the data
        static long begin(long offset) {
            return offset >>> FRAME_SHIFT << ENTRY_SHIFT;
        }

        @Override
        public boolean tryCover(long frontierPages) {
            return entries.tryCover(byteSize(frontierPages << PAGE_SHIFT));
        }
    }

    /// {@return first address of the data}
    long base() {
        return base;
    }

    /// {@return the slab of an address in the data; the null slab where there is none}
    /// @param offset of the address in the data
    public long slabAt(long offset) {
        long slab = getLong(address + (offset >>> FRAME_SHIFT << ENTRY_SHIFT)) >>> OWNER_BITS;
        return asAddress(slab == 0 ? nullSlab : slab);
    }

    /// Sets a slab's owner: in the descriptor, and here for who may free without further questions.
    /// @param slab  descriptor
    /// @param owner an arena's number with flags, or 0
    public void setOwner(long slab, int owner) {
        putIntRelease(slab + SlabLayout.OWNER, owner);
        setEntries(slab, slab << OWNER_BITS | fastOwner(owner));
    }

    /// Takes a slab out of the table; it has no owner then.
    /// @param slab descriptor
    void withdraw(long slab) {
        putIntRelease(slab + SlabLayout.OWNER, 0);
        setEntries(slab, 0);
    }

    private void setEntries(long slab, long entry) {
        int count = SizeClasses.slabBytes(getInt(slab + SlabLayout.CLASS)) >>> FRAME_SHIFT;
        long first = address + (getLong(slab + SlabLayout.BASE) - base >>> FRAME_SHIFT << ENTRY_SHIFT);
        for (int frame = 0; frame < count; frame++) {
            putLongRelease(first + ((long) frame << ENTRY_SHIFT), entry);
        }
    }

    /// Checks that the table says of a slab what its descriptor says.
    /// @param slab descriptor
    /// @throws IllegalStateException if it does not
    void verify(long slab) {
        long slabBase = getLong(slab + SlabLayout.BASE);
        long expected = slab << OWNER_BITS | fastOwner(getInt(slab + SlabLayout.OWNER));
        int count = SizeClasses.slabBytes(getInt(slab + SlabLayout.CLASS)) >>> FRAME_SHIFT;
        for (long frame = slabBase - base >>> FRAME_SHIFT; count > 0; frame++, count--) {
            if (getLong(address + (frame << ENTRY_SHIFT)) != expected) {
                throw new IllegalStateException("slab 0x" + Long.toHexString(slabBase) + ": its frames do not name it");
            }
        }
    }

    private static int fastOwner(int owner) {
        return (owner & SlabLayout.GUARDED) != 0 ? 0 : owner;
    }
}
