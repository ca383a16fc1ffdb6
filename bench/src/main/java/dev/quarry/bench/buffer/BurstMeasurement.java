// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.buffer;

import dev.quarry.bench.subject.ProcessMemory;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;

/// A burst of buffers, all filled and all released, and then silence: the threads live on and do nothing, and nobody
/// calls the pool. What the process still holds is what users complain of.
final class BurstMeasurement {
    private static final int THREADS = 8;
    private static final int SIZE_COUNT = 1 << 12;
    private static final int WARM_UP_BUFFERS = 100_000;

    /// After the last release, in seconds.
    private static final int[] SAMPLE_SECONDS = {0, 1, 5, 10, 15};

    private final ByteBufAllocator allocator;
    private final long bytesAThread;
    private final CyclicBarrier warm = new CyclicBarrier(THREADS + 1);
    private final CyclicBarrier filled = new CyclicBarrier(THREADS + 1);
    private final CyclicBarrier released = new CyclicBarrier(THREADS + 1);
    private final CountDownLatch measured = new CountDownLatch(1);

    BurstMeasurement(BufferPool pool, int mebibytes) {
        this.allocator = pool.open();
        this.bytesAThread = ((long) mebibytes << 20) / THREADS;
    }

    Map<String, Object> run() throws Exception {
        List<Callable<Long>> tasks = new ArrayList<>();
        for (int i = 0; i < THREADS; i++) {
            int[] sizes = SizePattern.SOCKET_PROXY.sizes(SIZE_COUNT, PatternMeasurement.SEED + i);
            tasks.add(() -> work(sizes));
        }
        Map<String, Object> result = new LinkedHashMap<>();
        Thread observer = Thread.ofPlatform().name("observer").start(() -> observe(result));
        ThreadKind.EVENT_LOOP.run(tasks);
        observer.join();
        return result;
    }

    private long work(int[] sizes) throws Exception {
        long sum = 0;
        for (int i = 0; i < WARM_UP_BUFFERS; i++) {
            sum += fill(sizes[i % sizes.length]).release() ? 1 : 0;
        }
        warm.await();
        List<ByteBuf> burst = new ArrayList<>();
        for (long bytes = 0; bytes < bytesAThread; bytes += burst.getLast().capacity()) {
            burst.add(fill(sizes[burst.size() % sizes.length]));
        }
        filled.await();
        burst.forEach(ByteBuf::release);
        burst.clear();
        released.await();
        measured.await();
        return sum;
    }

    private ByteBuf fill(int byteSize) {
        return allocator.directBuffer(byteSize).writeZero(byteSize);
    }

    private void observe(Map<String, Object> result) {
        try {
            warm.await();
            result.put("residentBytesBefore", ProcessMemory.residentBytes());
            filled.await();
            result.put("residentBytesFilled", ProcessMemory.residentBytes());
            released.await();
            long startNs = System.nanoTime();
            for (int seconds : SAMPLE_SECONDS) {
                TimeUnit.NANOSECONDS.sleep(startNs + TimeUnit.SECONDS.toNanos(seconds) - System.nanoTime());
                result.put("residentBytesAfter" + seconds + "s", ProcessMemory.residentBytes());
            }
        } catch (Exception e) {
            throw new IllegalStateException("the burst could not be observed", e);
        } finally {
            measured.countDown();
        }
    }
}
