// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.micro;

import java.nio.ByteBuffer;
import java.util.Arrays;

/// The JDK's direct buffers, always zeroed. There is no free: what is freed is forgotten, and the garbage collector
/// does the rest within the time that is measured.
final class DirectBufferHeap extends MicroHeap {
    private static final ByteBuffer NONE = ByteBuffer.allocate(0);

    private final ByteBuffer[] slots;

    DirectBufferHeap(int slotCount) {
        slots = new ByteBuffer[slotCount];
        Arrays.fill(slots, NONE);
    }

    @Override
    public void pair(int byteSize) {
        newBuffer(byteSize);
    }

    @Override
    public void zeroedPair(int byteSize) {
        newBuffer(byteSize);
    }

    /// A larger buffer, and the aligned part of it: there is no other way. That part has both its ends aligned.
    @Override
    public void alignedPair(int byteAlignment, int byteSize) {
        int roundedSize = (byteSize + byteAlignment - 1) & -byteAlignment;
        ByteBuffer.allocateDirect(roundedSize + byteAlignment - 1)
                .alignedSlice(byteAlignment)
                .put(0, (byte) 1);
    }

    @Override
    public void allocate(int slot, int byteSize) {
        slots[slot] = newBuffer(byteSize);
    }

    @Override
    public void reallocate(int slot, int byteSize) {
        ByteBuffer old = slots[slot];
        slots[slot] = newBuffer(byteSize).put(0, old, 0, Math.min(old.capacity(), byteSize));
    }

    @Override
    public void free(int slot) {
        slots[slot] = NONE;
    }

    private static ByteBuffer newBuffer(int byteSize) {
        return ByteBuffer.allocateDirect(byteSize).put(0, (byte) 1);
    }
}
