// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bounds;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.quarry.AllocatorConfig;
import dev.quarry.OffHeapAllocator;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// After a burst of a server's buffers its threads live on and fall silent: what they took goes back without any call.
@Tag("once")
class BurstTest {
    private static final boolean IS_FULL = "full".equals(System.getProperty("bounds"));
    private static final long BURST_BYTES = IS_FULL ? 900L << 20 : 160L << 20;

    /// The threads take some more than the burst, for a part of it lies in pages that were resident before.
    private static final long TAKEN_BYTES = BURST_BYTES / 20 * 21;

    private static final Duration PURGE_DELAY = Duration.ofSeconds(IS_FULL ? 10 : 2);
    private static final long WAIT_NS = Duration.ofSeconds(15).toNanos();
    private static final long MOST_LEFT_BYTES = 32L << 20;

    @ParameterizedTest(name = "{0} threads")
    @ValueSource(ints = {8, 64})
    void shouldGiveABurstBackInSilence(int threadCount) throws Exception {
        assumeTrue(Smaps.isThere(), "this system has no /proc/self/smaps");
        AllocatorConfig config = AllocatorConfig.builder()
                .limit("2g")
                .reserve("4g")
                .purgeDelay(PURGE_DELAY)
                .build();
        try (OffHeapAllocator allocator = OffHeapAllocator.create(config)) {
            long beforeBytes = Smaps.residentBytes(allocator);
            CountDownLatch haveAll = new CountDownLatch(threadCount);
            CountDownLatch silent = new CountDownLatch(threadCount);
            CountDownLatch end = new CountDownLatch(1);
            CountDownLatch mayFree = new CountDownLatch(1);
            List<Thread> threads = new ArrayList<>();
            for (int index = 0; index < threadCount; index++) {
                SplittableRandom random = new SplittableRandom(index);
                threads.add(Thread.ofPlatform().start(() -> {
                    Blocks blocks = new Blocks(allocator);
                    blocks.addServerLike(random, TAKEN_BYTES / threadCount);
                    haveAll.countDown();
                    awaitQuietly(mayFree);
                    blocks.freeAll();
                    silent.countDown();
                    awaitQuietly(end);
                }));
            }
            assertTrue(haveAll.await(120, TimeUnit.SECONDS));
            long peakBytes = Smaps.residentBytes(allocator) - beforeBytes;
            assertTrue(peakBytes >= BURST_BYTES, "only " + peakBytes + " were ever resident");
            mayFree.countDown();
            assertTrue(silent.await(120, TimeUnit.SECONDS));
            long leftBytes = leftAfterSilence(allocator, beforeBytes);
            System.out.printf("%d threads: %,d bytes at the peak, %,d left%n", threadCount, peakBytes, leftBytes);
            assertTrue(leftBytes <= MOST_LEFT_BYTES, () -> leftBytes + " bytes are left\n" + allocator.report());
            end.countDown();
            for (Thread thread : threads) {
                thread.join();
            }
            assertEquals(0, allocator.stats().liveBlocks());
        }
    }

    /// Looks at the kernel's figures only, until they are as they should be or the time is over.
    private static long leftAfterSilence(OffHeapAllocator allocator, long beforeBytes) {
        long startNs = System.nanoTime();
        long leftBytes = Long.MAX_VALUE;
        while (leftBytes > MOST_LEFT_BYTES && System.nanoTime() - startNs < WAIT_NS) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100));
            leftBytes = Smaps.residentBytes(allocator) - beforeBytes;
        }
        return leftBytes;
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException unexpected) {
            throw new IllegalStateException(unexpected);
        }
    }
}
