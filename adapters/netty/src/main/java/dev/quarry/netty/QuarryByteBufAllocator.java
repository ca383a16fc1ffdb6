// SPDX-License-Identifier: Apache-2.0
package dev.quarry.netty;

import dev.quarry.OffHeapAllocator;
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
/// *Cost.* Allocating and releasing a direct buffer of up to 32 KiB takes no lock and enters no kernel. A `ByteBuffer`
/// is
/// made only when it is asked for, and is used again while the object gets the same block.
///
/// Needs neither Unsafe nor any flag beyond native access. Thread-safe. The allocator of the memory is closed by
/// whoever
/// made it, after the last release.
public final class QuarryByteBufAllocator extends AbstractByteBufAllocator implements ByteBufAllocatorMetricProvider {
    /// Over [OffHeapAllocator#system()]; prefers direct buffers where Netty does.
    public static final QuarryByteBufAllocator DEFAULT =
            new QuarryByteBufAllocator(OffHeapAllocator.system(), PlatformDependent.directBufferPreferred());

    private final OffHeapAllocator memory;
    private final BufferCaches caches;
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
        this.metric = new QuarryByteBufAllocatorMetric(memory, caches);
    }

    @Override
    protected ByteBuf newDirectBuffer(int initialCapacity, int maxCapacity) {
        final ThreadCache cache = caches.current();
        BlockByteBuf buffer = cache != null ? cache.takeBlock() : caches.takeSharedBlock();
        if (buffer == null) {
            buffer = new BlockByteBuf(this);
        }
        // The object first, the block second: if there is none, the object is the only thing to be lost.
        final long block = cache != null ? cache.arena.malloc(initialCapacity) : memory.malloc(initialCapacity);
        buffer.begin(block, initialCapacity, maxCapacity);
        BufferEvents.allocate(buffer, true, cache != null);
        return toLeakAwareBuffer(buffer);
    }

    /// Frees the block of a released buffer and keeps the object.
    void recycle(BlockByteBuf buffer, long block) {
        final ThreadCache cache = caches.current();
        if (cache != null) {
            cache.arena.free(block);
            cache.giveBlock(buffer);
        } else {
            memory.free(block);
            caches.giveSharedBlock(buffer);
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

    /// Gives back what can be given back now: unused arrays and objects to the garbage collector, but for those that
    /// other threads keep for themselves; and of the blocks' memory what [OffHeapAllocator#trim] gives back.
    public void trim() {
        caches.trim();
        memory.trim();
    }
}
