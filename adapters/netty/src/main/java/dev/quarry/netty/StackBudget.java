// SPDX-License-Identifier: Apache-2.0
package dev.quarry.netty;

import dev.quarry.OffHeapAllocator;
import java.util.concurrent.atomic.AtomicLong;

/// The bytes that all [BlockStacks] of an allocator may keep between them, and one of them for itself: what threads
/// that fall silent go on holding.
///
/// Thread-safe.
final class StackBudget {
    /// Reserved at a time.
    static final int SLICE_BYTES = 64 << 10;

    private static final long MAX_BYTES = 16 << 20;
    private static final int MAX_BYTES_A_STACK = 2 << 20;

    /// The part of the allocator's limit that they may keep at most.
    private static final int LIMIT_PART = 16;

    private final OffHeapAllocator memory;
    private final AtomicLong reservedBytes = new AtomicLong();
    private volatile long limitBytes;

    /// A budget of nothing, until it is opened.
    StackBudget(OffHeapAllocator memory) {
        this.memory = memory;
    }

    /// From now on blocks may be kept.
    void open() {
        limitBytes = Math.min(MAX_BYTES, memory.limitBytes() / LIMIT_PART);
    }

    /// {@return where the blocks are from}
    OffHeapAllocator memory() {
        return memory;
    }

    /// Reserves a slice.
    /// @param allowedBytes that the same stacks have reserved already
    /// @return whether there was one
    boolean tryReserve(int allowedBytes) {
        if (allowedBytes + SLICE_BYTES > MAX_BYTES_A_STACK || reservedBytes.get() + SLICE_BYTES > limitBytes) {
            return false;
        }
        if (reservedBytes.addAndGet(SLICE_BYTES) > limitBytes) {
            reservedBytes.addAndGet(-SLICE_BYTES);
            return false;
        }
        return true;
    }

    void release(int bytes) {
        reservedBytes.addAndGet(-bytes);
    }
}
