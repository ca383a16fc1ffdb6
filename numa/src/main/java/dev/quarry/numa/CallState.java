// SPDX-License-Identifier: Apache-2.0
package dev.quarry.numa;

import java.lang.foreign.Arena;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.util.concurrent.atomic.AtomicLong;

/// Where a downcall leaves `errno`: a fixed set of off-heap buffers, handed out by a bit mask. No thread owns one, so
/// threads of any number and kind leave nothing behind. A call that finds none free gets one from the garbage
/// collector.
final class CallState {
    /// On Linux `errno` is all that there is in it.
    private static final StructLayout LAYOUT = Linker.Option.captureStateLayout();

    /// One bit a buffer: set while a call uses it.
    private static final AtomicLong USED = new AtomicLong();

    /// Far enough apart that two calls on two cpus do not share a cache line.
    private static final long STRIDE_BYTES = 128;

    private static final MemorySegment[] BUFFERS = allocate();
    private static final long FIRST_ADDRESS = BUFFERS[0].address();

    private CallState() {}

    private static MemorySegment[] allocate() {
        MemorySegment all = Arena.global().allocate(Long.SIZE * STRIDE_BYTES, STRIDE_BYTES);
        MemorySegment[] buffers = new MemorySegment[Long.SIZE];
        for (int index = 0; index < buffers.length; index++) {
            buffers[index] = all.asSlice(index * STRIDE_BYTES, LAYOUT);
        }
        return buffers;
    }

    /// Takes a buffer for one call.
    static MemorySegment acquire() {
        long used = USED.get();
        while (used != -1L) {
            long bit = Long.lowestOneBit(~used);
            long witness = USED.compareAndExchange(used, used | bit);
            if (witness == used) {
                return BUFFERS[Long.numberOfTrailingZeros(bit)];
            }
            used = witness;
        }
        return Arena.ofAuto().allocate(LAYOUT);
    }

    static void release(MemorySegment buffer) {
        long offset = buffer.address() - FIRST_ADDRESS;
        if (offset >= 0 && offset < Long.SIZE * STRIDE_BYTES) {
            USED.getAndAdd(-(1L << (offset / STRIDE_BYTES)));
        }
    }

    static int errno(MemorySegment buffer) {
        return RawMemory.getInt(buffer.address());
    }
}
