// SPDX-License-Identifier: Apache-2.0
package dev.quarry.jetty;

import dev.quarry.OffHeapAllocator;
import java.io.IOException;
import java.util.concurrent.atomic.LongAdder;
import org.eclipse.jetty.io.ArrayByteBufferPool;
import org.eclipse.jetty.io.ByteBufferPool;
import org.eclipse.jetty.io.RetainableByteBuffer;
import org.eclipse.jetty.util.annotation.ManagedAttribute;
import org.eclipse.jetty.util.annotation.ManagedObject;
import org.eclipse.jetty.util.annotation.ManagedOperation;
import org.eclipse.jetty.util.component.Dumpable;

/// Jetty's buffer pool: `new Server(threadPool, scheduler, new QuarryByteBufferPool())`.
///
/// A direct buffer is a block of exactly the size that was asked for, and is freed when its last reference is released:
/// nothing is pooled here, for the allocator is the pool. Heap buffers come from a pool of Jetty's own.
///
/// A buffer that is never released is a leak: the garbage collector does not free it. The number of those in use is an
/// attribute of this object.
///
/// Thread-safe.
@ManagedObject("Buffers from Quarry's allocator")
public final class QuarryByteBufferPool implements ByteBufferPool, Dumpable {
    private final OffHeapAllocator allocator;
    private final ByteBufferPool heapBuffers;
    private final LongAdder acquired = new LongAdder();
    private final LongAdder released = new LongAdder();

    /// Makes a pool over the process-wide allocator. What Jetty's XML needs.
    public QuarryByteBufferPool() {
        this(OffHeapAllocator.system());
    }

    /// Makes a pool over an allocator.
    /// @param allocator for the direct buffers; to be closed after the server has stopped
    public QuarryByteBufferPool(OffHeapAllocator allocator) {
        this(allocator, new ArrayByteBufferPool());
    }

    /// Makes a pool over an allocator and a pool of heap buffers.
    /// @param allocator   for the direct buffers; to be closed after the server has stopped
    /// @param heapBuffers for the others
    public QuarryByteBufferPool(OffHeapAllocator allocator, ByteBufferPool heapBuffers) {
        this.allocator = allocator;
        this.heapBuffers = heapBuffers;
    }

    /// Acquires a buffer: empty, at position 0, big-endian, contents undefined.
    /// @param size   its capacity in bytes
    /// @param direct whether it is a block, or else on the heap
    /// @return the buffer, with one reference
    /// @throws dev.quarry.OutOfOffHeapMemoryError for want of memory
    @Override
    public RetainableByteBuffer.Mutable acquire(int size, boolean direct) {
        if (!direct) {
            return heapBuffers.acquire(size, false);
        }
        BlockBuffer buffer = new BlockBuffer(this, allocator, allocator.allocateBuffer(size));
        acquired.increment();
        return buffer;
    }

    void onReleased() {
        released.increment();
    }

    /// Gives back to the operating system what the allocator can give back, and clears the heap buffers' pool.
    @Override
    @ManagedOperation(value = "Gives back what is not in use", impact = "ACTION")
    public void clear() {
        allocator.trim();
        heapBuffers.clear();
    }

    /// {@return direct buffers that were acquired and not released, a count; while others work, about that}
    @ManagedAttribute("The number of direct buffers in use")
    public long getDirectBuffersInUse() {
        // In this order, so that a buffer counted as released is counted as acquired too.
        long releasedNow = released.sum();
        return acquired.sum() - releasedNow;
    }

    /// {@return bytes of the allocator's blocks, other users' of the same allocator included}
    @ManagedAttribute("The bytes requested from the allocator and not freed")
    public long getLiveBytes() {
        return allocator.stats().liveBytes();
    }

    /// {@return bytes that the allocator takes from the machine}
    @ManagedAttribute("The bytes that the allocator holds")
    public long getHeldBytes() {
        return allocator.stats().heldBytes();
    }

    @Override
    public void dump(Appendable out, String indent) throws IOException {
        Dumpable.dumpObjects(out, indent, this, heapBuffers);
    }

    @Override
    public String toString() {
        return "QuarryByteBufferPool{direct in use=" + getDirectBuffersInUse() + '}';
    }
}
