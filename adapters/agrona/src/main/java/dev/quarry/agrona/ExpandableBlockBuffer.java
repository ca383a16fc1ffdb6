// SPDX-License-Identifier: Apache-2.0
package dev.quarry.agrona;

import dev.quarry.OffHeapAllocator;
import dev.quarry.numa.RawMemory;
import java.nio.ByteBuffer;
import org.agrona.AbstractMutableDirectBuffer;
import org.agrona.DirectBuffer;
import org.jspecify.annotations.Nullable;

/// Agrona's `MutableDirectBuffer` over a block that grows with what is written to it, as `ExpandableDirectByteBuffer`
/// does, but leaves no buffer to the garbage collector: the block is reallocated, in place where it can be.
///
/// What was never written reads as 0. Addresses, and buffers that wrap this one, are good until the next growth. When
/// there is no memory to grow, the buffer is what it was.
///
/// Not thread-safe.
public final class ExpandableBlockBuffer extends AbstractMutableDirectBuffer implements AutoCloseable {
    /// The greatest capacity, in bytes.
    public static final int MAX_CAPACITY = Integer.MAX_VALUE - 8;

    private final OffHeapAllocator allocator;

    /// Made when it is asked for, and anew after each growth.
    private @Nullable ByteBuffer view;

    private boolean closed;

    ExpandableBlockBuffer(OffHeapAllocator allocator, int initialCapacity) {
        this.allocator = allocator;
        this.addressOffset = allocator.calloc(initialCapacity, 1);
        this.capacity = initialCapacity;
    }

    @Override
    public boolean isExpandable() {
        return true;
    }

    @Override
    public int wrapAdjustment() {
        return 0;
    }

    /// {@return a view of the whole block, good until the next growth}
    @Override
    public ByteBuffer byteBuffer() {
        if (view == null) {
            view = RawMemory.segment(addressOffset, capacity).asByteBuffer();
        }
        return view;
    }

    @Override
    public void checkLimit(int limit) {
        ensureCapacity(limit, 0);
    }

    @Override
    protected void ensureCapacity(int index, int length) {
        if (index < 0 || length < 0) {
            throw new IndexOutOfBoundsException("negative: index=" + index + ", length=" + length);
        }
        long requiredBytes = (long) index + length;
        if (requiredBytes > capacity) {
            grow(requiredBytes);
        }
    }

    private void grow(long requiredBytes) {
        if (closed) {
            throw new IllegalStateException("the buffer is closed");
        }
        if (requiredBytes > MAX_CAPACITY) {
            throw new IndexOutOfBoundsException(
                    requiredBytes + " bytes are more than the greatest capacity of " + MAX_CAPACITY);
        }
        // By a half at least, so that writing byte after byte costs no more than a few moves of each.
        long wantedBytes = Math.max(requiredBytes, capacity + (long) (capacity >> 1));
        long address = allocator.realloc(addressOffset, Math.min(wantedBytes, MAX_CAPACITY));
        int before = capacity;
        addressOffset = address;
        capacity = (int) Math.min(allocator.usableSize(address), MAX_CAPACITY);
        view = null;
        setMemory(before, capacity - before, (byte) 0);
    }

    /// Frees the block and leaves a buffer of capacity 0. Idempotent.
    @Override
    public void close() {
        if (!closed) {
            closed = true;
            long address = addressOffset;
            addressOffset = 0;
            capacity = 0;
            view = null;
            allocator.free(address);
        }
    }

    @Override
    public String toString() {
        return "ExpandableBlockBuffer{address=" + addressOffset + ", capacity=" + capacity + '}';
    }

    @Override
    public void wrap(byte[] buffer) {
        throw owned();
    }

    @Override
    public void wrap(byte[] buffer, int offset, int length) {
        throw owned();
    }

    @Override
    public void wrap(ByteBuffer buffer) {
        throw owned();
    }

    @Override
    public void wrap(ByteBuffer buffer, int offset, int length) {
        throw owned();
    }

    @Override
    public void wrap(DirectBuffer buffer) {
        throw owned();
    }

    @Override
    public void wrap(DirectBuffer buffer, int offset, int length) {
        throw owned();
    }

    @Override
    public void wrap(long address, int length) {
        throw owned();
    }

    private static UnsupportedOperationException owned() {
        return new UnsupportedOperationException("an expandable buffer owns its block and wraps nothing else");
    }
}
