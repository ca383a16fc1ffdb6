// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.micro;

import dev.quarry.OffHeapAllocator;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/// Quarry's segments without an arena, zeroed and freed one by one.
final class SegmentHeap extends MicroHeap {
    private static final OffHeapAllocator ALLOCATOR = OffHeapAllocator.system();

    private final MemorySegment[] slots;

    SegmentHeap(int slotCount) {
        slots = new MemorySegment[slotCount];
        Arrays.fill(slots, MemorySegment.NULL);
    }

    @Override
    public void pair(int byteSize) {
        ALLOCATOR.free(newSegment(byteSize));
    }

    @Override
    public void allocate(int slot, int byteSize) {
        slots[slot] = newSegment(byteSize);
    }

    private static MemorySegment newSegment(int byteSize) {
        MemorySegment segment = ALLOCATOR.allocate(byteSize, 1);
        segment.set(ValueLayout.JAVA_BYTE, 0, (byte) 1);
        return segment;
    }

    @Override
    public void free(int slot) {
        ALLOCATOR.free(slots[slot]);
    }
}
