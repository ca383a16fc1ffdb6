// SPDX-License-Identifier: Apache-2.0
package dev.quarry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quarry.numa.RawMemory;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The public contract, method by method.
class AllocatorContractTest {
    private final OffHeapAllocator allocator = OffHeapAllocator.create(AllocatorConfig.builder()
            .limit("256m")
            .reserve("4g")
            .maintenance(MaintenanceMode.EXTERNAL)
            .build());

    @AfterEach
    void shouldBeWholeAtTheEnd() {
        allocator.close();
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 16, 17, 1024, 1025, 32768, 32769, 1 << 20, 5 << 20})
    void shouldGiveEachSizeAnAddressOfItsOwn(long size) {
        long first = allocator.malloc(size);
        long second = allocator.malloc(size);
        assertNotEquals(first, second);
        assertTrue(allocator.usableSize(first) >= size);
        assertTrue(allocator.owns(first) && !allocator.owns(first + 1));
        allocator.free(first);
        assertFalse(allocator.owns(first));
        assertThrows(DoubleFreeException.class, () -> allocator.free(first));
        assertThrows(InvalidFreeException.class, () -> allocator.free(second + 1));
        assertThrows(InvalidFreeException.class, () -> allocator.usableSize(first));
        assertThrows(InvalidFreeException.class, () -> allocator.realloc(first, 1));
        allocator.free(second);
        allocator.free(0);
        allocator.verify();
        assertEquals(0, allocator.stats().liveBlocks());
        assertEquals(4, allocator.stats().invalidFrees());
    }

    @Test
    void shouldRefuseBadArguments() {
        assertThrows(IllegalArgumentException.class, () -> allocator.malloc(-1));
        assertThrows(IllegalArgumentException.class, () -> allocator.tryMalloc(Long.MIN_VALUE));
        assertThrows(IllegalArgumentException.class, () -> allocator.calloc(Long.MAX_VALUE, 2));
        assertThrows(IllegalArgumentException.class, () -> allocator.calloc(-1, 2));
        assertThrows(IllegalArgumentException.class, () -> allocator.alignedAlloc(3, 8));
        assertThrows(IllegalArgumentException.class, () -> allocator.alignedAlloc(0, 8));
        assertThrows(IllegalArgumentException.class, () -> allocator.alignedAlloc(1L << 31, 8));
        assertThrows(IllegalArgumentException.class, () -> allocator.realloc(0, -1));
        assertThrows(IllegalArgumentException.class, () -> allocator.allocateBuffer(-1));
        for (int below = 0; below <= 4096; below++) {
            long size = Long.MAX_VALUE - below;
            assertThrows(OutOfOffHeapMemoryError.class, () -> allocator.malloc(size));
            assertEquals(0, allocator.tryMalloc(size));
        }
        assertEquals(0, allocator.stats().liveBlocks());
        allocator.verify();
    }

    @Test
    void shouldAlignUpToOneGibibyte() {
        for (int shift = 0; shift <= 30; shift++) {
            long address = allocator.alignedAlloc(1L << shift, 100);
            assertEquals(0, address & (1L << shift) - 1);
            allocator.free(address);
        }
        allocator.verify();
    }

    @Test
    void shouldZeroWhatWasUsedBefore() {
        for (int size : new int[] {8, 100, 5000, 40_000, 2 << 20}) {
            long dirty = allocator.malloc(size);
            RawMemory.fill(dirty, size, (byte) 0x5A);
            allocator.free(dirty);
            long clean = allocator.calloc(size, 1);
            assertEquals(-1, RawMemory.segment(clean, size).mismatch(MemorySegment.ofArray(new byte[size])));
            allocator.free(clean);
        }
    }

    @Test
    void shouldKeepContentsWhenHugeBlocksMove() {
        long address = allocator.malloc(4 << 20);
        allocator.malloc(64);
        long blocker = allocator.malloc(4 << 20);
        for (int offset = 0; offset < 4 << 20; offset += 4096) {
            RawMemory.putLong(address + offset, offset);
        }
        long moved = allocator.realloc(address, 40 << 20);
        for (int offset = 0; offset < 4 << 20; offset += 4096) {
            assertEquals(offset, RawMemory.getLong(moved + offset));
        }
        allocator.verify();
        assertThrows(OutOfOffHeapMemoryError.class, () -> allocator.realloc(moved, 1L << 40));
        assertEquals(4096, RawMemory.getLong(moved + 4096));
        allocator.free(moved);
        allocator.free(blocker);
        allocator.verify();
    }

    @Test
    void shouldBoundSegmentsExactly() {
        MemorySegment segment = allocator.allocate(100, 64);
        assertEquals(100, segment.byteSize());
        assertEquals(0, segment.address() % 64);
        assertThrows(IndexOutOfBoundsException.class, () -> segment.get(ValueLayout.JAVA_BYTE, 100));
        assertThrows(InvalidFreeException.class, () -> allocator.free(segment.asSlice(1)));
        assertThrows(InvalidFreeException.class, () -> allocator.free(MemorySegment.ofArray(new byte[1])));
        allocator.free(segment.asSlice(0, 10));
        assertEquals(0, allocator.stats().liveBlocks());
    }

    @Test
    void shouldFreeBuffersByTheirStart() {
        ByteBuffer buffer = allocator.allocateBuffer(1000);
        assertEquals(1000, buffer.capacity());
        assertEquals(0, buffer.position());
        buffer.position(10);
        assertThrows(InvalidFreeException.class, () -> allocator.free(buffer.slice()));
        assertThrows(InvalidFreeException.class, () -> allocator.free(ByteBuffer.allocate(1)));
        allocator.free(buffer.duplicate());
        assertThrows(DoubleFreeException.class, () -> allocator.free(buffer));
    }

    @Test
    void shouldKeepTheLocalArenaToItsThread() throws Exception {
        LocalArena arena = allocator.localArena();
        long address = arena.malloc(64);
        FutureTask<Long> elsewhere = new FutureTask<>(() -> {
            assertThrows(WrongThreadException.class, () -> arena.malloc(1));
            assertThrows(WrongThreadException.class, () -> arena.free(address));
            assertThrows(WrongThreadException.class, () -> arena.calloc(1, 1));
            assertThrows(WrongThreadException.class, () -> arena.usableSize(address));
            allocator.free(address);
            return allocator.malloc(32);
        });
        Thread thread = new Thread(elsewhere);
        thread.start();
        long theirs = elsewhere.get();
        thread.join();
        assertThrows(DoubleFreeException.class, () -> arena.free(address));
        arena.free(theirs);
        assertEquals(0, allocator.stats().liveBlocks());
        allocator.verify();
    }

    @Test
    void shouldServeVirtualThreadsWithoutArenasOfTheirOwn() throws Exception {
        int before = allocator.pool().arenaCount();
        for (int index = 0; index < 1000; index++) {
            FutureTask<Long> task =
                    new FutureTask<>(() -> allocator.localArena().malloc(100));
            Thread thread = Thread.ofVirtual().start(task);
            allocator.free(task.get());
            thread.join();
        }
        int stripes = allocator.space().config().stripes();
        assertTrue(allocator.pool().arenaCount() <= before + stripes + 1);
        assertEquals(0, allocator.stats().liveBlocks());
    }

    @Test
    void shouldRefuseAfterTheClose() {
        long address = allocator.malloc(100);
        LocalArena arena = allocator.localArena();
        allocator.close();
        allocator.close();
        assertThrows(IllegalStateException.class, () -> allocator.malloc(1));
        assertThrows(IllegalStateException.class, () -> arena.malloc(1));
        assertThrows(IllegalStateException.class, allocator::stats);
        allocator.free(address);
        arena.free(address);
        assertEquals(2, allocator.space().lateFrees().get());
    }

    @Test
    void shouldBeOneForTheProcess() {
        assertEquals(OffHeapAllocator.system(), OffHeapAllocator.system());
    }
}
