// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.buffer;

import dev.quarry.bench.subject.ProcessMemory;
import io.netty.buffer.ByteBufAllocator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;

/// `directBuffer(64).release()` on one thread, again and again.
final class PairLoop {
    private static final int BYTES = 64;
    private static final int CHUNK = 10_000;

    private final ByteBufAllocator allocator;

    PairLoop(BufferPool pool) {
        this.allocator = pool.open();
    }

    /// Runs for a set time, of which the first third warms up.
    Map<String, Object> run(ThreadKind threadKind, int seconds) throws Exception {
        Callable<Map<String, Object>> task = () -> {
            runFor(TimeUnit.SECONDS.toNanos(seconds) / 3);
            long garbageBefore = ProcessMemory.allocatedHeapBytes();
            Timing timing = runFor(TimeUnit.SECONDS.toNanos(seconds) * 2 / 3);
            long garbage = ProcessMemory.allocatedHeapBytes() - garbageBefore;
            return Map.of(
                    "nsPerBuffer",
                    (double) timing.elapsedNs / timing.pairs,
                    "garbageBytesPerBuffer",
                    (double) garbage / timing.pairs);
        };
        return threadKind.run(List.of(task)).getFirst();
    }

    private record Timing(long elapsedNs, long pairs) {}

    private Timing runFor(long durationNs) {
        long startNs = System.nanoTime();
        long pairs = 0;
        long elapsedNs = 0;
        while (elapsedNs < durationNs) {
            runChunk();
            pairs += CHUNK;
            elapsedNs = System.nanoTime() - startNs;
        }
        return new Timing(elapsedNs, pairs);
    }

    private void runChunk() {
        for (int i = 0; i < CHUNK; i++) {
            allocator.directBuffer(BYTES).release();
        }
    }
}
