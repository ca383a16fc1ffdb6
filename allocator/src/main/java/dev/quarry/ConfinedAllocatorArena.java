// SPDX-License-Identifier: Apache-2.0
package dev.quarry;

import static dev.quarry.ArenaCalls.CALL;

import dev.quarry.numa.RawHandles;
import dev.quarry.numa.RawMemory;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// An arena for one thread: the addresses of its blocks in one array, and one entry in the JDK's list of what is to be
/// done at the close. Most such arenas have few blocks and a short life.
///
/// Not thread-safe: the JDK's arena lets its owner in only.
final class ConfinedAllocatorArena extends AllocatorArena {
    private final Blocks blocks;

    ConfinedAllocatorArena(OffHeapAllocator allocator) {
        this(allocator, new Blocks(allocator));
    }

    private ConfinedAllocatorArena(OffHeapAllocator allocator, Blocks blocks) {
        super(allocator, Arena.ofConfined(), blocks);
        this.blocks = blocks;
    }

    @Override
    MemorySegment allocateBlock(long byteSize, long byteAlignment) {
        blocks.reserve();
        long address = CALL.allocateZeroed(allocator, byteSize, byteAlignment);
        MemorySegment segment;
        try {
            segment = RawMemory.segment(address, byteSize, lifetime, null);
        } catch (RuntimeException | Error refused) {
            CALL.free(allocator, address);
            throw refused;
        }
        // No call, in which the stack could end: from here on the close frees it.
        if (blocks.first == 0) {
            blocks.first = address;
        } else {
            blocks.others[blocks.otherCount++] = address;
        }
        return segment;
    }

    /// What is freed at the close.
    private static final class Blocks implements Consumer<MemorySegment> {
        private static final int FIRST_CAPACITY = 7;
        private static final long[] NONE = {};

        private final OffHeapAllocator allocator;

        /// 0: there is none.
        private long first;

        private long[] others = NONE;
        private int otherCount;

        Blocks(OffHeapAllocator allocator) {
            this.allocator = allocator;
        }

        /// Ensures room for one more.
        void reserve() {
            if (first != 0 && otherCount == others.length) {
                others = Arrays.copyOf(others, Math.max(FIRST_CAPACITY, 2 * otherCount));
            }
        }

        /// Frees all, the last one first. What is refused does not keep the others.
        @Override
        public void accept(MemorySegment segment) {
            @Nullable Throwable refusal = null;
            while (otherCount != 0) {
                otherCount--;
                refusal = free(others[otherCount], refusal);
            }
            if (first != 0) {
                refusal = free(first, refusal);
            }
            if (refusal != null) {
                throw RawHandles.rethrow(refusal);
            }
        }

        /// {@return the refusals, of this block and of those before}
        private @Nullable Throwable free(long address, @Nullable Throwable refusal) {
            try {
                CALL.free(allocator, address);
                return refusal;
            } catch (RuntimeException | Error refused) {
                if (refusal == null) {
                    return refused;
                }
                if (refusal != refused) {
                    refusal.addSuppressed(refused);
                }
                return refusal;
            }
        }
    }
}
