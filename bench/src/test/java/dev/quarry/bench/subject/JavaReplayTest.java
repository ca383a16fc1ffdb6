// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.subject;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quarry.bench.trace.TestTraces;
import dev.quarry.bench.trace.Trace;
import io.netty.buffer.UnpooledByteBufAllocator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// The loops that drive Netty and the JDK give back all that they took.
class JavaReplayTest {
    private final Trace trace = TestTraces.named("test");

    @Test
    void shouldReleaseEveryBuffer() {
        // Unpooled: its metric counts live buffers, not what a pool keeps.
        UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(true);
        ReplayLoop loop = new NettyReplay(allocator, trace.slotCount());
        int index = loop.replayUntil(trace, 0, trace.peak().wordIndex());
        assertEquals(trace.peak().liveBytes(), allocator.metric().usedDirectMemory());
        loop.replayUntil(trace, index, trace.words().length);
        assertEquals(0, allocator.metric().usedDirectMemory());
    }

    @Test
    void shouldCloseEveryArena() {
        ReplayLoop loop = new JdkArenaReplay(trace.slotCount());
        int index = loop.replayUntil(trace, 0, trace.peak().wordIndex());
        assertEquals(trace.peak().liveBytes(), loop.footprint().get(Footprint.HELD));
        loop.replayUntil(trace, index, trace.words().length);
        assertEquals(0, loop.footprint().get(Footprint.HELD));
    }

    @ParameterizedTest
    @EnumSource(names = {"NETTY_POOLED", "NETTY_ADAPTIVE"})
    void shouldReportWhatAPoolHolds(Subject subject) {
        ReplayLoop loop = subject.newReplay(trace.slotCount());
        loop.replayUntil(trace, 0, trace.peak().wordIndex());
        assertTrue(loop.footprint().get(Footprint.HELD) >= trace.peak().liveBytes());
        loop.replayUntil(trace, trace.peak().wordIndex(), trace.words().length);
    }

    @ParameterizedTest
    @EnumSource
    void shouldFindEachSubjectByItsArgument(Subject subject) {
        assertEquals(subject, Subject.of(subject.argument()));
    }
}
