// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.demo;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.Arrays;
import java.util.BitSet;

/// What one event loop allocated and released while it served, in its order, to be done again and timed. Made, written
/// and replayed by that loop's thread alone.
///
/// A word is an allocation of `word >>> 1` bytes, direct if its lowest bit is set, or else the complement of the number
/// of a buffer that is released; buffers are numbered as they are allocated.
final class Recording {
    /// The number of a buffer that is not part of the recording.
    static final int NONE = -1;

    private static final int MAX_BUFFERS = 1 << 15;
    private static final int DIRECT = 1;

    private final Thread thread = Thread.currentThread();
    private final int[] words = new int[2 * MAX_BUFFERS];
    private final BitSet live = new BitSet(MAX_BUFFERS);
    private int length;
    private int bufferCount;

    /// {@return whether the calling thread is the one that is recorded}
    boolean isOwn() {
        return Thread.currentThread() == thread;
    }

    int bufferCount() {
        return bufferCount;
    }

    /// {@return the number of the buffer, or [#NONE] when the recording is full}
    int allocated(int bytes, boolean isDirect) {
        if (bufferCount == MAX_BUFFERS) {
            return NONE;
        }
        words[length++] = bytes << 1 | (isDirect ? DIRECT : 0);
        live.set(bufferCount);
        return bufferCount++;
    }

    /// Each buffer once.
    void released(int number) {
        words[length++] = ~number;
        live.clear(number);
    }

    /// Releases at the end what was not released while the recording went on, so that a replay leaves nothing.
    void end() {
        for (int number = live.nextSetBit(0); number >= 0; number = live.nextSetBit(number + 1)) {
            released(number);
        }
    }

    /// Replays until the time is over.
    ///
    /// @return the median of the rounds: nanoseconds for one buffer, from its allocation to its release
    double nsPerBuffer(ByteBufAllocator allocator, long durationNs) {
        if (bufferCount == 0) {
            throw new IllegalStateException("no buffer was allocated while the event loop was recorded");
        }
        ByteBuf[] buffers = new ByteBuf[bufferCount];
        long[] roundNs = new long[1];
        int rounds = 0;
        long startNs = System.nanoTime();
        for (long nowNs = startNs; nowNs - startNs < durationNs; ) {
            replay(allocator, buffers);
            long endNs = System.nanoTime();
            if (rounds == roundNs.length) {
                roundNs = Arrays.copyOf(roundNs, 2 * rounds);
            }
            roundNs[rounds++] = endNs - nowNs;
            nowNs = endNs;
        }
        Arrays.sort(roundNs, 0, rounds);
        return (double) roundNs[rounds / 2] / bufferCount;
    }

    /// One byte of each buffer is written, so that its memory is there.
    private void replay(ByteBufAllocator allocator, ByteBuf[] buffers) {
        int number = 0;
        for (int i = 0; i < length; i++) {
            int word = words[i];
            if (word < 0) {
                buffers[~word].release();
            } else {
                int bytes = word >>> 1;
                ByteBuf buffer = (word & DIRECT) == 0 ? allocator.heapBuffer(bytes) : allocator.directBuffer(bytes);
                buffer.setByte(0, number);
                buffers[number++] = buffer;
            }
        }
    }
}
