// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.memory;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufAllocatorMetricProvider;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.util.Arrays;

/// One of Netty's pools. A block is a direct buffer of its own; what may be used of it is what can be written before
/// the buffer has to be moved.
final class NettyAllocator extends MeasuredAllocator {
    private final ByteBufAllocator allocator;
    private final ByteBufAllocatorMetricProvider metrics;

    <A extends ByteBufAllocator & ByteBufAllocatorMetricProvider> NettyAllocator(A allocator) {
        this.allocator = allocator;
        this.metrics = allocator;
    }

    private static final class BufferTable extends BlockTable {
        private final ByteBufAllocator allocator;
        private final ByteBuf[] buffers;

        BufferTable(ByteBufAllocator allocator, int slotCount) {
            super(slotCount);
            this.allocator = allocator;
            buffers = new ByteBuf[slotCount];
            Arrays.fill(buffers, Unpooled.EMPTY_BUFFER);
        }

        @Override
        long malloc(int slot, int byteSize) {
            ByteBuf buffer = allocator.directBuffer(byteSize);
            buffers[slot] = buffer;
            return buffer.memoryAddress();
        }

        @Override
        void release(int slot) {
            buffers[slot].release();
            buffers[slot] = Unpooled.EMPTY_BUFFER;
        }

        @Override
        long usableSize(int slot) {
            return buffers[slot].maxFastWritableBytes();
        }
    }

    @Override
    BlockTable newTable(int slotCount) {
        return new BufferTable(allocator, slotCount);
    }

    @Override
    long committedBytes() {
        return metrics.metric().usedDirectMemory();
    }

    /// Only the pool with thread caches has a call for it, which empties the calling thread's.
    @Override
    void trim() {
        if (allocator instanceof PooledByteBufAllocator pooled) {
            pooled.trimCurrentThreadCache();
        }
    }
}
