// SPDX-License-Identifier: Apache-2.0
package dev.quarry.netty;

import io.netty.buffer.AbstractByteBufAllocator;
import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Enabled;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.MemoryAddress;
import jdk.jfr.Name;

/// What Netty's own allocators record of a buffer, under the same names and off until a recording asks for it, so that
/// Netty's profiles and tools work with this one.
@Enabled(false)
@Category("Netty")
abstract class BufferEvent extends Event {
    @Label("Allocator type")
    @Description("The type of allocator this event is for")
    Class<? extends AbstractByteBufAllocator> allocatorType = QuarryByteBufAllocator.class;

    @DataAmount
    @Description("Configured buffer capacity")
    int size;

    @DataAmount
    @Description("Actual allocated buffer capacity")
    int maxFastCapacity;

    @DataAmount
    @Description("Maximum buffer capacity")
    int maxCapacity;

    @Description("Is this buffer referencing off-heap memory?")
    boolean direct;

    @Description("The memory address of the off-heap memory, if available")
    @MemoryAddress
    long address;

    final void describe(RecycledByteBuf buffer, long blockAddress) {
        size = buffer.capacity();
        maxFastCapacity = buffer.fastCapacity();
        maxCapacity = buffer.maxCapacity();
        direct = buffer.isDirect();
        address = blockAddress;
    }

    /// A buffer begins.
    @Name("io.netty.AllocateBuffer")
    @Label("Buffer Allocation")
    @Description("Triggered when a buffer is allocated from an allocator")
    static final class Allocate extends BufferEvent {
        @Description("Is this chunk pooled, or is it a one-off allocation for this buffer?")
        boolean chunkPooled;

        @Description("Is this buffer's chunk part of a thread-local magazine or arena?")
        boolean chunkThreadLocal;
    }

    /// A buffer was released for the last time.
    @Name("io.netty.FreeBuffer")
    @Label("Buffer Deallocation")
    @Description("Triggered when a buffer is freed from an allocator")
    static final class Free extends BufferEvent {}

    /// A buffer outgrows its memory.
    @Name("io.netty.ReallocateBuffer")
    @Label("Buffer Reallocation")
    @Description("Triggered when a buffer is reallocated for resizing in an allocator")
    static final class Reallocate extends BufferEvent {
        @DataAmount
        @Description("Targeted buffer capacity")
        int newCapacity;
    }
}
