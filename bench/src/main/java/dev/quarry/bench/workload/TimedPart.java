// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.workload;

import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.LongAccumulator;

/// The part of a round that is timed, where its threads do something before and after it: from the first one that
/// begins to the last one that ends.
final class TimedPart {
    /// More than any thread needs to get ready; longer only when another has failed.
    private static final int WAIT_SECONDS = 60;

    private final CyclicBarrier barrier;
    private final LongAccumulator startNs = new LongAccumulator(Math::min, Long.MAX_VALUE);
    private final LongAccumulator endNs = new LongAccumulator(Math::max, Long.MIN_VALUE);

    TimedPart(int threads) {
        barrier = new CyclicBarrier(threads);
    }

    /// Waits until all threads are here.
    void begin() {
        try {
            barrier.await(WAIT_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException | BrokenBarrierException | TimeoutException e) {
            throw Team.failure(e);
        }
        startNs.accumulate(System.nanoTime());
    }

    void end() {
        endNs.accumulate(System.nanoTime());
    }

    long elapsedNs() {
        return endNs.get() - startNs.get();
    }
}
