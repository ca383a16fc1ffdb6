// SPDX-License-Identifier: Apache-2.0
package dev.quarry.internal.slab;

import static dev.quarry.internal.slab.SlabLayout.HEAD;
import static dev.quarry.internal.slab.SlabLayout.MALLOCS;
import static dev.quarry.numa.RawMemory.getChar;
import static dev.quarry.numa.RawMemory.getLong;
import static dev.quarry.numa.RawMemory.putChar;
import static dev.quarry.numa.RawMemory.putLong;

import dev.quarry.internal.region.SimulatedRegions;
import dev.quarry.internal.region.Table;

/// Descriptors without a zone around them. Nothing in this package touches a slot, so the slots have no memory.
final class SlabFixture implements AutoCloseable {
    static final long BASE = 1L << 40;

    private static final int TABLE_BYTES = 1 << 18;

    private final SimulatedRegions machine = new SimulatedRegions(0);
    private final long start;
    private long next;

    SlabFixture() {
        Table table = machine.table(TABLE_BYTES);
        if (!table.tryCover(TABLE_BYTES)) {
            throw new AssertionError("the fixture has no limit");
        }
        this.start = table.address();
        this.next = start;
    }

    /// {@return the address of zeroed memory, aligned to a cache line}
    long record(int bytes) {
        long address = next;
        next += bytes + 63 & -64;
        if (next > start + TABLE_BYTES) {
            throw new AssertionError("the fixture has room for " + TABLE_BYTES + " bytes of records");
        }
        return address;
    }

    /// {@return the descriptor of a new slab}
    long slab(int sizeClass) {
        long slab = record(SlabLayout.recordBytes(SizeClasses.capacity(sizeClass)));
        putLong(slab + HEAD, SlabLayout.END);
        SlabLayout.describe(slab, sizeClass, SizeClasses.capacity(sizeClass));
        SlabLayout.locate(slab, BASE);
        return slab;
    }

    /// Takes the first free slot, as the arena's fast path does.
    /// @return its index, or `END`
    static int pop(long slab) {
        int index = (int) getLong(slab + HEAD);
        if (index != SlabLayout.END) {
            long link = SlabLayout.link(slab, index);
            putLong(slab + HEAD, getChar(link));
            putLong(slab + MALLOCS, getLong(slab + MALLOCS) + 1);
            putChar(link, SlabLayout.ALLOCATED);
        }
        return index;
    }

    /// Puts a slot back, as the arena's fast path does.
    static void push(long slab, int index) {
        putChar(SlabLayout.link(slab, index), (char) getLong(slab + HEAD));
        putLong(slab + SlabLayout.FREES, getLong(slab + SlabLayout.FREES) + 1);
        putLong(slab + HEAD, index);
    }

    /// Frees one slot as a thread would that does not own the slab.
    /// @return whether the slab must be sent to its owner
    static boolean pushRemote(long slab, int index) {
        return Slabs.pushRemote(slab, index, SlabLayout.link(slab, index), 1);
    }

    @Override
    public void close() {
        machine.close();
    }
}
