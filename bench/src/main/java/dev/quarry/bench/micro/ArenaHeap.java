// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.micro;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.function.Supplier;

/// Segments of arenas, an arena for each block: its close is the only free there is. Segments are zeroed always.
final class ArenaHeap extends MicroHeap {
    private final Supplier<Arena> newArena;
    private final boolean closes;
    private final Arena[] arenas;
    private final MemorySegment[] segments;

    /// @param newArena opens an arena
    /// @param closes   false for arenas that the garbage collector closes: what is freed is forgotten then
    ArenaHeap(Supplier<Arena> newArena, boolean closes, int slotCount) {
        this.newArena = newArena;
        this.closes = closes;
        arenas = new Arena[slotCount];
        Arrays.fill(arenas, Arena.global());
        segments = new MemorySegment[slotCount];
        Arrays.fill(segments, MemorySegment.NULL);
    }

    @Override
    public void pair(int byteSize) {
        alignedPair(1, byteSize);
    }

    @Override
    public void zeroedPair(int byteSize) {
        alignedPair(1, byteSize);
    }

    @Override
    public void alignedPair(int byteAlignment, int byteSize) {
        Arena arena = newArena.get();
        write(arena.allocate(byteSize, byteAlignment));
        close(arena);
    }

    @Override
    public void allocate(int slot, int byteSize) {
        Arena arena = newArena.get();
        arenas[slot] = arena;
        segments[slot] = write(arena.allocate(byteSize));
    }

    /// An arena has no way to let a segment grow: a new one, a copy and a close.
    @Override
    public void reallocate(int slot, int byteSize) {
        Arena oldArena = arenas[slot];
        MemorySegment old = segments[slot];
        allocate(slot, byteSize);
        MemorySegment segment = segments[slot];
        MemorySegment.copy(old, 0, segment, 0, Math.min(old.byteSize(), segment.byteSize()));
        close(oldArena);
    }

    @Override
    public void free(int slot) {
        if (closes) {
            arenas[slot].close();
        } else {
            arenas[slot] = Arena.global();
            segments[slot] = MemorySegment.NULL;
        }
    }

    /// One arena for all.
    @Override
    public void group(int blocks, int byteSize) {
        Arena arena = newArena.get();
        for (int block = 0; block < blocks; block++) {
            write(arena.allocate(byteSize));
        }
        close(arena);
    }

    private static MemorySegment write(MemorySegment segment) {
        segment.set(ValueLayout.JAVA_BYTE, 0, (byte) 1);
        return segment;
    }

    private void close(Arena arena) {
        if (closes) {
            arena.close();
        }
    }
}
