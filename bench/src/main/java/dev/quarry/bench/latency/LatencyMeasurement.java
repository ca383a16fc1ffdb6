// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.latency;

import dev.quarry.bench.subject.BlockSource;
import dev.quarry.bench.workload.Mix64;
import dev.quarry.bench.workload.MstressThread;
import dev.quarry.bench.workload.Scale;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicLongArray;
import org.HdrHistogram.Histogram;

/// The distribution of the time of single calls, under the mix of workload W5 with two threads: sizes from 8 bytes to
/// 5 MB, half of them kept to the end of their thread, some handed to the other one, and threads of their own for each
/// iteration. `bench/native/latency.c` does the same in C.
///
/// See [TimedBlocks] for the two schedules.
public final class LatencyMeasurement {
    private static final int THREADS = 2;
    private static final int SEED = 43;
    private static final int UNIT = 100 * 400;
    private static final long OPEN_INTERVAL_NS = 1000;
    private static final long NS_PER_SECOND = 1_000_000_000;

    private final BlockSource source;
    private final AtomicLongArray transfer = new AtomicLongArray(MstressThread.TRANSFER_SLOTS);

    private LatencyMeasurement(BlockSource source) {
        this.source = source;
    }

    /// Measures both schedules after a warm-up, and the clock itself.
    ///
    /// @param source of the allocator and of its threads
    /// @param name   of the case; there is `mstress`
    /// @param scale  `tiny`, `quick` or `full`
    public static Map<String, Object> run(BlockSource source, String name, String scale)
            throws InterruptedException, ExecutionException {
        if (!name.equals("mstress")) {
            throw new IllegalArgumentException("no latency case " + name + "; there is mstress");
        }
        Scale size = Scale.of(scale);
        return new LatencyMeasurement(source).run(warmUp(size), time(size));
    }

    private static Duration warmUp(Scale scale) {
        return scale == Scale.TINY ? Duration.ZERO : Duration.ofMillis(1500);
    }

    /// Of each schedule.
    private static Duration time(Scale scale) {
        return switch (scale) {
            case TINY -> Duration.ofMillis(10);
            case QUICK -> Duration.ofMillis(2500);
            case FULL -> Duration.ofSeconds(15);
        };
    }

    private Map<String, Object> run(Duration warmUp, Duration time) throws InterruptedException, ExecutionException {
        run(OPEN_INTERVAL_NS, warmUp);
        run(TimedBlocks.CLOSED, warmUp);
        Map<String, Object> result =
                new LinkedHashMap<>(run(TimedBlocks.CLOSED, time).summary());
        result.put("open", run(OPEN_INTERVAL_NS, time).summary());
        result.putAll(timer(time.dividedBy(10)));
        return result;
    }

    /// Runs whole iterations until the time is over.
    private CallTimes run(long intervalNs, Duration time) throws InterruptedException, ExecutionException {
        List<CallTimes> callers = new ArrayList<>();
        for (int number = 0; number < THREADS; number++) {
            callers.add(new CallTimes());
        }
        CallTimes sum = new CallTimes();
        Mix64 random = new Mix64(SEED * SEED);
        long startNs = System.nanoTime();
        boolean isLast;
        do {
            iterate(callers, intervalNs);
            isLast = System.nanoTime() - startNs >= time.toNanos();
            freeTransferred(new TimedBlocks(source.newBlocks(), sum, intervalNs), random, isLast);
        } while (!isLast);
        callers.forEach(sum::add);
        return sum;
    }

    private void iterate(List<CallTimes> callers, long intervalNs) throws InterruptedException, ExecutionException {
        List<FutureTask<Void>> tasks = new ArrayList<>();
        for (int number = 0; number < THREADS; number++) {
            int units = number % 8 + 1;
            Mix64 random = new Mix64((number + 1L) * SEED);
            CallTimes times = callers.get(number);
            FutureTask<Void> task = new FutureTask<>(() -> stress(times, intervalNs, random, units), null);
            source.newThread(task).start();
            tasks.add(task);
        }
        for (FutureTask<Void> task : tasks) {
            task.get();
        }
    }

    private void stress(CallTimes times, long intervalNs, Mix64 random, int units) {
        TimedBlocks blocks = new TimedBlocks(source.newBlocks(), times, intervalNs);
        new MstressThread(blocks, transfer, random).run(UNIT * units);
    }

    private void freeTransferred(TimedBlocks blocks, Mix64 random, boolean isLast) {
        for (int slot = 0; slot < MstressThread.TRANSFER_SLOTS; slot++) {
            if (random.chance(50) || isLast) {
                MstressThread.freeItems(blocks, transfer.getAndSet(slot, 0));
            }
        }
    }

    /// What two readings of the clock with nothing between them say: the least that a call can take here, and what the
    /// machine itself adds now and then.
    private static Map<String, Object> timer(Duration time) {
        Histogram histogram = CallTimes.newHistogram();
        long resolutionNs = NS_PER_SECOND;
        long startNs = System.nanoTime();
        long endNs;
        do {
            long beforeNs = System.nanoTime();
            endNs = System.nanoTime();
            histogram.recordValue(endNs - beforeNs);
            if (endNs > beforeNs) {
                resolutionNs = Math.min(resolutionNs, endNs - beforeNs);
            }
        } while (endNs - startNs < time.toNanos());
        double costNs = (endNs - startNs) / (2.0 * histogram.getTotalCount());
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("threads", THREADS);
        facts.put("mallocAndFree", "closed");
        facts.put("openIntervalNs", OPEN_INTERVAL_NS);
        facts.put("timerCostNs", costNs);
        facts.put("timerResolutionNs", resolutionNs);
        return Map.of("timer", CallTimes.summary(histogram), "facts", facts);
    }
}
