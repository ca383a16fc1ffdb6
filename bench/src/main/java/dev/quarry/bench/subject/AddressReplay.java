// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.subject;

import dev.quarry.bench.trace.TraceFormat;
import java.util.Map;
import java.util.function.Supplier;

/// Replays against an allocator of raw addresses; word for word what `bench/native/replay.c` does.
final class AddressReplay extends ReplayLoop {
    private final Blocks blocks;
    private final long[] slots;
    private final Supplier<Map<String, Long>> footprint;

    AddressReplay(Blocks blocks, int slotCount, Supplier<Map<String, Long>> footprint) {
        this.blocks = blocks;
        this.slots = new long[slotCount];
        this.footprint = footprint;
    }

    @Override
    protected int replay(int[] words, int from, int end) {
        return replay(blocks, slots, words, from, end);
    }

    /// Static, with all that it uses in its arguments, as in C: the same loop with its references read from fields cost
    /// 2 ns an operation more.
    private static int replay(Blocks blocks, long[] slots, int[] words, int from, int end) {
        int index = from;
        while (index < end) {
            int word = words[index++];
            int slot = TraceFormat.operand(word);
            switch (TraceFormat.kind(word)) {
                case TraceFormat.ALLOCATE -> {
                    long byteSize = TraceFormat.byteSize(words[index++]);
                    long address = blocks.malloc(byteSize);
                    slots[slot] = address;
                    BlockMemory.touch(address, byteSize);
                }
                case TraceFormat.FREE -> blocks.free(slots[slot]);
                default -> replayRealloc(blocks, slots, slot, TraceFormat.byteSize(words[index++]));
            }
        }
        return index;
    }

    /// A call of its own: the state that the loop keeps in registers is then written back here only, not in each step.
    private static void replayRealloc(Blocks blocks, long[] slots, int slot, long byteSize) {
        long address = blocks.realloc(slots[slot], byteSize);
        slots[slot] = address;
        BlockMemory.touch(address, byteSize);
    }

    @Override
    public Map<String, Long> footprint() {
        return footprint.get();
    }
}
