// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.subject;

import dev.quarry.bench.trace.TraceFormat;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufAllocatorMetricProvider;
import io.netty.buffer.Unpooled;
import java.util.Arrays;
import java.util.Map;

/// Replays against one of Netty's pools: direct buffers, each released once. A reallocation is a new buffer, a copy of
/// what both have room for, and a release.
final class NettyReplay extends ReplayLoop {
    private final ByteBufAllocator allocator;
    private final ByteBuf[] slots;

    <A extends ByteBufAllocator & ByteBufAllocatorMetricProvider> NettyReplay(A allocator, int slotCount) {
        this.allocator = allocator;
        this.slots = new ByteBuf[slotCount];
        Arrays.fill(slots, Unpooled.EMPTY_BUFFER);
    }

    @Override
    protected int replay(int[] words, int from, int end) {
        ByteBuf[] slots = this.slots;
        int index = from;
        while (index < end) {
            int word = words[index++];
            int slot = TraceFormat.operand(word);
            switch (TraceFormat.kind(word)) {
                case TraceFormat.ALLOCATE -> slots[slot] = allocate(words[index++]);
                case TraceFormat.FREE -> slots[slot].release();
                default -> {
                    ByteBuf old = slots[slot];
                    ByteBuf buffer = allocate(words[index++]);
                    buffer.setBytes(0, old, 0, Math.min(old.capacity(), buffer.capacity()));
                    old.release();
                    slots[slot] = buffer;
                }
            }
        }
        return index;
    }

    private ByteBuf allocate(int sizeWord) {
        int byteSize = Math.toIntExact(TraceFormat.byteSize(sizeWord));
        ByteBuf buffer = allocator.directBuffer(byteSize);
        if (byteSize > 0) {
            buffer.setByte(0, 1);
        }
        return buffer;
    }

    @Override
    public Map<String, Long> footprint() {
        return Footprint.ofBytes(
                ((ByteBufAllocatorMetricProvider) allocator).metric().usedDirectMemory());
    }
}
