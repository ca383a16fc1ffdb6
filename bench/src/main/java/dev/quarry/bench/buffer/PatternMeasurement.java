// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.buffer;

import dev.quarry.bench.subject.ProcessMemory;
import io.netty.buffer.ByteBufAllocator;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/// Runs a [PatternLoop] on each thread for a set time, of which the first third warms up.
final class PatternMeasurement {
    private static final int SIZE_COUNT = 1 << 17;
    private static final int BATCH = 200;
    static final long SEED = 42;

    private final ByteBufAllocator allocator;
    private final SizePattern pattern;
    private final int liveBuffers;
    private final ThreadKind threadKind;
    private final int threads;
    private final long durationNs;

    private final AtomicLong replaced = new AtomicLong();
    private volatile boolean stopped;

    /// @param liveBuffers of each thread
    /// @param threads     that run at a time
    PatternMeasurement(
            BufferPool pool, SizePattern pattern, int liveBuffers, ThreadKind threadKind, int threads, int seconds) {
        this.allocator = pool.open();
        this.pattern = pattern;
        this.liveBuffers = liveBuffers;
        this.threadKind = threadKind;
        this.threads = threads;
        this.durationNs = TimeUnit.SECONDS.toNanos(seconds);
    }

    Map<String, Object> run() throws Exception {
        CountDownLatch filled = new CountDownLatch(threads);
        List<Callable<Long>> loops = new ArrayList<>();
        for (int i = 0; i < threads; i++) {
            PatternLoop loop = new PatternLoop(allocator, pattern.sizes(SIZE_COUNT, SEED), liveBuffers, i + 1);
            loops.add(() -> work(loop, filled));
        }
        Map<String, Object> result = new LinkedHashMap<>();
        Thread clock = Thread.ofPlatform().name("clock").start(() -> measure(filled, result));
        threadKind.run(loops);
        clock.join();
        result.put("peakResidentBytes", ProcessMemory.peakResidentBytes());
        return result;
    }

    private long work(PatternLoop loop, CountDownLatch filled) {
        loop.fill();
        filled.countDown();
        long sum = 0;
        while (!stopped) {
            sum += loop.replace(BATCH);
            replaced.getAndAdd(BATCH);
        }
        loop.releaseAll();
        return sum;
    }

    private void measure(CountDownLatch filled, Map<String, Object> result) {
        try {
            filled.await();
            long startNs = System.nanoTime();
            waitUntil(startNs + durationNs / 3);
            long warmNs = System.nanoTime();
            long replacedBefore = replaced.get();
            long garbageBefore = ProcessMemory.allocatedHeapBytes();
            waitUntil(startNs + durationNs);
            long count = replaced.get() - replacedBefore;
            result.put("nsPerBuffer", (double) (System.nanoTime() - warmNs) * threads / count);
            result.put("garbageBytesPerBuffer", (double) (ProcessMemory.allocatedHeapBytes() - garbageBefore) / count);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            stopped = true;
        }
    }

    private static void waitUntil(long timeNs) throws InterruptedException {
        TimeUnit.NANOSECONDS.sleep(timeNs - System.nanoTime());
    }
}
