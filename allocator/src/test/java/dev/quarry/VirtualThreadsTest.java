// SPDX-License-Identifier: Apache-2.0
package dev.quarry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// Very many virtual threads: what the allocator holds depends on carriers and stripes, not on how many threads there
/// were.
///
/// Each thread makes four blocks, frees two, and leaves two for threads that come later. The system property
/// `virtual.threads` sets their number.
@Tag("once")
class VirtualThreadsTest {
    private static final int THREADS = Integer.getInteger("virtual.threads", 100_000);
    private static final int BATCH = 1_000;
    private static final int MOST_LEFT = 4_000;
    private static final int MOST_BYTES = 2_000;

    @Test
    void shouldHoldNoMoreForMoreThreads() throws Exception {
        AllocatorConfig config = AllocatorConfig.builder()
                .limit("256m")
                .reserve("1g")
                .maintenance(MaintenanceMode.EXTERNAL)
                .build();
        ConcurrentLinkedQueue<Long> left = new ConcurrentLinkedQueue<>();
        try (OffHeapAllocator allocator = OffHeapAllocator.create(config)) {
            // Until then the stripes are being made and what is left for later threads piles up to its measure.
            int warmThreads = THREADS / 5;
            int halfThreads = warmThreads + (THREADS - warmThreads) / 2;
            long mostHeldInFirstHalf = 0;
            long mostHeldInSecondHalf = 0;
            for (int first = 0; first < THREADS; first += BATCH) {
                runBatch(allocator, left, first);
                while (left.size() > MOST_LEFT) {
                    allocator.free(left.remove());
                }
                long heldBytes = allocator.stats().heldBytes();
                if (first >= warmThreads && first < halfThreads) {
                    mostHeldInFirstHalf = Math.max(mostHeldInFirstHalf, heldBytes);
                } else if (first >= halfThreads) {
                    mostHeldInSecondHalf = Math.max(mostHeldInSecondHalf, heldBytes);
                }
            }
            assertTrue(
                    mostHeldInSecondHalf <= mostHeldInFirstHalf + mostHeldInFirstHalf / 4,
                    "held at most " + mostHeldInFirstHalf + " bytes, and later " + mostHeldInSecondHalf);
            int stripes = allocator.space().config().stripes();
            int carriers = Runtime.getRuntime().availableProcessors();
            assertTrue(
                    allocator.pool().arenaCount() <= stripes + carriers + 1,
                    "arenas: " + allocator.pool().arenaCount());
            left.forEach(allocator::free);
            allocator.trim();
            assertEquals(0, allocator.verifyAndCountLost());
            AllocatorStats stats = allocator.stats();
            assertEquals(0, stats.liveBlocks());
            assertEquals(4L * THREADS, stats.mallocs());
            assertEquals(stats.metadataBytes(), stats.committedBytes(), allocator::report);
        }
    }

    private static void runBatch(OffHeapAllocator allocator, ConcurrentLinkedQueue<Long> left, int first)
            throws Exception {
        List<Future<?>> tasks = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int seed = first; seed < first + BATCH; seed++) {
                SplittableRandom random = new SplittableRandom(seed);
                tasks.add(threads.submit(() -> {
                    long one = allocator.malloc(random.nextInt(MOST_BYTES));
                    left.add(allocator.malloc(random.nextInt(MOST_BYTES)));
                    long three = allocator.malloc(random.nextInt(MOST_BYTES));
                    left.add(allocator.malloc(random.nextInt(MOST_BYTES)));
                    allocator.free(three);
                    allocator.free(one);
                }));
            }
        }
        for (Future<?> task : tasks) {
            task.get();
        }
    }
}
