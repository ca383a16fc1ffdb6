// SPDX-License-Identifier: Apache-2.0
package dev.quarry.undertow;

import io.undertow.connector.PooledByteBuffer;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/// A buffer in use, until it is closed: once, whichever of its users is first.
final class BlockBuffer implements PooledByteBuffer {
    private final QuarryByteBufferPool pool;

    /// The block; null once it is freed.
    private final AtomicReference<@Nullable ByteBuffer> block;

    BlockBuffer(QuarryByteBufferPool pool, ByteBuffer block) {
        this.pool = pool;
        this.block = new AtomicReference<>(block);
    }

    @Override
    public ByteBuffer getBuffer() {
        ByteBuffer buffer = block.get();
        if (buffer == null) {
            throw new IllegalStateException("the buffer is closed");
        }
        return buffer;
    }

    @Override
    public void close() {
        ByteBuffer buffer = block.getAndSet(null);
        if (buffer != null) {
            pool.free(buffer);
        }
    }

    @Override
    public boolean isOpen() {
        return block.get() != null;
    }

    @Override
    public String toString() {
        return "BlockBuffer{" + block.get() + '}';
    }
}
