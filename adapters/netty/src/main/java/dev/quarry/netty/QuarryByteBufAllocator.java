// SPDX-License-Identifier: Apache-2.0
package dev.quarry.netty;

import static dev.quarry.netty.BufferCalls.CALL;

import dev.quarry.OffHeapAllocator;
import dev.quarry.OutOfOffHeapMemoryError;
import io.netty.buffer.AbstractByteBufAllocator;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocatorMetricProvider;
import io.netty.util.internal.PlatformDependent;
import org.jspecify.annotations.Nullable;

/// Netty's `ByteBufAllocator` over an [OffHeapAllocator].
///
/// A direct buffer is one block of its own. Its object is used again after the last release, so that in steady state a
/// buffer makes no garbage; heap buffers are pooled with their arrays up to 4 MiB. Buffers may be released by any
/// thread, and virtual threads do as well as others. Growth is a realloc, in place where it can be.
///
/// *Errors.* Want of memory is a [dev.quarry.OutOfOffHeapMemoryError], an `OutOfMemoryError` like Netty's own; what was
/// allocated before is untouched, and the next allocation that fits succeeds.
///
/// *Leaks* are Netty's `ResourceLeakDetector`'s to find, at the level that `io.netty.leakDetection.level` sets.
///
/// *Cost.* A released buffer of up to 64 KiB keeps its block for the thread's next one: at most 2 MiB a thread, and 16
/// MiB or a sixteenth of the limit for all. Where that serves, no lock is taken, the kernel is not entered, and the
/// thread that allocated a buffer and holds its only reference releases it without an atomic operation. A `ByteBuffer`
/// is made only when it is asked for, and is used again while the object has the same block.
///
/// Needs neither Unsafe nor any flag beyond native access. Thread-safe. The allocator of the memory is closed by
/// whoever made it, after the last release.
public final class QuarryByteBufAllocator extends AbstractByteBufAllocator implements ByteBufAllocatorMetricProvider {
    /// Over [OffHeapAllocator#system()]; prefers direct buffers where Netty does.
    public static final QuarryByteBufAllocator DEFAULT =
            new QuarryByteBufAllocator(OffHeapAllocator.system(), PlatformDependent.directBufferPreferred());

    private final OffHeapAllocator memory;
    private final BufferCaches caches;
    private final BlockClasses classes;
    private final QuarryByteBufAllocatorMetric metric;

    /// Over an allocator; prefers direct buffers where Netty does.
    /// @param memory where blocks come from, and that outlives the buffers
    public QuarryByteBufAllocator(OffHeapAllocator memory) {
        this(memory, PlatformDependent.directBufferPreferred());
    }

    /// Over an allocator.
    /// @param memory       where blocks come from, and that outlives the buffers
    /// @param preferDirect whether `buffer()` gives direct buffers
    public QuarryByteBufAllocator(OffHeapAllocator memory, boolean preferDirect) {
        super(preferDirect);
        this.memory = memory;
        this.caches = new BufferCaches(memory);
        this.classes = caches.classes();
        this.metric = new QuarryByteBufAllocatorMetric(memory, caches);
    }

    @Override
    protected ByteBuf newDirectBuffer(int initialCapacity, int maxCapacity) {
        final ThreadCache cache = caches.current();
        final int blockClass = classes.of(initialCapacity);
        BlockByteBuf buffer = cache == null ? caches.takeShared(blockClass) : cache.take(blockClass);
        if (buffer == null) {
            buffer = CALL.withNewBlock(this, cache, initialCapacity);
        }
        buffer.begin(initialCapacity, maxCapacity);
        BufferEvents.allocate(buffer, true, cache != null);
        return toLeakAwareBuffer(buffer);
    }

    /// The object first, the block second: if there is none, the object is the only thing to be lost.
    BlockByteBuf withNewBlock(@Nullable ThreadCache cache, int byteSize) {
        BlockByteBuf object = cache == null ? caches.takeSharedObject() : cache.takeObject();
        BlockByteBuf buffer = object == null ? new BlockByteBuf(this, caches.nobodys()) : object;
        int blockClass = classes.of(byteSize);
        int blockBytes = blockBytes(byteSize);
        long block = allocateBlock(cache, blockBytes);
        buffer.own(block, asInt(memory.goodSize(blockBytes)), blockClass, homeOf(cache, blockClass));
        return buffer;
    }

    /// {@return what to ask of the allocator for so many bytes: as much as the blocks of the class have}
    private int blockBytes(int byteSize) {
        int blockClass = classes.of(byteSize);
        return blockClass == BlockClasses.NONE ? byteSize : classes.bytes(blockClass);
    }

    private static int asInt(long bytes) {
        return (int) Math.min(bytes, Integer.MAX_VALUE);
    }

    private long allocateBlock(@Nullable ThreadCache cache, int byteSize) {
        long block = cache == null ? memory.tryMalloc(byteSize) : CALL.tryMalloc(cache.arena, byteSize);
        if (block == 0) {
            // What is kept for other sizes may be what lacks here.
            caches.reclaim();
            block = memory.malloc(byteSize);
        }
        return block;
    }

    /// Gives a larger block to a buffer, with what is in its own.
    void regrow(BlockByteBuf buffer, int newCapacity) {
        long block = reallocateBlock(buffer.address(), blockBytes(newCapacity));
        int usableBytes = asInt(memory.usableSize(block));
        int blockClass = classes.ofBlock(usableBytes);
        buffer.own(block, usableBytes, blockClass, homeOf(caches.current(), blockClass));
    }

    private long reallocateBlock(long block, int byteSize) {
        try {
            return memory.realloc(block, byteSize);
        } catch (OutOfOffHeapMemoryError shortage) {
            caches.reclaim();
            return memory.realloc(block, byteSize);
        }
    }

    private BlockStacks homeOf(@Nullable ThreadCache cache, int blockClass) {
        return cache == null || blockClass == BlockClasses.NONE ? caches.nobodys() : cache;
    }

    /// Keeps a released buffer with its block where that may be; else discards it.
    void recycle(BlockByteBuf buffer) {
        ThreadCache cache = caches.current();
        // Another thread's block goes home; kept here it would be lacking there.
        boolean isKept = cache == null ? caches.giveShared(buffer) : buffer.home() == cache && cache.give(buffer);
        if (!isKept) {
            CALL.discard(this, buffer);
        }
    }

    /// Frees the block of a released buffer, and keeps the object.
    void discard(BlockByteBuf buffer) {
        ThreadCache cache = caches.current();
        if (cache == null) {
            memory.free(buffer.disown());
            caches.giveSharedObject(buffer);
        } else {
            CALL.free(cache.arena, buffer.disown());
            cache.giveObject(buffer);
        }
    }

    @Override
    protected ByteBuf newHeapBuffer(int initialCapacity, int maxCapacity) {
        ArrayByteBuf buffer = takeArray(initialCapacity);
        buffer.begin(initialCapacity, maxCapacity);
        BufferEvents.allocate(buffer, isPooled(initialCapacity), caches.current() != null);
        return toLeakAwareBuffer(buffer);
    }

    /// {@return a heap buffer that has an array of at least so many bytes and does not live yet}
    ArrayByteBuf takeArray(int bytes) {
        if (!isPooled(bytes)) {
            ArrayByteBuf buffer = new ArrayByteBuf(this, bytes);
            caches.countArrayBytes(bytes);
            return buffer;
        }
        int arrayClass = ArrayClasses.of(bytes);
        @Nullable ArrayByteBuf pooled = caches.takeArray(arrayClass);
        return pooled == null ? new ArrayByteBuf(this, ArrayClasses.bytes(arrayClass)) : pooled;
    }

    /// Keeps a heap buffer that lives no more, with its array, if it is not too long.
    void recycle(ArrayByteBuf buffer) {
        int bytes = buffer.fastCapacity();
        if (isPooled(bytes)) {
            caches.giveArray(buffer, ArrayClasses.of(bytes));
        } else {
            caches.countArrayBytes(-bytes);
        }
    }

    private static boolean isPooled(int arrayBytes) {
        return arrayBytes <= ArrayClasses.MAX_BYTES;
    }

    @Override
    public boolean isDirectBufferPooled() {
        return true;
    }

    @Override
    public QuarryByteBufAllocatorMetric metric() {
        return metric;
    }

    /// {@return the allocator that the blocks come from}
    public OffHeapAllocator memory() {
        return memory;
    }

    /// Gives back what can be given back now: the blocks of unused buffers, and their arrays and objects to the garbage
    /// collector, but for what other threads keep for themselves; and of the memory what [OffHeapAllocator#trim] gives.
    public void trim() {
        caches.trim();
        memory.trim();
    }
}
