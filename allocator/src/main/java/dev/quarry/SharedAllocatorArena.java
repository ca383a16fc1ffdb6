// SPDX-License-Identifier: Apache-2.0
package dev.quarry;

import static dev.quarry.ArenaCalls.CALL;

import dev.quarry.numa.RawMemory;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.function.Consumer;

/// An arena for any thread. The JDK's list of what is to be done at its close has an entry for each block: it settles
/// what happens to one that is allocated while another thread closes the arena.
///
/// Thread-safe.
final class SharedAllocatorArena extends AllocatorArena {
    SharedAllocatorArena(OffHeapAllocator allocator) {
        super(allocator, Arena.ofShared(), null);
    }

    @Override
    MemorySegment allocateBlock(long byteSize, long byteAlignment) {
        Release release = new Release(allocator, CALL.allocateZeroed(allocator, byteSize, byteAlignment));
        try {
            return RawMemory.segment(release.address, byteSize, lifetime, release);
        } catch (RuntimeException | Error refused) {
            release.free();
            throw refused;
        }
    }

    /// Frees a block once, whoever asks first: the arena's close, or the failed making of its segment.
    private static final class Release implements Consumer<MemorySegment> {
        private final OffHeapAllocator allocator;
        private final long address;
        private boolean freed;

        Release(OffHeapAllocator allocator, long address) {
            this.allocator = allocator;
            this.address = address;
        }

        @Override
        public void accept(MemorySegment segment) {
            free();
        }

        void free() {
            if (!freed) {
                freed = true;
                CALL.free(allocator, address);
            }
        }
    }
}
