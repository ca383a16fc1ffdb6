// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.subject;

import dev.quarry.bench.trace.TraceFormat;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.Map;

/// Replays against the JDK: a confined [Arena] for each block. A reallocation is a new block, a copy of what both have
/// room for, and a close.
final class JdkArenaReplay extends ReplayLoop {
    private final Arena[] arenas;
    private final MemorySegment[] segments;

    JdkArenaReplay(int slotCount) {
        arenas = new Arena[slotCount];
        segments = new MemorySegment[slotCount];
        Arrays.fill(segments, MemorySegment.NULL);
    }

    @Override
    protected int replay(int[] words, int from, int end) {
        int index = from;
        while (index < end) {
            int word = words[index++];
            int slot = TraceFormat.operand(word);
            switch (TraceFormat.kind(word)) {
                case TraceFormat.ALLOCATE -> allocate(slot, words[index++]);
                case TraceFormat.FREE -> free(slot);
                default -> reallocate(slot, words[index++]);
            }
        }
        return index;
    }

    private void allocate(int slot, int sizeWord) {
        long byteSize = TraceFormat.byteSize(sizeWord);
        Arena arena = Arena.ofConfined();
        MemorySegment segment = arena.allocate(byteSize);
        if (byteSize > 0) {
            segment.set(ValueLayout.JAVA_BYTE, 0, (byte) 1);
        }
        arenas[slot] = arena;
        segments[slot] = segment;
    }

    private void free(int slot) {
        arenas[slot].close();
        segments[slot] = MemorySegment.NULL;
    }

    private void reallocate(int slot, int sizeWord) {
        Arena oldArena = arenas[slot];
        MemorySegment old = segments[slot];
        allocate(slot, sizeWord);
        MemorySegment segment = segments[slot];
        MemorySegment.copy(old, 0, segment, 0, Math.min(old.byteSize(), segment.byteSize()));
        oldArena.close();
    }

    /// What was requested: the JDK says nothing of what it holds for it.
    @Override
    public Map<String, Long> footprint() {
        return Footprint.ofBytes(
                Arrays.stream(segments).mapToLong(MemorySegment::byteSize).sum());
    }
}
