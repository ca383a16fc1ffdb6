// SPDX-License-Identifier: Apache-2.0
package dev.quarry;

import static dev.quarry.internal.live.LiveCounter.COMMITTED_BYTES;
import static dev.quarry.internal.live.LiveCounter.IN_FLIGHT_BYTES;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import dev.quarry.internal.live.ClassColumn;
import dev.quarry.internal.live.LiveCounter;
import dev.quarry.internal.live.LiveReader;
import dev.quarry.internal.live.LiveSnapshot;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("once")
class LivePublisherTest {
    private static final int BLOCKS = 3_000;

    @TempDir
    Path parent;

    private OffHeapAllocator create() {
        return OffHeapAllocator.create(AllocatorConfig.builder()
                .name("mine")
                .limit(256L << 20)
                .maintenance(MaintenanceMode.EXTERNAL)
                .live(parent.resolve("live").toString())
                .build());
    }

    private static LiveSnapshot read(OffHeapAllocator allocator) throws IOException {
        Path path = allocator.livePath();
        assertNotNull(path);
        return LiveReader.read(path);
    }

    /// Ticks until the file has figures that are younger than this call.
    private static LiveSnapshot tickAndRead(OffHeapAllocator allocator) throws IOException {
        long sinceNs = System.nanoTime();
        LiveSnapshot snapshot = read(allocator);
        while (snapshot.snapshotNs() - sinceNs < 0) {
            allocator.maintain();
            snapshot = read(allocator);
        }
        return snapshot;
    }

    private static long[] allocate(OffHeapAllocator allocator, Random random) {
        long[] blocks = new long[BLOCKS];
        for (int index = 0; index < BLOCKS; index++) {
            blocks[index] = allocator.malloc(random.nextInt(40_000));
        }
        for (int index = 0; index < BLOCKS; index += 3) {
            allocator.free(blocks[index]);
            blocks[index] = 0;
        }
        return blocks;
    }

    @Test
    void shouldSayWhatTheStatisticsSay() throws IOException {
        try (OffHeapAllocator allocator = create()) {
            long[] blocks = allocate(allocator, new Random(1));
            LiveSnapshot live = tickAndRead(allocator);
            AllocatorStats stats = allocator.stats();
            assertTrue(live.isWhole());
            assertEquals(stats.committedBytes(), live.get(COMMITTED_BYTES));
            assertEquals(stats.committedBytes(), LiveBuckets.sum(live));
            assertEquals(0, live.get(IN_FLIGHT_BYTES));
            assertEquals(stats.liveBytes(), live.get(LiveCounter.LIVE_BYTES));
            assertEquals(stats.liveBlocks(), live.get(LiveCounter.LIVE_BLOCKS));
            assertEquals(stats.wasteBytes(), live.get(LiveCounter.WASTE_BYTES));
            assertEquals(stats.slabFreeBytes(), live.get(LiveCounter.SLAB_FREE_BYTES));
            assertEquals(stats.lookasideBytes(), live.get(LiveCounter.LOOKASIDE_BYTES));
            assertEquals(stats.spanDirtyBytes(), live.get(LiveCounter.SPAN_DIRTY_BYTES));
            assertEquals(stats.spanCleanBytes(), live.get(LiveCounter.SPAN_CLEAN_BYTES));
            assertEquals(stats.metadataBytes(), live.get(LiveCounter.METADATA_BYTES));
            assertEquals(stats.mallocs(), live.get(LiveCounter.MALLOCS));
            assertEquals(stats.frees(), live.get(LiveCounter.FREES));
            assertEquals(stats.limitBytes(), live.get(LiveCounter.LIMIT_BYTES));
            List<SizeClassStats> classes = stats.sizeClasses();
            assertEquals(classes.size(), live.sizeClasses().size());
            for (int row = 0; row < classes.size(); row++) {
                assertEquals(classes.get(row).slotBytes(), live.sizeClasses().get(row)[ClassColumn.SLOT_BYTES]);
                assertEquals(classes.get(row).liveBlocks(), live.sizeClasses().get(row)[ClassColumn.LIVE]);
                assertEquals(classes.get(row).refills(), live.sizeClasses().get(row)[ClassColumn.REFILLS]);
            }
            for (long block : blocks) {
                allocator.free(block);
            }
        }
    }

    @Test
    void shouldAddUpWhileThreadsWork() throws Exception {
        AtomicBoolean stop = new AtomicBoolean();
        try (OffHeapAllocator allocator = create()) {
            List<Thread> threads = IntStream.range(0, 3)
                    .mapToObj(seed -> Thread.ofPlatform().start(() -> {
                        while (!stop.get()) {
                            for (long block : allocate(allocator, new Random(seed))) {
                                allocator.free(block);
                            }
                        }
                    }))
                    .toList();
            try {
                for (int round = 0; round < 15; round++) {
                    LiveSnapshot live = tickAndRead(allocator);
                    assertTrue(live.isWhole());
                    assertEquals(live.get(COMMITTED_BYTES), LiveBuckets.sum(live));
                }
            } finally {
                stop.set(true);
                for (Thread thread : threads) {
                    thread.join();
                }
            }
            assertEquals(0, tickAndRead(allocator).get(IN_FLIGHT_BYTES));
        }
    }

    @Test
    void shouldMakeNoGarbage() throws IOException {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        try (OffHeapAllocator allocator = create()) {
            long[] blocks = allocate(allocator, new Random(1));
            tick(allocator, 20_000);
            long before = threads.getCurrentThreadAllocatedBytes();
            tick(allocator, 20_000);
            long made = threads.getCurrentThreadAllocatedBytes() - before;
            assertTrue(made < 64 << 10, made + " bytes for 20,000 ticks");
            for (long block : blocks) {
                allocator.free(block);
            }
        }
    }

    private static void tick(OffHeapAllocator allocator, int count) {
        for (int tick = 0; tick < count; tick++) {
            allocator.tickLive();
        }
    }

    @Test
    void shouldHaveNoFileWhereNoneIsWanted() {
        try (OffHeapAllocator allocator = OffHeapAllocator.create(AllocatorConfig.builder()
                .maintenance(MaintenanceMode.EXTERNAL)
                .live("off")
                .build())) {
            allocator.maintain();
            assertNull(allocator.livePath());
        }
    }

    @Test
    void shouldHaveNoFileYetWhenAnAllocatorIsNew() {
        try (OffHeapAllocator allocator = OffHeapAllocator.create(
                AllocatorConfig.builder().maintenance(MaintenanceMode.EXTERNAL).build())) {
            allocator.maintain();
            assertNull(allocator.livePath());
        }
    }
}
