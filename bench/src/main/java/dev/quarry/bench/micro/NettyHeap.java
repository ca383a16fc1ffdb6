// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.micro;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.util.Arrays;

/// Direct buffers of one of Netty's pools. They grow as Netty's users let them grow, by their capacity.
final class NettyHeap extends MicroHeap {
    private final ByteBufAllocator allocator;
    private final ByteBuf[] slots;

    NettyHeap(ByteBufAllocator allocator, int slotCount) {
        this.allocator = allocator;
        this.slots = new ByteBuf[slotCount];
        Arrays.fill(slots, Unpooled.EMPTY_BUFFER);
    }

    @Override
    public void pair(int byteSize) {
        allocator.directBuffer(byteSize).setByte(0, 1).release();
    }

    @Override
    public void zeroedPair(int byteSize) {
        allocator.directBuffer(byteSize).setZero(0, byteSize).setByte(0, 1).release();
    }

    @Override
    public void allocate(int slot, int byteSize) {
        slots[slot] = allocator.directBuffer(byteSize).setByte(0, 1);
    }

    @Override
    public void reallocate(int slot, int byteSize) {
        slots[slot].capacity(byteSize).setByte(0, 1);
    }

    @Override
    public void free(int slot) {
        slots[slot].release();
    }
}
