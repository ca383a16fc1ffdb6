// SPDX-License-Identifier: Apache-2.0
package dev.quarry.netty;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quarry.AllocatorStats;
import dev.quarry.Checks;
import dev.quarry.OffHeapAllocator;
import dev.quarry.OutOfOffHeapMemoryError;
import dev.quarry.SizeClassStats;
import io.netty.buffer.ByteBuf;
import io.netty.util.IllegalReferenceCountException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(WithoutLeakDetection.class)
class QuarryByteBufAllocatorTest {
    private static final int MIB = 1 << 20;

    @Test
    void shouldShareTheProcessWideAllocator() {
        assertSame(OffHeapAllocator.system(), QuarryByteBufAllocator.DEFAULT.memory());
        assertTrue(QuarryByteBufAllocator.DEFAULT.isDirectBufferPooled());
    }

    @Test
    void shouldUseObjectAndBlockAgain() {
        try (Fixture fixture = Fixture.withLimit("64m")) {
            ByteBuf first = fixture.buffers().directBuffer(1000);
            long address = first.memoryAddress();
            first.writeLong(1).markReaderIndex();
            assertTrue(first.release());
            ByteBuf second = fixture.buffers().directBuffer(1010, 2000);
            assertSame(first, second);
            assertEquals(address, second.memoryAddress());
            assertEquals(0, second.writerIndex());
            assertEquals(0, second.resetReaderIndex().readerIndex());
            assertEquals(1010, second.capacity());
            assertEquals(2000, second.maxCapacity());
            second.release();
        }
    }

    @Test
    void shouldLetALargerBlockStandIn() {
        try (Fixture fixture = Fixture.withLimit("64m")) {
            ByteBuf buffer = fixture.buffers().directBuffer(1100);
            long larger = buffer.memoryAddress();
            buffer.release();
            buffer = fixture.buffers().directBuffer(1000);
            assertEquals(larger, buffer.memoryAddress());
            assertEquals(1280, buffer.maxFastWritableBytes());
            buffer.release();
            buffer = fixture.buffers().directBuffer(1280);
            assertEquals(larger, buffer.memoryAddress());
            buffer.release();
            buffer = fixture.buffers().directBuffer(1281);
            assertNotEquals(larger, buffer.memoryAddress());
            buffer.release();
        }
    }

    @Test
    void shouldChangeTheLastObjectsBlockForOneOfTheClassWanted() {
        try (Fixture fixture = Fixture.withLimit("64m")) {
            ByteBuf small = fixture.buffers().directBuffer(100);
            ByteBuf large = fixture.buffers().directBuffer(10_000);
            long smallBlock = small.memoryAddress();
            long largeBlock = large.memoryAddress();
            ByteBuffer smallView = small.internalNioBuffer(0, 100);
            small.release();
            large.release();
            ByteBuf again = fixture.buffers().directBuffer(100);
            assertSame(large, again);
            assertEquals(smallBlock, again.memoryAddress());
            assertSame(smallView, again.internalNioBuffer(0, 100));
            ByteBuf largeAgain = fixture.buffers().directBuffer(10_000);
            assertEquals(largeBlock, largeAgain.memoryAddress());
            largeAgain.release();
            again.release();
        }
    }

    /// With blocks of either class on the stacks, which are not to be taken in its place.
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void shouldGiveBackWhatWasReleasedLast(boolean withViews) {
        try (Fixture fixture = Fixture.withLimit("64m")) {
            List<ByteBuf> buffers = new ArrayList<>();
            for (int bytes : new int[] {100, 10_000, 100, 10_000, 100}) {
                ByteBuf buffer = fixture.buffers().directBuffer(bytes);
                buffers.add(buffer);
                if (withViews) {
                    buffer.internalNioBuffer(0, bytes).put(0, (byte) 1);
                }
            }
            ByteBuf last = buffers.getLast();
            long block = last.memoryAddress();
            ByteBuffer view = last.internalNioBuffer(0, 100);
            buffers.forEach(ByteBuf::release);
            for (int i = 0; i < 3; i++) {
                ByteBuf again = fixture.buffers().directBuffer(110);
                assertSame(last, again);
                assertEquals(block, again.memoryAddress());
                assertSame(view, again.internalNioBuffer(0, 110));
                assertTrue(again.release());
            }
            assertEquals(5, keptBlocks(fixture));
        }
    }

    private static long keptBlocks(Fixture fixture) {
        AllocatorStats stats = fixture.memory().stats();
        return stats.mallocs() - stats.frees();
    }

    @Test
    void shouldKeepTheBlockOfAGrownBuffer() {
        try (Fixture fixture = Fixture.withLimit("64m")) {
            ByteBuf buffer = fixture.buffers().directBuffer(100);
            // The allocator has a class for so many bytes, and no block of it is kept.
            buffer.capacity(1100);
            assertEquals(1280, buffer.maxFastWritableBytes());
            assertTrue(buffer.release());
            assertEquals(1, keptBlocks(fixture));
        }
    }

    @Test
    void shouldKeepABlockWhateverItsObjectHadBefore() {
        try (Fixture fixture = Fixture.withLimit("64m")) {
            ByteBuf first = fixture.buffers().directBuffer(100);
            ByteBuf second = fixture.buffers().directBuffer(100);
            first.release();
            second.release();
            // Larger than what is kept: its block is freed, and the object is the next one taken.
            fixture.buffers().directBuffer(MIB).release();
            assertEquals(1, fixture.memory().stats().frees());
            ByteBuf again = fixture.buffers().directBuffer(100);
            assertSame(second, again);
            again.release();
            assertEquals(1, fixture.memory().stats().frees());
        }
    }

    @Test
    void shouldCountKeptBlocksAsLookaside() {
        try (Fixture fixture = Fixture.withLimit("64m")) {
            List<ByteBuf> buffers = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                buffers.add(fixture.buffers().directBuffer(1024));
            }
            assertEquals(10, fixture.liveBlocks());
            assertEquals(10 * 1024, fixture.buffers().metric().usedDirectMemory());
            buffers.forEach(ByteBuf::release);
            AllocatorStats stats = fixture.memory().stats();
            assertEquals(0, stats.liveBlocks());
            assertEquals(10 * 1024, stats.lookasideBytes());
            assertEquals(0, stats.frees());

            fixture.buffers().trim();
            assertEquals(10, fixture.memory().stats().frees());
        }
    }

    /// A sixteenth of the limit, and 2 MiB of a thread.
    @ParameterizedTest
    @CsvSource({"16m, 1", "64m, 2", "256m, 2"})
    void shouldKeepAtMostItsBudget(String limit, int maxMebibytes) {
        try (Fixture fixture = Fixture.withLimit(limit)) {
            List<ByteBuf> buffers = new ArrayList<>();
            for (int bytes = 1; bytes < 32_000; bytes += 100) {
                buffers.add(fixture.buffers().directBuffer(bytes));
            }
            buffers.forEach(ByteBuf::release);
            long kept = 0;
            for (SizeClassStats row : fixture.memory().stats().sizeClasses()) {
                kept += (row.mallocs() - row.frees()) * row.slotBytes();
            }
            assertTrue(kept > maxMebibytes * MIB / 2, kept + " bytes");
            assertTrue(kept <= maxMebibytes * MIB, kept + " bytes");
        }
    }

    @Test
    void shouldEvictWhatWasNotUsedForLongest() {
        try (Fixture fixture = Fixture.withLimit("16m")) {
            List<ByteBuf> buffers = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                buffers.add(fixture.buffers().directBuffer(32 << 10));
            }
            buffers.forEach(ByteBuf::release);
            ByteBuf again = fixture.buffers().directBuffer(32 << 10);
            assertSame(buffers.getLast(), again);
            again.release();
        }
    }

    @Test
    void shouldGiveUpWhatIsKeptForOtherSizesBeforeItFails() {
        try (Fixture fixture = Fixture.withLimit("64m")) {
            List<ByteBuf> buffers = new ArrayList<>();
            for (int i = 0; i < 40; i++) {
                buffers.add(fixture.buffers().directBuffer(60_000));
            }
            buffers.forEach(ByteBuf::release);
            assertTrue(fixture.memory().stats().lookasideBytes() > 0);
            buffers.clear();
            assertThrows(OutOfOffHeapMemoryError.class, () -> {
                for (; ; ) {
                    buffers.add(fixture.buffers().directBuffer(2 * MIB));
                }
            });
            AllocatorStats stats = fixture.memory().stats();
            assertEquals(stats.mallocs() - stats.frees(), stats.liveBlocks(), "nothing is kept");
            buffers.forEach(ByteBuf::release);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {100, 100_000})
    void shouldWorkOnAfterMemoryHasRunOut(int bytes) {
        try (Fixture fixture = Fixture.withLimit("16m")) {
            List<ByteBuf> buffers = new ArrayList<>();
            assertThrows(OutOfOffHeapMemoryError.class, () -> {
                for (; ; ) {
                    buffers.add(fixture.buffers().directBuffer(bytes));
                }
            });
            ByteBuf last = buffers.getLast();
            last.writerIndex(bytes).setByte(bytes - 1, 42);
            assertThrows(OutOfOffHeapMemoryError.class, () -> last.capacity(8 * MIB));
            assertEquals(bytes, last.capacity());
            assertEquals(42, last.getByte(bytes - 1));

            assertTrue(buffers.removeFirst().release());
            buffers.add(fixture.buffers().directBuffer(bytes));
            buffers.forEach(ByteBuf::release);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void shouldRefuseUseAfterTheLastRelease(boolean direct) {
        try (Fixture fixture = Fixture.withLimit("16m")) {
            ByteBuf buffer = direct
                    ? fixture.buffers().directBuffer(64)
                    : fixture.buffers().heapBuffer(64);
            assertSame(buffer, buffer.retain(2).touch().touch("here"));
            assertEquals(3, buffer.refCnt());
            assertFalse(buffer.release());
            assertThrows(IllegalReferenceCountException.class, () -> buffer.release(3));
            assertThrows(IllegalArgumentException.class, () -> buffer.release(0));
            assertThrows(IllegalArgumentException.class, () -> buffer.retain(-1));
            assertThrows(IllegalReferenceCountException.class, () -> buffer.retain(Integer.MAX_VALUE));
            assertTrue(buffer.release(2));
            assertEquals(0, buffer.refCnt());
            assertThrows(IllegalReferenceCountException.class, buffer::release);
            assertThrows(IllegalReferenceCountException.class, buffer::retain);
            assertThrows(IllegalReferenceCountException.class, () -> buffer.getByte(0));
            assertThrows(IllegalReferenceCountException.class, () -> buffer.writeByte(0));
            assertThrows(IllegalReferenceCountException.class, () -> buffer.capacity(128));
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Checks.class,
            names = {"CANARY", "FULL"})
    void shouldKeepNoBlockFromTheChecks(Checks checks) {
        try (Fixture fixture = Fixture.withChecks(checks)) {
            fixture.buffers().directBuffer(1000).release();
            assertEquals(1, fixture.memory().stats().frees());
            assertEquals(0, fixture.memory().stats().lookasideBytes());
        }
    }

    @Test
    void shouldMoveTheBytesWhenItGrows() {
        try (Fixture fixture = Fixture.withLimit("64m")) {
            ByteBuf buffer = fixture.buffers().directBuffer(10);
            for (int i = 0; i < MIB; i++) {
                buffer.writeInt(i);
            }
            for (int i = 0; i < MIB; i++) {
                assertEquals(i, buffer.readInt());
            }
            buffer.release();
        }
    }

    @Test
    void shouldMakeAViewOnceForABlock() {
        try (Fixture fixture = Fixture.withLimit("64m")) {
            ByteBuf buffer = fixture.buffers().directBuffer(100);
            ByteBuffer view = buffer.internalNioBuffer(10, 20);
            assertEquals(10, view.position());
            assertEquals(30, view.limit());
            buffer.release();
            buffer = fixture.buffers().directBuffer(110);
            assertSame(view, buffer.internalNioBuffer(0, 110));
            buffer.capacity(5000).setByte(4999, 7);
            assertNotSame(view, buffer.internalNioBuffer(0, 5000));
            assertEquals(7, buffer.internalNioBuffer(0, 5000).get(4999));
            ByteBuffer own = buffer.nioBuffer(4990, 10);
            assertEquals(7, own.get(9));
            byte[] copy = new byte[10];
            own.get(copy);
            assertArrayEquals(new byte[] {0, 7}, new byte[] {0, copy[9]});
            buffer.release();
        }
    }

    @Test
    void shouldMakeANewViewOfAnotherBlock() throws InterruptedException {
        try (Fixture fixture = Fixture.withLimit("64m")) {
            ByteBuf first = fixture.buffers().directBuffer(5000);
            first.internalNioBuffer(0, 5000).put((byte) 1);
            Thread thread = Thread.ofPlatform().start(() -> {
                // Without its block, which goes home: it gets another one here.
                first.release();
                ByteBuf second = fixture.buffers().directBuffer(100);
                assertSame(first, second);
                second.setByte(0, 5);
                assertEquals(5, second.internalNioBuffer(0, 100).get(0));
                second.release();
            });
            AtomicReference<Throwable> failure = new AtomicReference<>();
            thread.setUncaughtExceptionHandler((where, thrown) -> failure.set(thrown));
            thread.join();
            assertNull(failure.get());
        }
    }

    @Test
    void shouldTellItsMetrics() {
        try (Fixture fixture = Fixture.withLimit("64m")) {
            QuarryByteBufAllocatorMetric metric = fixture.buffers().metric();
            ByteBuf heap = fixture.buffers().heapBuffer(1000);
            assertEquals(1024, metric.usedHeapMemory());
            heap.release();
            assertEquals(1024, metric.pooledHeapMemory());
            assertEquals(fixture.memory().stats().committedBytes(), metric.committedDirectMemory());
            assertTrue(metric.toString().contains("pooledHeapMemory: 1024"));
            fixture.buffers().trim();
            assertEquals(0, metric.pooledHeapMemory());
        }
    }
}
