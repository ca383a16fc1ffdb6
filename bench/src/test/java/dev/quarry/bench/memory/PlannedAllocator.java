// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.memory;

import java.util.HashSet;
import java.util.Set;

/// An allocator without memory whose waste is known: each block takes a multiple of the granule, and what was freed
/// stays held until it is used again or trimmed, or for ever. Thread-safe.
class PlannedAllocator extends MeasuredAllocator {
    /// What becomes of freed bytes.
    enum Freed {
        /// They are no longer held at once.
        GONE,
        /// They are held until a trim, and serve no other block.
        GONE_WITH_TRIM,
        /// They are held and serve no other block.
        LOST
    }

    /// The low bits of an address are the block's size: nobody looks at what lies there.
    private static final int SIZE_BITS = 32;

    private final int granuleBytes;
    private final Freed freed;
    private final Set<Long> live = new HashSet<>();
    private long nextAddress = 4096;
    private long liveBytes;
    private long keptBytes;

    PlannedAllocator(int granuleBytes, Freed freed) {
        this.granuleBytes = granuleBytes;
        this.freed = freed;
    }

    private final class Table extends AddressTable {
        Table(int slotCount) {
            super(slotCount);
        }

        @Override
        long malloc(int byteSize) {
            return take(byteSize);
        }

        @Override
        void release(long address) {
            give(address);
        }

        @Override
        long usableSize(long address) {
            return sizeOf(address);
        }

        @Override
        void touch(long address, int byteSize) {}
    }

    private synchronized long take(int byteSize) {
        long usable = (byteSize + granuleBytes - 1L) / granuleBytes * granuleBytes;
        long address = nextAddress++ << SIZE_BITS | usable;
        live.add(address);
        liveBytes += usable;
        return address;
    }

    private static long sizeOf(long address) {
        return address & (1L << SIZE_BITS) - 1;
    }

    /// For tests that break it.
    synchronized void give(long address) {
        if (!live.remove(address)) {
            throw new IllegalStateException("freed twice");
        }
        liveBytes -= sizeOf(address);
        keptBytes += freed == Freed.GONE ? 0 : sizeOf(address);
    }

    synchronized long heldBytes() {
        return liveBytes + keptBytes;
    }

    @Override
    BlockTable newTable(int slotCount) {
        return new Table(slotCount);
    }

    @Override
    long committedBytes() {
        return heldBytes();
    }

    @Override
    synchronized void trim() {
        keptBytes = freed == Freed.LOST ? keptBytes : 0;
    }

    @Override
    synchronized void verifyEmpty() {
        if (!live.isEmpty()) {
            throw new IllegalStateException(live.size() + " blocks are live");
        }
    }
}
