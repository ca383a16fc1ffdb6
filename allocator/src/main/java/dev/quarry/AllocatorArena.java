// SPDX-License-Identifier: Apache-2.0
package dev.quarry;

import dev.quarry.numa.RawMemory;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// An arena of the JDK's kind, whose segments are blocks of an allocator. The JDK's own arena keeps the rules (closed
/// access, wrong thread, no close under a native call); this class brings the memory, and its subclasses take it back
/// when that one is closed.
abstract class AllocatorArena implements Arena {
    final OffHeapAllocator allocator;
    final Arena lifetime;

    /// A segment without bytes: filling it does nothing but ask whether this thread may use the arena, as the JDK's own
    /// arenas ask before they allocate.
    private final MemorySegment access;

    /// @param allocator of the blocks
    /// @param lifetime  of the segments
    /// @param cleanup   done when that is closed, or null
    AllocatorArena(OffHeapAllocator allocator, Arena lifetime, @Nullable Consumer<MemorySegment> cleanup) {
        this.allocator = allocator;
        this.lifetime = lifetime;
        this.access = RawMemory.segment(0, 0, lifetime, cleanup);
    }

    @Override
    public final MemorySegment allocate(long byteSize, long byteAlignment) {
        if (byteSize < 0 || byteAlignment <= 0 || Long.bitCount(byteAlignment) != 1) {
            throw new IllegalArgumentException(
                    "invalid size " + byteSize + " or alignment " + byteAlignment + " for a segment");
        }
        access.fill((byte) 0);
        if (byteAlignment > 1L << 30) {
            throw new OutOfOffHeapMemoryError("no block can have an alignment of " + byteAlignment);
        }
        return allocateBlock(byteSize, byteAlignment);
    }

    /// Allocates a block that is freed at the close.
    /// @param byteSize      bytes, checked
    /// @param byteAlignment a power of two
    /// @return its segment, zeroed
    abstract MemorySegment allocateBlock(long byteSize, long byteAlignment);

    @Override
    public final MemorySegment.Scope scope() {
        return lifetime.scope();
    }

    @Override
    public final void close() {
        lifetime.close();
    }
}
