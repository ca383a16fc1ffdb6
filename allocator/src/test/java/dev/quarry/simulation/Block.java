// SPDX-License-Identifier: Apache-2.0
package dev.quarry.simulation;

import dev.quarry.numa.RawMemory;

/// A live block, stamped where something that goes wrong would leave a trace: at its start, on each OS page, and at its
/// end. The stamps follow from its number, not from its address: they move with it.
final class Block {
    private static final long KEY = 0x9E3779B97F4A7C15L;
    private static final int HEAD_BYTES = 64;
    private static final int STRIDE_BYTES = 4096;

    private final int id;
    private final long address;
    private final long byteSize;

    Block(int id, long address, long byteSize) {
        this.id = id;
        this.address = address;
        this.byteSize = byteSize;
    }

    int id() {
        return id;
    }

    long address() {
        return address;
    }

    long byteSize() {
        return byteSize;
    }

    void stamp() {
        for (long offset = 0; offset < byteSize; offset = next(offset)) {
            RawMemory.putByte(address + offset, stampAt(offset));
        }
        if (byteSize > 0) {
            RawMemory.putByte(address + byteSize - 1, stampAt(byteSize - 1));
        }
    }

    /// Requires the stamps of this block to be where it lies.
    void check() {
        check(address, byteSize);
        if (byteSize > 0) {
            requireStamp(address, byteSize - 1);
        }
    }

    /// Requires the first stamps of this block to be at another place.
    void check(long there, long bytes) {
        for (long offset = 0; offset < bytes; offset = next(offset)) {
            requireStamp(there, offset);
        }
    }

    /// Requires memory to be zero wherever an earlier block may have left a stamp.
    static void requireZero(long address, long byteSize) {
        for (long offset = 0; offset < byteSize; offset++) {
            if (RawMemory.getByte(address + offset) != 0) {
                throw new AssertionError("not zero at " + offset + " of " + byteSize);
            }
        }
    }

    private void requireStamp(long there, long offset) {
        if (RawMemory.getByte(there + offset) != stampAt(offset)) {
            throw new AssertionError(this + " was overwritten at " + offset + ": " + RawMemory.getByte(there + offset)
                    + " in place of " + stampAt(offset));
        }
    }

    private static long next(long offset) {
        return offset < HEAD_BYTES - 1 ? offset + 1 : (offset / STRIDE_BYTES + 1) * STRIDE_BYTES;
    }

    /// Never 0, which a purge leaves.
    private byte stampAt(long offset) {
        return (byte) ((id * KEY + offset) * KEY >>> 56 | 1);
    }

    @Override
    public String toString() {
        return "block " + id + " of " + byteSize;
    }
}
