// SPDX-License-Identifier: Apache-2.0
package dev.quarry.agrona;

import dev.quarry.OffHeapAllocator;
import org.agrona.BitUtil;
import org.agrona.DirectBuffer;

/// Makes Agrona's buffers over blocks of an allocator.
///
/// Thread-safe; the buffers are as thread-safe as Agrona's own.
public final class AgronaBuffers {
    private static final String INTERNALS = "jdk.internal.misc";

    private final OffHeapAllocator allocator;

    /// Makes buffers of the process-wide allocator.
    /// @throws IllegalStateException if the JVM was started without the flag that Agrona needs; the message has it
    public AgronaBuffers() {
        this(OffHeapAllocator.system());
    }

    /// Makes buffers of an allocator.
    /// @param allocator that the blocks come from, and that outlives the buffers
    /// @throws IllegalStateException if the JVM was started without the flag that Agrona needs; the message has it
    public AgronaBuffers(OffHeapAllocator allocator) {
        // Before any class of Agrona is touched that would fail in its initialiser with less to read.
        requireExport();
        this.allocator = allocator;
    }

    /// Allocates a zeroed buffer that starts at a cache line, as Agrona's ring buffers and counters want it.
    /// @param capacity in bytes
    /// @return the buffer; closing it frees the block
    /// @throws IllegalArgumentException             if the capacity is negative
    /// @throws dev.quarry.OutOfOffHeapMemoryError for want of memory
    public BlockBuffer allocate(int capacity) {
        return allocate(capacity, BitUtil.CACHE_LINE_LENGTH);
    }

    /// Allocates a zeroed buffer.
    /// @param capacity      in bytes
    /// @param byteAlignment of its first byte, a power of two up to 1 GiB
    /// @return the buffer; closing it frees the block
    /// @throws IllegalArgumentException             if the capacity is negative, or the alignment is not such
    /// @throws dev.quarry.OutOfOffHeapMemoryError for want of memory
    public BlockBuffer allocate(int capacity, int byteAlignment) {
        return BlockBuffer.allocate(allocator, capacity, byteAlignment);
    }

    /// Allocates a zeroed buffer that grows with what is written.
    /// @param initialCapacity in bytes, and what is there at least
    /// @return the buffer; closing it frees the block
    /// @throws IllegalArgumentException             if the capacity is negative
    /// @throws dev.quarry.OutOfOffHeapMemoryError for want of memory
    public ExpandableBlockBuffer allocateExpandable(int initialCapacity) {
        return new ExpandableBlockBuffer(allocator, initialCapacity);
    }

    private static void requireExport() {
        Module agrona = DirectBuffer.class.getModule();
        if (!Object.class.getModule().isExported(INTERNALS, agrona)) {
            throw new IllegalStateException("Agrona's buffers need the JVM's flag --add-exports java.base/" + INTERNALS
                    + "=" + (agrona.isNamed() ? agrona.getName() : "ALL-UNNAMED") + ", and it was started without");
        }
    }
}
