// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.subject;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.quarry.bench.trace.TestTraces;
import dev.quarry.bench.trace.Trace;
import dev.quarry.numa.RawMemory;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class AddressReplayTest {
    private static final int BLOCK_BYTES = 1 << 10;

    /// Hands out one address after another and writes down what is asked of it.
    private static final class RecordingBlocks extends Blocks {
        private final MemorySegment memory = Arena.global().allocate(32L * BLOCK_BYTES);
        private final List<String> calls = new ArrayList<>();
        private int next;

        @Override
        public long malloc(long byteSize) {
            calls.add("malloc " + byteSize);
            return nextAddress();
        }

        @Override
        public long calloc(long count, long elementByteSize) {
            throw new UnsupportedOperationException("a trace has no calloc");
        }

        @Override
        public long alignedAlloc(long byteAlignment, long byteSize) {
            throw new UnsupportedOperationException("a trace has no aligned blocks");
        }

        @Override
        public long realloc(long address, long byteSize) {
            calls.add("realloc " + indexOf(address) + " " + byteSize);
            return nextAddress();
        }

        @Override
        public void free(long address) {
            calls.add("free " + indexOf(address));
        }

        private long nextAddress() {
            return memory.address() + (long) BLOCK_BYTES * next++;
        }

        private long indexOf(long address) {
            return (address - memory.address()) / BLOCK_BYTES;
        }

        private byte firstByte(int block) {
            return memory.get(ValueLayout.JAVA_BYTE, (long) BLOCK_BYTES * block);
        }
    }

    @Test
    void shouldCallWhatTheTraceSaysAndTouchWhatHasBytes() {
        Trace trace = TestTraces.named("test");
        RecordingBlocks blocks = new RecordingBlocks();
        ReplayLoop loop = new AddressReplay(blocks, trace.slotCount(), Map::of);
        assertEquals(trace.words().length, loop.replayUntil(trace, 0, trace.words().length));

        List<String> expected = new ArrayList<>();
        IntStream.range(0, 10).forEach(slot -> expected.add("malloc " + slot * 1000));
        expected.addAll(List.of("realloc 3 100000", "realloc 4 10"));
        expected.addAll(List.of("free 0", "free 1", "free 2", "free 10", "free 11"));
        IntStream.range(5, 10).forEach(slot -> expected.add("free " + slot));
        assertEquals(expected, blocks.calls);
        assertEquals(0, blocks.firstByte(0), "a block without bytes must not be written to");
        IntStream.range(1, 12).forEach(block -> assertEquals(1, blocks.firstByte(block)));
    }

    @Test
    void shouldStopBehindTheOperationThatHoldsTheEnd() {
        Trace trace = TestTraces.named("test");
        RecordingBlocks blocks = new RecordingBlocks();
        ReplayLoop loop = new AddressReplay(blocks, trace.slotCount(), Map::of);
        assertEquals(4, loop.replayUntil(trace, 0, 3));
        assertEquals(List.of("malloc 0", "malloc 1000"), blocks.calls);
        assertEquals(6, loop.replayUntil(trace, 4, 6));
        assertEquals(1, RawMemory.getByte(blocks.memory.address() + 2 * BLOCK_BYTES));
    }
}
