// SPDX-License-Identifier: Apache-2.0
package dev.quarry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quarry.internal.error.DistinctErrors;
import dev.quarry.numa.SimulatedMachine;
import dev.quarry.numa.SimulatedMemory;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.function.LongUnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ShrinkersTest {
    private static final int SPAN_BYTES = 64 << 10;

    private final SimulatedMemory os = new SimulatedMemory(
            SimulatedMachine.builder().nodes(1, 2, 256L << 20).build());
    private final SimulatedAllocators allocators = new SimulatedAllocators(os, os.topology());
    private final DistinctErrors errors = new DistinctErrors("test", os);
    private final Shrinkers shrinkers = new Shrinkers(errors);
    private final List<String> asked = new ArrayList<>();

    @AfterEach
    void release() {
        allocators.close();
    }

    private record Simple(String name, int cost, long shrinkableBytes, LongUnaryOperator action) implements Shrinker {
        @Override
        public long shrink(long wantedBytes) {
            return action.applyAsLong(wantedBytes);
        }
    }

    /// Gives up `freedBytes` each time, and remembers that it was asked, and for how much.
    private Shrinker recorded(String name, int cost, long freedBytes) {
        return new Simple(name, cost, freedBytes, wanted -> {
            asked.add(name + " " + wanted);
            return freedBytes;
        });
    }

    @Test
    void shouldAskTheCheapestFirstUntilEnoughIsFreed() {
        shrinkers.add(recorded("dear", 9, 1000));
        shrinkers.add(recorded("cheap", 1, 30));
        shrinkers.add(recorded("fair", 5, 70));
        shrinkers.add(recorded("empty", 0, 0));

        assertEquals(100, shrinkers.shrink(100));
        assertEquals(List.of("cheap 100", "fair 70"), asked);
        assertEquals(1100, shrinkers.shrink(101));
        assertEquals("dear 1", asked.getLast());
    }

    @Test
    void shouldNotBelieveInNegativeBytes() {
        shrinkers.add(new Simple("odd", 0, 1, wanted -> -50));
        shrinkers.add(recorded("even", 1, 10));

        assertEquals(10, shrinkers.shrink(10));
        assertEquals(List.of("even 10"), asked);
    }

    @Test
    void shouldAskNobodyFromInsideOfAShrinker() {
        shrinkers.add(new Simple("outer", 0, 1, wanted -> {
            asked.add("outer");
            return shrinkers.shrink(wanted) + 7;
        }));

        assertEquals(7, shrinkers.shrink(7));
        assertEquals(List.of("outer"), asked);
    }

    @Test
    void shouldNotAskFromTwoThreadsAtOnce() throws InterruptedException {
        CountDownLatch inside = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        shrinkers.add(new Simple("slow", 0, 1, wanted -> {
            asked.add("slow");
            inside.countDown();
            Waits.forLatch(goOn);
            return 1;
        }));
        Thread first = Thread.ofPlatform().start(() -> shrinkers.shrink(1));
        Waits.forLatch(inside);

        assertEquals(0, shrinkers.shrink(1), "goes on without");
        goOn.countDown();
        first.join();
        assertEquals(List.of("slow"), asked);
        assertEquals(1, shrinkers.shrink(1));
    }

    @Test
    void shouldDropWhoThrowsThreeTimesAndAskTheOthers() {
        shrinkers.add(new Simple("faulty", 0, 1, wanted -> {
            asked.add("faulty");
            throw new IllegalStateException("no");
        }));
        for (int round = 0; round < 5; round++) {
            assertEquals(round < 3, !shrinkers.isEmpty());
            assertEquals(0, shrinkers.shrink(1));
        }
        assertEquals(3, asked.size());
        assertEquals(List.of("shrinker faulty: 3 calls, 0 bytes freed, 3 failures: dropped"), shrinkers.describe());
        assertEquals(3, errors.get(0).count());

        shrinkers.add(recorded("sound", 1, 10));
        assertEquals(10, shrinkers.shrink(10));
        assertFalse(shrinkers.isEmpty());
    }

    @Test
    void shouldCatchWhatAnEstimateThrows() {
        shrinkers.add(new Shrinker() {
            @Override
            public long shrinkableBytes() {
                throw new StackOverflowError("thrown on purpose");
            }

            @Override
            public long shrink(long wantedBytes) {
                throw new AssertionError("not asked without an estimate");
            }
        });

        assertEquals(0, shrinkers.shrink(1));
        assertTrue(shrinkers.describe().getFirst().contains("0 calls"), shrinkers.describe()::toString);
    }

    @Test
    void shouldNotAskWhoWasTakenAway() {
        Registration first = shrinkers.add(recorded("first", 0, 10));
        shrinkers.add(recorded("second", 1, 10));
        first.close();
        first.close();

        assertEquals(10, shrinkers.shrink(10));
        assertEquals(List.of("second 10"), asked);
        assertFalse(shrinkers.isEmpty());
    }

    /// A cache of a service: keeps spans, and frees them when asked.
    private final class Cache implements Shrinker {
        private final OffHeapAllocator allocator;
        private final Deque<Long> blocks = new ArrayDeque<>();
        private int calls;

        Cache(OffHeapAllocator allocator) {
            this.allocator = allocator;
        }

        void fill() {
            for (long block = allocator.tryMalloc(SPAN_BYTES); block != 0; block = allocator.tryMalloc(SPAN_BYTES)) {
                blocks.push(block);
            }
        }

        @Override
        public long shrinkableBytes() {
            return (long) blocks.size() * SPAN_BYTES;
        }

        @Override
        public long shrink(long wantedBytes) {
            calls++;
            long freed = 0;
            for (; freed < wantedBytes && !blocks.isEmpty(); freed += SPAN_BYTES) {
                allocator.free(blocks.pop());
            }
            return freed;
        }
    }

    private OffHeapAllocator create() {
        return allocators.create(
                AllocatorConfig.builder().limit("32m").reserve("64m").maintenance(MaintenanceMode.EXTERNAL));
    }

    @Test
    void shouldBeAskedBeforeACallFails() {
        try (OffHeapAllocator allocator = create()) {
            Cache cache = new Cache(allocator);
            cache.fill();
            Registration registered = allocator.register(cache);
            long block = allocator.tryMalloc(SPAN_BYTES);
            assertNotEquals(0, block);
            allocator.free(block);
            assertEquals(1, cache.calls);
            registered.close();
            cache.fill();
            assertThrows(OutOfOffHeapMemoryError.class, () -> allocator.malloc(SPAN_BYTES));
            assertEquals(1, cache.calls, "not after it was taken away");
            allocator.verify();
        }
    }

    @Test
    void shouldBeAskedInTheBackgroundWhileAZoneIsShort() {
        try (OffHeapAllocator allocator = create()) {
            Cache cache = new Cache(allocator);
            allocator.register(cache);
            cache.blocks.push(allocator.malloc(SPAN_BYTES));
            allocator.maintain();
            assertEquals(0, cache.calls, "there is enough");
            while (!AllocatorAccess.isShort(allocator)) {
                cache.blocks.push(allocator.malloc(SPAN_BYTES));
            }
            assertEquals(0, cache.calls, "not by the allocating thread");
            allocator.maintain();

            assertEquals(1, cache.calls);
            String report = allocator.report();
            assertTrue(report.contains("shrinker Cache: 1 calls, "), report);
            assertTrue(report.contains("bytes available: enough"), report);
            assertFalse(AllocatorAccess.isShort(allocator));
            assertTrue(cache.blocks.size() > 300, "no more than is wanted: " + cache.blocks.size() + " are left");
            allocator.verify();
        }
    }

    @Test
    void shouldLetAShrinkerAllocateAndFail() {
        try (OffHeapAllocator allocator = create()) {
            Cache cache = new Cache(allocator);
            cache.fill();
            allocator.register(new Simple("allocating", 0, 1, wanted -> {
                asked.add("allocating");
                assertThrows(OutOfOffHeapMemoryError.class, () -> allocator.malloc(8 << 20));
                return 0;
            }));
            assertThrows(OutOfOffHeapMemoryError.class, () -> allocator.malloc(4 << 20));
            assertEquals(List.of("allocating"), asked);
            assertEquals(0, allocator.tryMalloc(4 << 20));
            allocator.register(cache);
            long block = allocator.tryMalloc(4 << 20);
            assertNotEquals(0, block, "more is asked for than the block itself");
            allocator.free(block);
            allocator.verify();
        }
    }
}
