// SPDX-License-Identifier: Apache-2.0
package dev.quarry.arrow;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quarry.OutOfOffHeapMemoryError;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.OutOfMemoryException;
import org.apache.arrow.memory.RootAllocator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The contract of Arrow's allocation managers. After each test every block must be free and the allocator whole.
/// Arrow's debug mode is on: it finds what is left in its own books as well.
class QuarryAllocationManagerFactoryTest {
    private final ArrowFixture fixture = new ArrowFixture();

    @AfterEach
    void shouldHaveFreedEverything() {
        fixture.close();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 63, 64, 100, 4096, 16_639, 65_537, (16 << 20) + 1})
    void shouldGiveAnAlignedBlock(long size) {
        try (RootAllocator root = fixture.newRoot();
                ArrowBuf first = root.buffer(size);
                ArrowBuf buffer = root.buffer(size)) {
            assertTrue(buffer.capacity() >= size);
            assertEquals(0, buffer.memoryAddress() % 64);
            assertTrue(fixture.allocator.owns(buffer.memoryAddress()));
            assertTrue(fixture.allocator.usableSize(buffer.memoryAddress()) >= buffer.capacity());
            assertNotEquals(first.memoryAddress(), buffer.memoryAddress());
            assertEquals(2 * buffer.capacity(), root.getAllocatedMemory());
            buffer.setByte(0, 1);
            buffer.setByte(buffer.capacity() - 1, 2);
            assertEquals(2, buffer.nioBuffer(0, (int) buffer.capacity()).get((int) buffer.capacity() - 1));
        }
        assertEquals(2, fixture.allocator.stats().frees());
    }

    @Test
    void shouldNeedNoBlockForNothing() {
        try (RootAllocator root = fixture.newRoot()) {
            assertEquals(0, root.buffer(0).capacity());
            assertEquals(0, root.getEmpty().capacity());
            assertEquals(0, root.getEmpty().nioBuffer().remaining());
        }
        assertEquals(0, fixture.allocator.stats().mallocs());
    }

    @Test
    void shouldFreeTheBlockWithItsLastReference() {
        try (RootAllocator root = fixture.newRoot()) {
            ArrowBuf buffer = root.buffer(1000);
            ArrowBuf slice = buffer.slice(10, 20);
            slice.getReferenceManager().retain();
            assertFalse(buffer.getReferenceManager().release());
            assertEquals(1, fixture.allocator.stats().liveBlocks());
            assertTrue(slice.getReferenceManager().release());
            assertEquals(0, fixture.allocator.stats().liveBlocks());
            assertEquals(0, root.getAllocatedMemory());
        }
    }

    @Test
    void shouldFreeOnceABlockOnTwoAccounts() {
        try (RootAllocator root = fixture.newRoot();
                BufferAllocator giver = root.newChildAllocator("giver", 0, 1 << 20);
                BufferAllocator taker = root.newChildAllocator("taker", 0, 1 << 20)) {
            ArrowBuf given = giver.buffer(1000);
            ArrowBuf taken =
                    given.getReferenceManager().transferOwnership(given, taker).getTransferredBuffer();
            assertEquals(given.memoryAddress(), taken.memoryAddress());
            assertEquals(1024, taker.getAllocatedMemory());
            given.close();
            assertEquals(1, fixture.allocator.stats().liveBlocks());
            taken.close();
            assertEquals(0, taker.getAllocatedMemory());
        }
        assertEquals(1, fixture.allocator.stats().frees());
    }

    @Test
    void shouldLetArrowReportALeak() {
        RootAllocator root = fixture.newRoot();
        ArrowBuf leaked = root.buffer(4096);
        root.buffer(100).close();
        IllegalStateException report = assertThrows(IllegalStateException.class, root::close);
        assertTrue(report.getMessage().contains("outstanding buffers"), report::getMessage);
        String culprit = "address:" + leaked.memoryAddress() + ", capacity:4096";
        assertTrue(report.getMessage().contains(culprit), report::getMessage);
        assertTrue(fixture.allocator.owns(leaked.memoryAddress()), "never freed behind its user's back");
        fixture.allocator.free(leaked.memoryAddress());
    }

    @Test
    void shouldKeepToArrowsLimit() {
        try (RootAllocator root = fixture.newRoot(4096)) {
            ArrowBuf buffer = root.buffer(4096);
            OutOfMemoryException exception = assertThrows(OutOfMemoryException.class, () -> root.buffer(1));
            assertTrue(exception.getOutcomeDetails().isPresent());
            buffer.close();
            root.buffer(4096).close();
        }
        assertEquals(2, fixture.allocator.stats().mallocs());
    }

    @Test
    void shouldSayInArrowsWordsThatThereIsNoMemory() {
        try (RootAllocator root = fixture.newRoot()) {
            List<ArrowBuf> buffers = new ArrayList<>();
            OutOfMemoryException exception =
                    assertThrows(OutOfMemoryException.class, () -> allocateUntilRefused(root, buffers));
            Throwable cause = assertInstanceOf(OutOfOffHeapMemoryError.class, exception.getCause());
            assertEquals(cause.getMessage(), exception.getMessage());
            assertTrue(exception.getMessage().contains(String.valueOf(1 << 20)), exception::getMessage);
            assertEquals((long) buffers.size() << 20, root.getAllocatedMemory());
            root.verify();

            buffers.removeLast().close();
            buffers.add(root.buffer(1 << 20));
            buffers.forEach(ArrowBuf::close);
        }
    }

    private static void allocateUntilRefused(BufferAllocator arrow, List<ArrowBuf> buffers) {
        while (buffers.size() << 20 <= ArrowFixture.LIMIT_BYTES) {
            buffers.add(arrow.buffer(1 << 20));
        }
    }

    @Test
    void shouldHoldNothingWhenArrowRefusesTheManager() {
        RootAllocator root = fixture.newRoot();
        root.close();
        assertThrows(IllegalStateException.class, () -> fixture.factory.create(root, 1000));
        assertEquals(1, fixture.allocator.stats().frees());
    }

    @Test
    void shouldKeepBuffersApartBetweenThreads() throws Exception {
        try (RootAllocator root = fixture.newRoot()) {
            List<Throwable> failures = Collections.synchronizedList(new ArrayList<>());
            List<Thread> workers = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                byte mark = (byte) (i + 1);
                workers.add(Thread.ofPlatform()
                        .uncaughtExceptionHandler((thread, failure) -> failures.add(failure))
                        .start(() -> allocateAndRelease(root, mark)));
            }
            for (Thread worker : workers) {
                worker.join();
            }
            assertEquals(List.of(), failures);
        }
    }

    private static void allocateAndRelease(BufferAllocator arrow, byte mark) {
        for (int round = 0; round < 2_000; round++) {
            int size = 1 + ThreadLocalRandom.current().nextInt(2_000);
            try (ArrowBuf buffer = arrow.buffer(size)) {
                buffer.setByte(0, mark);
                buffer.setByte(size - 1, mark);
                Thread.onSpinWait();
                assertEquals(mark, buffer.getByte(0));
                assertEquals(mark, buffer.getByte(size - 1));
            }
        }
    }
}
