// SPDX-License-Identifier: Apache-2.0
package dev.quarry;

import dev.quarry.numa.RawMemory;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.function.Consumer;

/// An arena of the JDK's kind, whose segments are blocks of an allocator. The JDK's own arena keeps the rules (closed
/// access, wrong thread, no close under a native call); this class brings the memory and takes it back when that one is
/// closed.
final class AllocatorArena implements Arena {
    private final OffHeapAllocator allocator;
    private final Arena lifetime;

    /// A segment without bytes: filling it does nothing but ask whether this thread may use the arena, as the JDK's own
    /// arenas ask before they allocate.
    private final MemorySegment access;

    AllocatorArena(OffHeapAllocator allocator, Arena lifetime) {
        this.allocator = allocator;
        this.lifetime = lifetime;
        this.access = RawMemory.segment(0, 0, lifetime, empty -> {});
    }

    @Override
    public MemorySegment allocate(long byteSize, long byteAlignment) {
        if (byteSize < 0 || byteAlignment <= 0 || Long.bitCount(byteAlignment) != 1) {
            throw new IllegalArgumentException(
                    "invalid size " + byteSize + " or alignment " + byteAlignment + " for a segment");
        }
        access.fill((byte) 0);
        if (byteAlignment > 1L << 30) {
            throw new OutOfOffHeapMemoryError("no block can have an alignment of " + byteAlignment);
        }
        Release release = new Release(allocator, allocator.allocateZeroed(byteSize, byteAlignment));
        try {
            return RawMemory.segment(release.address, byteSize, lifetime, release);
        } catch (RuntimeException | Error refused) {
            release.free();
            throw refused;
        }
    }

    @Override
    public MemorySegment.Scope scope() {
        return lifetime.scope();
    }

    @Override
    public void close() {
        lifetime.close();
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
                allocator.free(address);
            }
        }
    }
}
