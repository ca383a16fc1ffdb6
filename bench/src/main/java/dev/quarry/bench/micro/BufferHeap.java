// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.micro;

import dev.quarry.OffHeapAllocator;
import java.nio.ByteBuffer;
import java.util.Arrays;

/// Quarry's direct buffers, freed one by one.
final class BufferHeap extends MicroHeap {
    private static final OffHeapAllocator ALLOCATOR = OffHeapAllocator.system();
    private static final ByteBuffer NONE = ByteBuffer.allocate(0);

    private final ByteBuffer[] slots;

    BufferHeap(int slotCount) {
        slots = new ByteBuffer[slotCount];
        Arrays.fill(slots, NONE);
    }

    @Override
    public void pair(int byteSize) {
        ALLOCATOR.free(ALLOCATOR.allocateBuffer(byteSize).put(0, (byte) 1));
    }

    @Override
    public void allocate(int slot, int byteSize) {
        slots[slot] = ALLOCATOR.allocateBuffer(byteSize).put(0, (byte) 1);
    }

    @Override
    public void free(int slot) {
        ALLOCATOR.free(slots[slot]);
    }
}
