// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bounds;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quarry.AllocatorAccess;
import dev.quarry.AllocatorConfig;
import dev.quarry.AllocatorStats;
import dev.quarry.OffHeapAllocator;
import dev.quarry.OutOfOffHeapMemoryError;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// Many threads ask for more than the limit for a while, and each error is thrown and caught: the limit holds at every
/// look, nobody waits for ever, and afterwards all is as before. How long a refusal takes is printed.
@Tag("once")
class LimitStormTest {
    private static final boolean IS_FULL = "full".equals(System.getProperty("bounds"));
    private static final long STORM_NS = Duration.ofSeconds(IS_FULL ? 30 : 3).toNanos();
    private static final int THREADS = 64;
    private static final int MOST_BYTES = 400_000;
    private static final long LIMIT_BYTES = 256L << 20;

    /// Kept, for a logger without a strong reference forgets its level.
    private static final Logger LOGGER = Logger.getLogger("dev.quarry");

    /// Refusals by the number of bits of their nanoseconds, eight steps to each.
    private final AtomicLongArray refusalsByTime = new AtomicLongArray(64 * 8);

    @Test
    void shouldHoldTheLimitInAStorm() throws Exception {
        LOGGER.setLevel(Level.OFF);
        AllocatorConfig config =
                AllocatorConfig.builder().limit(LIMIT_BYTES).reserve("1g").build();
        try (OffHeapAllocator allocator = OffHeapAllocator.create(config)) {
            AtomicLong mostBytes = new AtomicLong();
            long endNs = System.nanoTime() + STORM_NS;
            List<Thread> threads = new ArrayList<>();
            threads.add(new Thread(() -> sample(allocator, endNs, mostBytes)));
            for (int index = 0; index < THREADS; index++) {
                SplittableRandom random = new SplittableRandom(index);
                threads.add(new Thread(() -> storm(allocator, random, endNs)));
            }
            threads.forEach(Thread::start);
            for (Thread thread : threads) {
                thread.join();
            }
            System.out.printf(
                    "%,d refusals: half of them within %,d ns, 99 of 100 within %,d ns%n",
                    refusals(), percentileNs(0.5), percentileNs(0.99));
            assertTrue(refusals() > 0, "the limit was never reached");
            assertTrue(mostBytes.get() <= LIMIT_BYTES, "committed " + mostBytes);
            requireAllBack(allocator);
        } finally {
            LOGGER.setLevel(null);
        }
    }

    private static void sample(OffHeapAllocator allocator, long endNs, AtomicLong mostBytes) {
        while (System.nanoTime() - endNs < 0) {
            mostBytes.accumulateAndGet(AllocatorAccess.committedBytes(allocator), Math::max);
            Thread.onSpinWait();
        }
    }

    /// Takes until refused, then frees a part.
    private void storm(OffHeapAllocator allocator, SplittableRandom random, long endNs) {
        ArrayDeque<Long> blocks = new ArrayDeque<>();
        while (System.nanoTime() - endNs < 0) {
            long startNs = System.nanoTime();
            try {
                blocks.add(allocator.malloc(random.nextInt(MOST_BYTES)));
            } catch (OutOfOffHeapMemoryError refused) {
                refusalsByTime.incrementAndGet(step(System.nanoTime() - startNs));
                for (int index = blocks.size() / 4; index > 0; index--) {
                    allocator.free(blocks.remove());
                }
            }
        }
        blocks.forEach(allocator::free);
    }

    private static void requireAllBack(OffHeapAllocator allocator) {
        allocator.maintain();
        allocator.trim();
        allocator.verify();
        AllocatorStats stats = allocator.stats();
        assertEquals(0, stats.liveBlocks());
        assertEquals(stats.metadataBytes(), stats.committedBytes(), "credit of blocks that are free");
        long most = allocator.malloc(LIMIT_BYTES - stats.metadataBytes() - (2 << 20));
        allocator.free(most);
    }

    private static int step(long ns) {
        long atLeast = Math.max(8, ns);
        int bits = 63 - Long.numberOfLeadingZeros(atLeast);
        return bits * 8 + (int) (atLeast >>> bits - 3 & 7);
    }

    /// {@return the end of a step}
    private static long endNs(int step) {
        return (8L + step % 8 + 1) << step / 8 - 3;
    }

    private long refusals() {
        long sum = 0;
        for (int step = 0; step < refusalsByTime.length(); step++) {
            sum += refusalsByTime.get(step);
        }
        return sum;
    }

    private long percentileNs(double part) {
        double left = part * refusals();
        for (int step = 24; step < refusalsByTime.length(); step++) {
            left -= refusalsByTime.get(step);
            if (left <= 0) {
                return endNs(step);
            }
        }
        return Long.MAX_VALUE;
    }
}
