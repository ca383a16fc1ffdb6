// SPDX-License-Identifier: Apache-2.0
package dev.quarry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

/// The contract of `java.lang.foreign.Arena`, held by the JDK's own arenas and by this allocator's alike: each
/// assertion stands for all four kinds.
class JdkArenaContractTest {
    private static final long SIZE_NO_MACHINE_HAS = 1L << 60;

    private final OffHeapAllocator allocator = OffHeapAllocator.create(AllocatorConfig.builder()
            .limit("64m")
            .reserve("1g")
            .maintenance(MaintenanceMode.EXTERNAL)
            .build());

    /// Whose arena, and which threads may use it.
    enum Kind {
        JDK_CONFINED,
        JDK_SHARED,
        QUARRY_CONFINED,
        QUARRY_SHARED;

        Arena create(OffHeapAllocator allocator) {
            return switch (this) {
                case JDK_CONFINED -> Arena.ofConfined();
                case JDK_SHARED -> Arena.ofShared();
                case QUARRY_CONFINED -> allocator.newArena();
                case QUARRY_SHARED -> allocator.newSharedArena();
            };
        }

        boolean isOfTheJdk() {
            return this == JDK_CONFINED || this == JDK_SHARED;
        }
    }

    @AfterEach
    void shouldHoldNothingAtTheEnd() {
        try (allocator) {
            allocator.verify();
            assertEquals(0, allocator.stats().liveBlocks());
            assertEquals(0, allocator.stats().invalidFrees());
        }
    }

    @ParameterizedTest
    @EnumSource
    void shouldEndItsOwnSegmentsAndNoOthers(Kind kind) {
        Arena outer = kind.create(allocator);
        Arena middle = kind.create(allocator);
        Arena inner = kind.create(allocator);
        MemorySegment outerSegment = outer.allocate(64);
        MemorySegment middleSegment = middle.allocate(64);
        MemorySegment innerSegment = inner.allocate(64);
        outer.close();
        assertClosed(outerSegment);
        middleSegment.set(ValueLayout.JAVA_LONG, 0, 2);
        innerSegment.set(ValueLayout.JAVA_LONG, 0, 3);
        inner.close();
        assertClosed(innerSegment);
        assertEquals(2, middleSegment.get(ValueLayout.JAVA_LONG, 0));
        middle.close();
        assertClosed(middleSegment);
    }

    @ParameterizedTest
    @EnumSource
    void shouldRefuseEverythingAfterTheClose(Kind kind) {
        Arena arena = kind.create(allocator);
        MemorySegment segment = arena.allocate(64, 8);
        MemorySegment slice = segment.asSlice(8, 8);
        ByteBuffer buffer = segment.asByteBuffer();
        assertTrue(arena.scope().isAlive());
        arena.close();
        assertFalse(arena.scope().isAlive());
        assertClosed(segment);
        assertClosed(slice);
        assertThrows(IllegalStateException.class, () -> segment.fill((byte) 1));
        assertThrows(IllegalStateException.class, () -> buffer.get(0));
        assertThrows(IllegalStateException.class, () -> arena.allocate(8, 8));
        assertThrows(IllegalStateException.class, () -> arena.allocate(SIZE_NO_MACHINE_HAS, 8));
        assertThrows(IllegalArgumentException.class, () -> arena.allocate(-1, 8));
        assertThrows(IllegalStateException.class, arena::close);
    }

    @ParameterizedTest
    @EnumSource(mode = Mode.MATCH_ANY, names = ".*_CONFINED")
    void shouldRefuseOtherThreadsWhenConfined(Kind kind) throws Exception {
        Arena arena = kind.create(allocator);
        MemorySegment segment = arena.allocate(64);
        long mallocs = allocator.stats().mallocs();
        inAnotherThread(() -> {
            assertFalse(segment.isAccessibleBy(Thread.currentThread()));
            assertThrows(WrongThreadException.class, () -> segment.get(ValueLayout.JAVA_BYTE, 0));
            assertThrows(WrongThreadException.class, () -> segment.fill((byte) 1));
            assertThrows(WrongThreadException.class, () -> arena.allocate(8, 8));
            assertThrows(WrongThreadException.class, () -> arena.allocate(SIZE_NO_MACHINE_HAS, 8));
            assertThrows(WrongThreadException.class, arena::close);
        });
        assertEquals(mallocs, allocator.stats().mallocs(), "a refusal allocates nothing");
        assertTrue(segment.isAccessibleBy(Thread.currentThread()));
        assertTrue(arena.scope().isAlive());
        segment.set(ValueLayout.JAVA_BYTE, 0, (byte) 1);
        arena.close();
        inAnotherThread(() -> assertFalse(arena.scope().isAlive()));
    }

    @ParameterizedTest
    @EnumSource(mode = Mode.MATCH_ANY, names = ".*_SHARED")
    void shouldServeOtherThreadsWhenShared(Kind kind) throws Exception {
        Arena arena = kind.create(allocator);
        MemorySegment ours = arena.allocate(64);
        List<MemorySegment> theirs = new ArrayList<>();
        inAnotherThread(() -> {
            assertTrue(ours.isAccessibleBy(Thread.currentThread()));
            ours.set(ValueLayout.JAVA_LONG, 0, 42);
            theirs.add(arena.allocate(64));
        });
        assertEquals(42, ours.get(ValueLayout.JAVA_LONG, 0));
        assertEquals(0, theirs.get(0).get(ValueLayout.JAVA_LONG, 0));
        inAnotherThread(arena::close);
        assertClosed(ours);
        assertClosed(theirs.get(0));
        assertThrows(IllegalStateException.class, arena::close);
    }

    @ParameterizedTest
    @EnumSource
    void shouldServeVirtualThreads(Kind kind) throws Exception {
        FutureTask<Boolean> task = new FutureTask<>(() -> {
            Arena arena = kind.create(allocator);
            MemorySegment segment = arena.allocate(100);
            segment.fill((byte) 1);
            arena.close();
            assertClosed(segment);
            return true;
        });
        Thread.ofVirtual().start(task);
        assertTrue(task.get());
    }

    @ParameterizedTest
    @EnumSource
    void shouldGiveAnEmptySegmentAnAddressOfItsOwn(Kind kind) {
        try (Arena arena = kind.create(allocator)) {
            MemorySegment first = arena.allocate(0);
            MemorySegment second = arena.allocate(0, 64);
            assertEquals(0, first.byteSize());
            assertThrows(IndexOutOfBoundsException.class, () -> first.get(ValueLayout.JAVA_BYTE, 0));
            assertNotEquals(0, first.address());
            assertNotEquals(first.address(), second.address());
            assertEquals(0, second.address() % 64);
        }
    }

    @ParameterizedTest
    @EnumSource
    void shouldRefuseBadArguments(Kind kind) {
        try (Arena arena = kind.create(allocator)) {
            assertThrows(IllegalArgumentException.class, () -> arena.allocate(-1));
            assertThrows(IllegalArgumentException.class, () -> arena.allocate(Long.MIN_VALUE, 8));
            for (long alignment : new long[] {0, -1, -8, 3, 24, Long.MIN_VALUE, Long.MAX_VALUE}) {
                assertThrows(IllegalArgumentException.class, () -> arena.allocate(8, alignment), "" + alignment);
            }
            arena.allocate(8, 8);
        }
    }

    @ParameterizedTest
    @EnumSource
    void shouldAlignAsAsked(Kind kind) {
        try (Arena arena = kind.create(allocator)) {
            for (int shift = 0; shift <= 21; shift++) {
                MemorySegment segment = arena.allocate(3, 1L << shift);
                assertEquals(0, segment.address() & (1L << shift) - 1, "alignment of 1 << " + shift);
                assertEquals(3, segment.byteSize());
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void shouldZeroEachSegment(Kind kind) {
        long[] sizes = {1, 15, 16, 100, 1000, 40_000, 1 << 20};
        for (int round = 0; round < 3; round++) {
            try (Arena arena = kind.create(allocator)) {
                for (long size : sizes) {
                    for (long alignment : new long[] {1, 64, 8192}) {
                        MemorySegment segment = arena.allocate(size, alignment);
                        assertEquals(-1, segment.mismatch(MemorySegment.ofArray(new byte[(int) size])), "of " + size);
                        segment.fill((byte) 0x5A);
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void shouldGiveSegmentsThatDoNotOverlap(Kind kind) {
        try (Arena arena = kind.create(allocator)) {
            List<MemorySegment> segments = new ArrayList<>();
            for (int size = 0; size < 200; size++) {
                segments.add(arena.allocate(size));
            }
            segments.sort((left, right) -> Long.compareUnsigned(left.address(), right.address()));
            for (int index = 1; index < segments.size(); index++) {
                MemorySegment below = segments.get(index - 1);
                assertTrue(below.address() + Math.max(1, below.byteSize())
                        <= segments.get(index).address());
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void shouldHaveTheScopeOfItsSegments(Kind kind) {
        try (Arena arena = kind.create(allocator);
                Arena other = kind.create(allocator)) {
            MemorySegment segment = arena.allocate(64);
            assertEquals(arena.scope(), segment.scope());
            assertEquals(arena.scope(), segment.asSlice(8).scope());
            assertEquals(arena.scope(), arena.allocateFrom("text").scope());
            assertNotEquals(other.scope(), segment.scope());
            assertNotEquals(Arena.global().scope(), segment.scope());
            assertTrue(segment.scope().isAlive());
            assertTrue(segment.isNative());
            assertFalse(segment.isReadOnly() || segment.isMapped());
        }
    }

    @ParameterizedTest
    @EnumSource
    void shouldStayUsableWhenAnAllocationFails(Kind kind) {
        try (Arena arena = kind.create(allocator)) {
            MemorySegment before = arena.allocateFrom("before");
            assertThrows(OutOfMemoryError.class, () -> arena.allocate(SIZE_NO_MACHINE_HAS, 8));
            assertThrows(OutOfMemoryError.class, () -> arena.allocate(8, SIZE_NO_MACHINE_HAS));
            assertTrue(arena.scope().isAlive());
            assertEquals("before", before.getString(0));
            assertEquals("after", arena.allocateFrom("after").getString(0));
            assertEquals(kind.isOfTheJdk() ? 0 : 2, allocator.stats().liveBlocks());
        }
    }

    @ParameterizedTest
    @EnumSource
    void shouldGiveBackEveryBlockAtTheClose(Kind kind) {
        Arena arena = kind.create(allocator);
        for (int index = 0; index < 1000; index++) {
            arena.allocate(index * 37L % 5000, 1L << index % 14);
        }
        assertEquals(kind.isOfTheJdk() ? 0 : 1000, allocator.stats().liveBlocks());
        arena.close();
        assertEquals(0, allocator.stats().liveBlocks());
    }

    @ParameterizedTest
    @EnumSource(mode = Mode.MATCH_ANY, names = ".*_SHARED")
    void shouldCloseWhileAnotherThreadReads(Kind kind) throws Exception {
        for (int round = 0; round < 20; round++) {
            Arena arena = kind.create(allocator);
            MemorySegment segment = arena.allocate(1 << 16);
            segment.fill((byte) 7);
            CountDownLatch reading = new CountDownLatch(1);
            FutureTask<Boolean> reader = new FutureTask<>(() -> {
                while (readsSevens(segment)) {
                    reading.countDown();
                }
                return true;
            });
            Thread thread = new Thread(reader);
            thread.start();
            reading.await();
            arena.close();
            assertTrue(
                    reader.get(), "the reader ends by the exception, and never sees what the block is used for next");
            thread.join();
        }
    }

    /// The JDK refuses to close an arena while a native call works with one of its segments.
    @ParameterizedTest
    @EnumSource
    @SuppressWarnings("restricted") // a native call is what is tested
    void shouldNotCloseUnderANativeCall(Kind kind) throws Throwable {
        Linker linker = Linker.nativeLinker();
        MethodHandle qsort = linker.downcallHandle(
                linker.defaultLookup().find("qsort").orElseThrow(),
                FunctionDescriptor.ofVoid(
                        ValueLayout.ADDRESS, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG, ValueLayout.ADDRESS));
        try (Arena stub = Arena.ofConfined()) {
            Arena arena = kind.create(allocator);
            MemorySegment segment = arena.allocate(16, 8);
            Comparison comparison = new Comparison(arena);
            MethodHandle handle = MethodHandles.lookup()
                    .bind(
                            comparison,
                            "closeAndCompare",
                            MethodType.methodType(int.class, MemorySegment.class, MemorySegment.class));
            MemorySegment comparator = linker.upcallStub(
                    handle,
                    FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.ADDRESS),
                    stub);
            qsort.invoke(segment, 2L, 8L, comparator);
            assertTrue(comparison.refusals > 0);
            assertTrue(arena.scope().isAlive());
            segment.fill((byte) 1);
            arena.close();
            assertClosed(segment);
        }
    }

    @ParameterizedTest
    @EnumSource(mode = Mode.MATCH_ANY, names = "QUARRY_.*")
    void shouldCloseAfterItsAllocator(Kind kind) {
        OffHeapAllocator shortLived = OffHeapAllocator.create(AllocatorConfig.builder()
                .limit("64m")
                .reserve("1g")
                .maintenance(MaintenanceMode.EXTERNAL)
                .build());
        Arena arena = kind.create(shortLived);
        arena.allocate(64);
        arena.allocate(100_000);
        shortLived.close();
        assertThrows(IllegalStateException.class, () -> arena.allocate(64));
        arena.close();
        assertFalse(arena.scope().isAlive());
        assertEquals(2, shortLived.space().lateFrees().get());
    }

    @ParameterizedTest
    @EnumSource(mode = Mode.MATCH_ANY, names = "QUARRY_.*")
    void shouldFreeTheOthersWhereSomeAreRefused(Kind kind) {
        try (OffHeapAllocator misused = OffHeapAllocator.create(AllocatorConfig.builder()
                .limit("64m")
                .reserve("1g")
                .maintenance(MaintenanceMode.EXTERNAL)
                .build())) {
            Arena arena = kind.create(misused);
            List<MemorySegment> segments = new ArrayList<>();
            for (int index = 0; index < 6; index++) {
                segments.add(arena.allocate(64));
            }
            misused.free(segments.get(1).address());
            misused.free(segments.get(4).address());
            InvalidFreeException refusal = assertThrows(InvalidFreeException.class, arena::close);
            assertEquals(segments.get(4).address(), refusal.address());
            assertEquals(1, refusal.getSuppressed().length);
            assertFalse(arena.scope().isAlive());
            assertEquals(0, misused.stats().liveBlocks());
            misused.verify();
        }
    }

    /// Closes an arena from within a native call that uses it, as often as it is called.
    private static final class Comparison {
        private final Arena arena;
        private int refusals;

        Comparison(Arena arena) {
            this.arena = arena;
        }

        /// An exception that left an upcall would end the JVM.
        @SuppressWarnings("unused") // by method handle
        int closeAndCompare(MemorySegment left, MemorySegment right) {
            try {
                arena.close();
            } catch (IllegalStateException refused) {
                refusals++;
            }
            return 0;
        }
    }

    /// {@return whether all was seven; false once the segment has ended}
    private static boolean readsSevens(MemorySegment segment) {
        try {
            for (long offset = 0; offset < segment.byteSize(); offset++) {
                if (segment.get(ValueLayout.JAVA_BYTE, offset) != 7) {
                    throw new AssertionError("byte " + offset + " changed under a reader");
                }
            }
            return true;
        } catch (IllegalStateException closed) {
            return false;
        }
    }

    private static void assertClosed(MemorySegment segment) {
        assertFalse(segment.scope().isAlive());
        assertThrows(IllegalStateException.class, () -> segment.get(ValueLayout.JAVA_BYTE, 0));
    }

    private static void inAnotherThread(Runnable task) throws Exception {
        FutureTask<Boolean> future = new FutureTask<>(task, true);
        Thread thread = new Thread(future);
        thread.start();
        assertTrue(future.get());
        thread.join();
    }
}
