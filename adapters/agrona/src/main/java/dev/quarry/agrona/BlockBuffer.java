// SPDX-License-Identifier: Apache-2.0
package dev.quarry.agrona;

import dev.quarry.OffHeapAllocator;
import java.nio.ByteBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/// Agrona's `AtomicBuffer` over one block of its own.
///
/// Closing it frees the block and leaves a buffer of capacity 0, so that a late access through this object is out of
/// bounds (unless Agrona's bounds checks are off). Other buffers that wrap the same memory are not told.
public final class BlockBuffer extends UnsafeBuffer implements AutoCloseable {
    private final OffHeapAllocator allocator;
    private final long address;
    private boolean closed;

    private BlockBuffer(OffHeapAllocator allocator, ByteBuffer block) {
        super(block);
        this.allocator = allocator;
        this.address = addressOffset();
    }

    static BlockBuffer allocate(OffHeapAllocator allocator, int capacity, int byteAlignment) {
        // By way of a ByteBuffer, so that Agrona's users who read and write channels find one behind the buffer.
        return new BlockBuffer(
                allocator, allocator.allocate(capacity, byteAlignment).asByteBuffer());
    }

    /// Frees the block. Idempotent; by one thread, when no other uses the buffer any more.
    @Override
    public void close() {
        if (!closed) {
            closed = true;
            wrap(0, 0);
            allocator.free(address);
        }
    }
}
