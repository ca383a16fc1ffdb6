// SPDX-License-Identifier: Apache-2.0
package dev.quarry.jetty;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quarry.AllocatorConfig;
import dev.quarry.Checks;
import dev.quarry.OffHeapAllocator;
import dev.quarry.OutOfOffHeapMemoryError;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ThreadLocalRandom;
import org.eclipse.jetty.io.ByteBufferPool;
import org.eclipse.jetty.io.RetainableByteBuffer;
import org.eclipse.jetty.util.BufferUtil;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The contract of Jetty's buffer pool. After each test every block must be free and the allocator whole.
class QuarryByteBufferPoolTest {
    private static final long LIMIT_BYTES = 64L << 20;

    private final OffHeapAllocator allocator = OffHeapAllocator.create(
            AllocatorConfig.builder().limit(LIMIT_BYTES).checks(Checks.FULL).build());
    private final QuarryByteBufferPool pool = new QuarryByteBufferPool(allocator);

    @AfterEach
    void shouldHaveFreedEverything() {
        assertEquals(0, pool.getDirectBuffersInUse());
        assertEquals(0, allocator.stats().liveBlocks());
        assertEquals(0, allocator.stats().invalidFrees());
        allocator.verify();
        allocator.close();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 4096, 16_639, 65_536, 65_537, 8 << 20})
    void shouldGiveAnEmptyBlockOfTheSizeAskedFor(int size) {
        RetainableByteBuffer buffer = pool.acquire(size, true);
        assertEquals(size, buffer.capacity());
        assertTrue(buffer.isDirect());
        assertFalse(buffer.hasRemaining());
        assertEquals(0, buffer.getByteBuffer().position());
        assertEquals(0, buffer.getByteBuffer().limit());
        assertTrue(allocator.owns(MemorySegment.ofBuffer(buffer.getByteBuffer()).address()));
        assertEquals(1, pool.getDirectBuffersInUse());
        assertTrue(buffer.release());
    }

    @Test
    void shouldGiveHeapBuffersThatAreNoBlocks() {
        RetainableByteBuffer buffer = pool.acquire(100, false);
        assertFalse(buffer.isDirect());
        assertTrue(buffer.getByteBuffer().hasArray());
        assertEquals(0, allocator.stats().mallocs());
        byte[] array = buffer.getByteBuffer().array();
        buffer.release();
        RetainableByteBuffer again = pool.acquire(100, false);
        assertSame(array, again.getByteBuffer().array(), "heap buffers are pooled");
        again.release();
    }

    @Test
    void shouldFreeTheBlockWithItsLastReference() {
        RetainableByteBuffer buffer = pool.acquire(100, true);
        assertTrue(buffer.canRetain());
        assertFalse(buffer.isRetained());
        buffer.retain();
        assertTrue(buffer.isRetained());
        assertFalse(buffer.release());
        assertEquals(1, allocator.stats().liveBlocks());
        assertTrue(buffer.release());
        assertEquals(0, allocator.stats().liveBlocks());
        assertFalse(buffer.canRetain());
    }

    @Test
    void shouldRefuseToBeReleasedOrRetainedAfterItsEnd() {
        RetainableByteBuffer buffer = pool.acquire(100, true);
        buffer.release();
        assertThrows(IllegalStateException.class, buffer::release);
        assertThrows(IllegalStateException.class, buffer::retain);
        assertEquals(1, allocator.stats().frees());
    }

    @Test
    void shouldBeBigEndianWhateverTheLastUserDid() {
        for (int round = 0; round < 100; round++) {
            RetainableByteBuffer buffer = pool.acquire(100, true);
            assertEquals(ByteOrder.BIG_ENDIAN, buffer.getByteBuffer().order());
            buffer.getByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
            BufferUtil.clearToFill(buffer.getByteBuffer());
            buffer.release();
        }
    }

    @Test
    void shouldFreeItsBlockWhateverItsPositionIs() {
        RetainableByteBuffer.Mutable buffer = pool.acquire(100, true);
        ByteBuffer bytes = ByteBuffer.wrap(new byte[50]);
        assertTrue(buffer.append(bytes));
        buffer.getByteBuffer().position(20);
        buffer.release();
    }

    @Test
    void shouldLiveAsLongAsItsSlices() {
        RetainableByteBuffer.Mutable buffer = pool.acquire(100, true);
        buffer.append(ByteBuffer.wrap(new byte[] {1, 2, 3, 4}));
        RetainableByteBuffer slice = buffer.slice(2);
        assertFalse(buffer.release());
        assertEquals(1, allocator.stats().liveBlocks());
        assertEquals(2, slice.remaining());
        assertEquals(2, slice.get(1));
        assertTrue(slice.release());
    }

    @Test
    void shouldCopyIntoABlockOfItsOwn() {
        RetainableByteBuffer.Mutable buffer = pool.acquire(100, true);
        buffer.append(ByteBuffer.wrap(new byte[] {1, 2, 3, 4}));
        RetainableByteBuffer copy = buffer.copy();
        buffer.getByteBuffer().put(0, (byte) 9);
        buffer.release();
        assertEquals(1, copy.get(0));
        assertEquals(4, copy.remaining());
        copy.release();
    }

    @Test
    void shouldServeJettysSizedPools() {
        RetainableByteBuffer buffer = new ByteBufferPool.Sized(pool, true, 2048).acquire();
        assertEquals(2048, buffer.capacity());
        buffer.release();
    }

    @Test
    void shouldHoldNothingWhenThereIsNoMemory() {
        assertThrows(OutOfOffHeapMemoryError.class, () -> pool.acquire((int) LIMIT_BYTES, true));
        assertThrows(IllegalArgumentException.class, () -> pool.acquire(-1, true));
    }

    @Test
    void shouldGiveBackWhatIsNotInUse() {
        RetainableByteBuffer kept = pool.acquire(1000, true);
        List<RetainableByteBuffer> buffers = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            RetainableByteBuffer buffer = pool.acquire(100_000, true);
            BufferUtil.clearToFill(buffer.getByteBuffer());
            buffers.add(buffer);
        }
        buffers.forEach(RetainableByteBuffer::release);
        long heldBytes = pool.getHeldBytes();
        pool.clear();
        assertTrue(pool.getHeldBytes() < heldBytes, () -> pool.getHeldBytes() + " of " + heldBytes);
        assertNotEquals(0, pool.getLiveBytes());
        kept.release();
    }

    @Test
    void shouldTellWhatIsInUse() throws IOException {
        RetainableByteBuffer buffer = pool.acquire(1000, true);
        StringBuilder dump = new StringBuilder();
        pool.dump(dump, "");
        assertTrue(dump.toString().contains("direct in use=1"), dump::toString);
        assertTrue(dump.toString().contains("ArrayByteBufferPool"), dump::toString);
        buffer.release();
    }

    @Test
    void shouldKeepBuffersApartBetweenThreads() throws Exception {
        int threads = 4;
        CyclicBarrier start = new CyclicBarrier(threads);
        List<Throwable> failures = Collections.synchronizedList(new ArrayList<>());
        List<Thread> workers = new ArrayList<>();
        for (int i = 0; i < threads; i++) {
            byte mark = (byte) (i + 1);
            workers.add(Thread.ofPlatform()
                    .uncaughtExceptionHandler((thread, failure) -> failures.add(failure))
                    .start(() -> acquireAndRelease(start, mark)));
        }
        for (Thread worker : workers) {
            worker.join();
        }
        assertEquals(List.of(), failures);
    }

    private void acquireAndRelease(CyclicBarrier start, byte mark) {
        try {
            start.await();
        } catch (Exception broken) {
            throw new IllegalStateException(broken);
        }
        for (int round = 0; round < 20_000; round++) {
            int size = 1 + ThreadLocalRandom.current().nextInt(2_000);
            RetainableByteBuffer buffer = pool.acquire(size, true);
            ByteBuffer bytes = buffer.getByteBuffer();
            bytes.limit(size).put(0, mark).put(size - 1, mark);
            Thread.onSpinWait();
            assertEquals(mark, bytes.get(0));
            assertEquals(mark, bytes.get(size - 1));
            buffer.release();
        }
    }
}
