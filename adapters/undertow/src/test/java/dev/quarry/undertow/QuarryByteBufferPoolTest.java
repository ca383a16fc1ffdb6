// SPDX-License-Identifier: Apache-2.0
package dev.quarry.undertow;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quarry.AllocatorConfig;
import dev.quarry.Checks;
import dev.quarry.OffHeapAllocator;
import dev.quarry.OutOfOffHeapMemoryError;
import io.undertow.connector.ByteBufferPool;
import io.undertow.connector.PooledByteBuffer;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// The contract of Undertow's buffer pool. After each test every block must be free and the allocator whole.
class QuarryByteBufferPoolTest {
    private static final int BUFFER_SIZE = 1 << 20;

    private final OffHeapAllocator allocator = OffHeapAllocator.create(
            AllocatorConfig.builder().limit(64L << 20).checks(Checks.FULL).build());
    private final QuarryByteBufferPool pool = new QuarryByteBufferPool(allocator, BUFFER_SIZE);

    @AfterEach
    void shouldHaveFreedEverything() {
        assertEquals(0, pool.buffersInUse());
        assertEquals(0, allocator.stats().liveBlocks());
        assertEquals(0, allocator.stats().invalidFrees());
        allocator.verify();
        allocator.close();
    }

    @Test
    void shouldGiveClearBlocksOfItsSize() {
        assertTrue(pool.isDirect());
        assertEquals(BUFFER_SIZE, pool.getBufferSize());
        for (int round = 0; round < 10; round++) {
            try (PooledByteBuffer pooled = pool.allocate()) {
                ByteBuffer buffer = pooled.getBuffer();
                assertTrue(buffer.isDirect());
                assertEquals(0, buffer.position());
                assertEquals(BUFFER_SIZE, buffer.limit());
                assertEquals(BUFFER_SIZE, buffer.capacity());
                assertEquals(ByteOrder.BIG_ENDIAN, buffer.order());
                assertTrue(allocator.owns(MemorySegment.ofBuffer(buffer).address()));
                assertSame(buffer, pooled.getBuffer());
                buffer.order(ByteOrder.LITTLE_ENDIAN).position(7).limit(9);
            }
        }
        assertEquals(10, allocator.stats().frees());
    }

    @Test
    void shouldBeOpenUntilItIsClosedOnce() {
        PooledByteBuffer pooled = pool.allocate();
        assertTrue(pooled.isOpen());
        assertEquals(1, pool.buffersInUse());
        pooled.close();
        assertFalse(pooled.isOpen());
        assertThrows(IllegalStateException.class, pooled::getBuffer);
        pooled.close();
        assertEquals(1, allocator.stats().frees());
    }

    @Test
    void shouldFreeOnceWhoeverClosesFirst() throws Exception {
        for (int round = 0; round < 500; round++) {
            PooledByteBuffer pooled = pool.allocate();
            CyclicBarrier start = new CyclicBarrier(2);
            Thread other = Thread.ofPlatform().start(() -> close(pooled, start));
            close(pooled, start);
            other.join();
        }
        assertEquals(500, allocator.stats().frees());
    }

    private static void close(PooledByteBuffer pooled, CyclicBarrier start) {
        try {
            start.await();
        } catch (Exception broken) {
            throw new IllegalStateException(broken);
        }
        pooled.close();
    }

    @Test
    void shouldHaveAnArrayBackedPoolOfTheSameSize() {
        ByteBufferPool heap = pool.getArrayBackedPool();
        assertSame(heap, pool.getArrayBackedPool());
        assertFalse(heap.isDirect());
        assertEquals(BUFFER_SIZE, heap.getBufferSize());
        try (PooledByteBuffer pooled = heap.allocate()) {
            assertTrue(pooled.getBuffer().hasArray());
        }
        assertEquals(0, allocator.stats().mallocs());
    }

    @Test
    void shouldRefuseNewBuffersWhenItIsClosedAndKeepThoseInUse() {
        PooledByteBuffer pooled = pool.allocate();
        pool.close();
        pool.close();
        assertThrows(IllegalStateException.class, pool::allocate);
        pooled.getBuffer().put(0, (byte) 1);
        pooled.close();
    }

    @Test
    void shouldHoldNothingWhenThereIsNoMemory() {
        List<PooledByteBuffer> buffers = new ArrayList<>();
        OutOfOffHeapMemoryError error =
                assertThrows(OutOfOffHeapMemoryError.class, () -> allocateUntilRefused(buffers));
        assertTrue(error.getMessage().contains(String.valueOf(BUFFER_SIZE)), error::getMessage);
        assertEquals(buffers.size(), pool.buffersInUse());
        buffers.removeLast().close();
        buffers.add(pool.allocate());
        buffers.forEach(PooledByteBuffer::close);
    }

    private void allocateUntilRefused(List<PooledByteBuffer> buffers) {
        while (buffers.size() < 65) {
            buffers.add(pool.allocate());
        }
    }

    @Test
    void shouldRefuseASizeThatHoldsNothing() {
        assertThrows(IllegalArgumentException.class, () -> new QuarryByteBufferPool(allocator, 0));
    }
}
