// SPDX-License-Identifier: Apache-2.0
package dev.quarry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.SplittableRandom;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// One thread allocates, another frees: what is held stays in proportion to what is live, however long it goes on.
@Tag("once")
class HandOverFootprintTest {
    private static final int BATCHES = 3_000;
    private static final int BATCH_BLOCKS = 1_000;
    private static final int BATCHES_IN_FLIGHT = 64;
    private static final int MOST_BYTES = 1_000;
    private static final long[] END = {};

    private final AtomicLong liveBytes = new AtomicLong();
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    private long mostLiveBytes;
    private long mostCommittedBytes;

    @Test
    void shouldHoldLittleMoreThanWhatIsInFlight() throws InterruptedException {
        AllocatorConfig config = AllocatorConfig.builder()
                .limit("1g")
                .maintenance(MaintenanceMode.EXTERNAL)
                .build();
        try (OffHeapAllocator allocator = OffHeapAllocator.create(config)) {
            ArrayBlockingQueue<long[]> queue = new ArrayBlockingQueue<>(BATCHES_IN_FLIGHT);
            Thread consumer = new Thread(() -> consume(allocator, queue));
            consumer.setUncaughtExceptionHandler((thread, thrown) -> failure.set(thrown));
            consumer.start();
            produce(allocator, queue);
            consumer.join();

            assertEquals(null, failure.get());
            assertTrue(
                    mostCommittedBytes <= mostLiveBytes * 3 / 2,
                    () -> mostCommittedBytes + " bytes committed for " + mostLiveBytes + " live");
            allocator.maintain();
            allocator.trim();
            assertEquals(0, allocator.stats().liveBlocks());
            assertEquals(0, allocator.verifyAndCountLost());
        }
    }

    private void produce(OffHeapAllocator allocator, ArrayBlockingQueue<long[]> queue) throws InterruptedException {
        SplittableRandom random = new SplittableRandom(8);
        for (int done = 0; done < BATCHES; done++) {
            long[] batch = new long[BATCH_BLOCKS];
            long bytes = 0;
            for (int index = 0; index < batch.length; index++) {
                batch[index] = allocator.malloc(1 + random.nextInt(MOST_BYTES));
                bytes += allocator.usableSize(batch[index]);
            }
            mostLiveBytes = Math.max(mostLiveBytes, liveBytes.addAndGet(bytes));
            queue.put(batch);
            mostCommittedBytes =
                    Math.max(mostCommittedBytes, allocator.space().ledger().committedBytes());
        }
        queue.put(END);
    }

    private void consume(OffHeapAllocator allocator, ArrayBlockingQueue<long[]> queue) {
        try {
            for (long[] batch = queue.take(); batch != END; batch = queue.take()) {
                long bytes = 0;
                for (long address : batch) {
                    bytes += allocator.usableSize(address);
                    allocator.free(address);
                }
                liveBytes.addAndGet(-bytes);
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
