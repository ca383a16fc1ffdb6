// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.buffer;

import dev.quarry.bench.subject.ProcessMemory;
import io.netty.buffer.ByteBufAllocator;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;

/// Many short virtual threads, as a server has that starts one for each request: each fills a small table, replaces its
/// buffers for a while, lets others run now and then, releases all and ends.
///
/// They end so that those which wait to begin get their turn: the scheduler takes those that yield first.
final class VirtualMeasurement {
    private static final int THREADS_A_ROUND = 256;
    private static final int LIVE_BUFFERS = 8;
    private static final int BATCHES = 20;
    private static final int BATCH = 100;
    private static final int SIZE_COUNT = 1 << 17;

    private final ByteBufAllocator allocator;
    private final int[] sizes;

    VirtualMeasurement(BufferPool pool, SizePattern pattern) {
        this.allocator = pool.open();
        this.sizes = pattern.sizes(SIZE_COUNT, PatternMeasurement.SEED);
    }

    /// Runs for a set time, of which the first third warms up.
    /// @param carriers threads that the virtual ones run on
    Map<String, Object> run(int carriers, int seconds) throws Exception {
        long durationNs = TimeUnit.SECONDS.toNanos(seconds);
        runFor(durationNs / 3);
        long garbageBefore = ProcessMemory.allocatedHeapBytes();
        long startNs = System.nanoTime();
        long buffers = runFor(durationNs * 2 / 3);
        return Map.of(
                "nsPerBuffer",
                (double) (System.nanoTime() - startNs) * carriers / buffers,
                "garbageBytesPerBuffer",
                (double) (ProcessMemory.allocatedHeapBytes() - garbageBefore) / buffers,
                "peakResidentBytes",
                ProcessMemory.peakResidentBytes());
    }

    private long runFor(long durationNs) throws Exception {
        long startNs = System.nanoTime();
        long buffers = 0;
        while (System.nanoTime() - startNs < durationNs) {
            List<Callable<Integer>> tasks = new ArrayList<>();
            for (int i = 1; i <= THREADS_A_ROUND; i++) {
                PatternLoop loop = new PatternLoop(allocator, sizes, LIVE_BUFFERS, i);
                tasks.add(() -> work(loop));
            }
            ThreadKind.VIRTUAL.run(tasks);
            buffers += (long) THREADS_A_ROUND * (LIVE_BUFFERS + BATCHES * BATCH);
        }
        return buffers;
    }

    private static int work(PatternLoop loop) {
        int sum = 0;
        loop.fill();
        for (int batch = 0; batch < BATCHES; batch++) {
            sum += loop.replace(BATCH);
            Thread.yield();
        }
        loop.releaseAll();
        return sum;
    }
}
