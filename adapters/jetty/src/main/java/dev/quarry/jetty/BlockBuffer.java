// SPDX-License-Identifier: Apache-2.0
package dev.quarry.jetty;

import dev.quarry.OffHeapAllocator;
import java.nio.ByteBuffer;
import org.eclipse.jetty.io.RetainableByteBuffer;

/// A direct buffer that is freed when its last reference is released. Slices hold a reference of it.
final class BlockBuffer extends RetainableByteBuffer.Pooled {
    private final QuarryByteBufferPool pool;
    private final OffHeapAllocator allocator;
    private final ByteBuffer block;

    BlockBuffer(QuarryByteBufferPool pool, OffHeapAllocator allocator, ByteBuffer block) {
        super(pool, block.limit(0));
        this.pool = pool;
        this.allocator = allocator;
        this.block = block;
    }

    @Override
    public boolean release() {
        boolean isLast = super.release();
        if (isLast) {
            pool.onReleased();
            allocator.free(block);
        }
        return isLast;
    }
}
