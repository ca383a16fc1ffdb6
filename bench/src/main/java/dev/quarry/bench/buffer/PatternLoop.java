// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.buffer;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.util.Arrays;

/// One thread's load: a table of live buffers, in which a random one is released and another one takes its place. One
/// byte of each is written and read.
final class PatternLoop {
    private final ByteBufAllocator allocator;
    private final int[] sizes;
    private final ByteBuf[] live;
    private int nextSize;
    private long random;

    /// @param sizes     in the order of use, again and again; a power of two of them
    /// @param liveCount buffers live at a time; a power of two
    PatternLoop(ByteBufAllocator allocator, int[] sizes, int liveCount, long seed) {
        this.allocator = allocator;
        this.sizes = sizes;
        this.live = new ByteBuf[liveCount];
        Arrays.fill(live, Unpooled.EMPTY_BUFFER);
        this.random = seed * 0x9E3779B97F4A7C15L | 1;
        this.nextSize = (int) random;
    }

    /// Replaces so many buffers.
    /// @return the sum of what was read
    int replace(int count) {
        int sum = 0;
        for (int i = 0; i < count; i++) {
            random ^= random << 13;
            random ^= random >>> 7;
            random ^= random << 17;
            int slot = (int) (random >>> 32) & live.length - 1;
            release(live[slot]);
            ByteBuf buffer = allocate(sizes[nextSize++ & sizes.length - 1]);
            live[slot] = buffer;
            buffer.setByte(0, i);
            sum += buffer.getByte(0);
        }
        return sum;
    }

    /// Fills the table.
    void fill() {
        for (int slot = 0; slot < live.length; slot++) {
            ByteBuf buffer = allocate(sizes[nextSize++ & sizes.length - 1]);
            buffer.setByte(0, slot);
            live[slot] = buffer;
        }
    }

    void releaseAll() {
        for (int slot = 0; slot < live.length; slot++) {
            live[slot].release();
            live[slot] = Unpooled.EMPTY_BUFFER;
        }
    }

    /// Not inlined into the loop, by the children's flags, as in the benchmark that this one follows: in a server the
    /// places that allocate and release are many.
    private ByteBuf allocate(int byteSize) {
        return allocator.directBuffer(byteSize);
    }

    private static void release(ByteBuf buffer) {
        buffer.release();
    }
}
