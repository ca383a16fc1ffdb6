// SPDX-License-Identifier: Apache-2.0
package dev.quarry.undertow;

import dev.quarry.OffHeapAllocator;
import io.undertow.connector.ByteBufferPool;
import io.undertow.connector.PooledByteBuffer;
import io.undertow.server.DefaultByteBufferPool;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.LongAdder;

/// Undertow's buffer pool: `Undertow.builder().setByteBufferPool(new QuarryByteBufferPool())`.
///
/// A buffer is a block, freed when it is closed: nothing is pooled here, for the allocator is the pool, and no thread
/// waits for another. Array-backed buffers come from a pool of Undertow's own.
///
/// A server whose memory has a limit also needs [OutOfMemoryHandler].
///
/// A buffer that is never closed is a leak: the garbage collector does not free it. [#buffersInUse()] counts them.
///
/// Thread-safe.
public final class QuarryByteBufferPool implements ByteBufferPool {
    /// What Undertow's builder takes for direct buffers: 16 KiB with room for the frame of a TLS record.
    public static final int DEFAULT_BUFFER_SIZE = 16 * 1024 - 20;

    private final OffHeapAllocator allocator;
    private final int bufferSize;
    private final DefaultByteBufferPool arrayBackedPool;
    private final LongAdder allocated = new LongAdder();
    private final LongAdder freed = new LongAdder();
    private volatile boolean closed;

    /// Makes a pool over the process-wide allocator, of buffers of the default size.
    public QuarryByteBufferPool() {
        this(OffHeapAllocator.system(), DEFAULT_BUFFER_SIZE);
    }

    /// Makes a pool over an allocator.
    /// @param allocator  to be closed after the server has stopped; closing the pool leaves it open
    /// @param bufferSize of each buffer, in bytes, at least 1
    public QuarryByteBufferPool(OffHeapAllocator allocator, int bufferSize) {
        if (bufferSize < 1) {
            throw new IllegalArgumentException("a buffer has at least one byte, not " + bufferSize);
        }
        this.allocator = allocator;
        this.bufferSize = bufferSize;
        this.arrayBackedPool = new DefaultByteBufferPool(false, bufferSize);
    }

    /// Allocates a direct buffer: at position 0, with its capacity as limit, big-endian, contents undefined.
    /// @return the buffer, freed by its `close`, by any thread
    /// @throws dev.quarry.OutOfOffHeapMemoryError for want of memory
    /// @throws IllegalStateException               if the pool is closed
    @Override
    public PooledByteBuffer allocate() {
        if (closed) {
            throw new IllegalStateException("the pool is closed");
        }
        BlockBuffer buffer = new BlockBuffer(this, allocator.allocateBuffer(bufferSize));
        allocated.increment();
        return buffer;
    }

    void free(ByteBuffer block) {
        freed.increment();
        allocator.free(block);
    }

    @Override
    public ByteBufferPool getArrayBackedPool() {
        return arrayBackedPool;
    }

    @Override
    public int getBufferSize() {
        return bufferSize;
    }

    @Override
    public boolean isDirect() {
        return true;
    }

    /// {@return buffers that were allocated and not closed, a count; while others work, about that}
    public long buffersInUse() {
        // In this order, so that a buffer counted as freed is counted as allocated too.
        long freedNow = freed.sum();
        return allocated.sum() - freedNow;
    }

    /// Refuses further allocations. Buffers in use stay good until they are closed. Idempotent.
    @Override
    public void close() {
        closed = true;
        arrayBackedPool.close();
    }
}
