// SPDX-License-Identifier: Apache-2.0
package dev.quarry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.quarry.numa.NativeMemory;
import dev.quarry.numa.RawMemory;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Virtual threads that allocate on their carriers' arenas, wait in the midst of it, free each other's blocks, and have
/// the arenas taken from under them: no block is given out twice, and the books are in order.
@Tag("once")
class VirtualThreadRaceTest {
    private static final int THREADS = 64;
    private static final int STEPS = 4_000;
    private static final int MAX_BYTES = 20_000;
    private static final int MOST_SHARED = 500;

    private static AllocatorConfig.Builder options() {
        return AllocatorConfig.builder().limit("512m").reserve("1g").maintenance(MaintenanceMode.EXTERNAL);
    }

    /// Stamps both ends of its blocks with their address, and looks at the stamps before it frees.
    private static final class Actor implements Runnable {
        private final OffHeapAllocator allocator;
        private final ConcurrentLinkedQueue<Long> shared;
        private final SplittableRandom random;
        private final List<Long> own = new ArrayList<>();

        Actor(OffHeapAllocator allocator, ConcurrentLinkedQueue<Long> shared, long seed) {
            this.allocator = allocator;
            this.shared = shared;
            this.random = new SplittableRandom(seed);
        }

        @Override
        public void run() {
            for (int step = 0; step < STEPS; step++) {
                switch (random.nextInt(8)) {
                    case 0, 1, 2 -> own.add(stamped(allocator.malloc(16 + random.nextInt(MAX_BYTES))));
                    case 3 -> own.add(stamped(allocator.calloc(1, 16 + random.nextInt(200))));
                    case 4 -> share();
                    case 5 -> Thread.yield();
                    default -> freeOne();
                }
            }
            own.forEach(this::free);
        }

        private void share() {
            if (!own.isEmpty() && shared.size() < MOST_SHARED) {
                shared.add(own.removeLast());
            } else {
                Long another = shared.poll();
                if (another != null) {
                    free(another);
                }
            }
        }

        private void freeOne() {
            if (!own.isEmpty()) {
                free(own.remove(random.nextInt(own.size())));
            }
        }

        private long stamped(long address) {
            RawMemory.putLong(address, address);
            RawMemory.putLong(end(address), ~address);
            return address;
        }

        private long end(long address) {
            return address + allocator.usableSize(address) - Long.BYTES;
        }

        private void free(long address) {
            long end = end(address);
            assertEquals(~address, RawMemory.getLong(end));
            assertTrue(end == address || RawMemory.getLong(address) == address, "another's stamp");
            RawMemory.putLong(address, 0);
            allocator.free(address);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void shouldKeepItsBooksWhileArenasAreTakenBack(long seed) throws Exception {
        ConcurrentLinkedQueue<Long> shared = new ConcurrentLinkedQueue<>();
        AtomicInteger running = new AtomicInteger(THREADS);
        List<Future<?>> actors = new ArrayList<>();
        try (OffHeapAllocator allocator = OffHeapAllocator.create(options().build());
                ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int index = 0; index < THREADS; index++) {
                Actor actor = new Actor(allocator, shared, seed * THREADS + index);
                actors.add(executor.submit(() -> {
                    try {
                        actor.run();
                    } finally {
                        running.decrementAndGet();
                    }
                }));
            }
            while (running.get() > 0) {
                allocator.trim();
                allocator.maintain();
                Thread.yield();
            }
            for (Future<?> actor : actors) {
                actor.get();
            }
            shared.forEach(allocator::free);
            allocator.trim();
            assertEquals(0, allocator.verifyAndCountLost(), "slots lost, with seed " + seed);
            AllocatorStats stats = allocator.stats();
            assertEquals(0, stats.liveBlocks(), allocator::report);
            assertEquals(stats.metadataBytes(), stats.committedBytes(), allocator::report);
            assertEquals(0, allocator.pool().carriers().count());
        }
    }

    @Test
    void shouldGiveCarriersArenasAndNoStripes() throws Exception {
        assumeTrue(NativeMemory.system().threads().areKnown(), "this system tells no threads apart");
        try (OffHeapAllocator allocator = OffHeapAllocator.create(options().build())) {
            Thread thread = Thread.ofVirtual().start(() -> allocator.free(allocator.malloc(100)));
            thread.join();
            assertEquals(1, allocator.pool().carriers().count());
            assertEquals(1, allocator.pool().arenaCount());
            assertEquals(1, allocator.stats().mallocs());
            assertEquals(1, allocator.stats().frees());
        }
    }

    /// A handle of a virtual thread's own leads to the same arenas.
    @Test
    void shouldServeHandlesOfVirtualThreads() throws Exception {
        assumeTrue(NativeMemory.system().threads().areKnown(), "this system tells no threads apart");
        try (OffHeapAllocator allocator = OffHeapAllocator.create(options().build())) {
            Thread thread = Thread.ofVirtual().start(() -> {
                LocalArena handle = allocator.localArena();
                handle.free(handle.malloc(100));
                handle.free(handle.realloc(handle.calloc(1, 100), 10_000));
            });
            thread.join();
            assertEquals(1, allocator.pool().arenaCount());
            assertEquals(0, allocator.stats().liveBlocks());
            allocator.verify();
        }
    }

    /// Carriers are platform threads, and count as such.
    @Test
    void shouldShareStripesWhereCarriersAreAboveTheCap() throws Exception {
        AllocatorConfig config = options().arenasMax(1).arenasStripes(1).build();
        try (OffHeapAllocator allocator = OffHeapAllocator.create(config)) {
            allocator.free(allocator.malloc(100));
            Thread thread = Thread.ofVirtual().start(() -> allocator.free(allocator.malloc(100)));
            thread.join();
            assertEquals(0, allocator.pool().carriers().count());
            assertEquals(2, allocator.pool().arenaCount(), "this thread's and the stripe's");
            assertEquals(0, allocator.stats().liveBlocks());
        }
    }
}
