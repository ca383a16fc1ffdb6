// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.micro;

import dev.quarry.bench.subject.Blocks;
import dev.quarry.bench.subject.Subject;
import dev.quarry.numa.RawMemory;

/// Raw addresses.
final class AddressHeap extends MicroHeap {
    private final Subject subject;
    private final Blocks blocks;
    private final long[] slots;

    AddressHeap(Subject subject, int slotCount) {
        this(subject, new long[slotCount]);
    }

    private AddressHeap(Subject subject, long[] slots) {
        this.subject = subject;
        this.blocks = subject.newBlocks();
        this.slots = slots;
    }

    @Override
    public void pair(int byteSize) {
        writeAndFree(blocks.malloc(byteSize));
    }

    @Override
    public void zeroedPair(int byteSize) {
        writeAndFree(blocks.calloc(1, byteSize));
    }

    @Override
    public void alignedPair(int byteAlignment, int byteSize) {
        writeAndFree(blocks.alignedAlloc(byteAlignment, byteSize));
    }

    private void writeAndFree(long address) {
        RawMemory.putByte(address, (byte) 1);
        blocks.free(address);
    }

    @Override
    public void allocate(int slot, int byteSize) {
        long address = blocks.malloc(byteSize);
        RawMemory.putByte(address, (byte) 1);
        slots[slot] = address;
    }

    @Override
    public void reallocate(int slot, int byteSize) {
        long address = blocks.realloc(slots[slot], byteSize);
        RawMemory.putByte(address, (byte) 1);
        slots[slot] = address;
    }

    @Override
    public void free(int slot) {
        blocks.free(slots[slot]);
    }

    /// A local arena is one thread's own, so each thread makes its own blocks.
    @Override
    public MicroHeap sharing() {
        return new AddressHeap(subject, slots);
    }
}
