// SPDX-License-Identifier: Apache-2.0
package dev.quarry.soak;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quarry.AllocatorConfig;
import dev.quarry.OffHeapAllocator;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/// Round after round of [Mstress] by new threads, with idle phases between, for `soak.minutes`; the resident size is
/// looked at each second. Over the second half it must not be seen to grow: a slope above the bound that chance does
/// not explain. The series goes to `target/soak.csv`.
@Tag("once")
@EnabledIfSystemProperty(named = "soak.minutes", matches = "[1-9]\\d*", disabledReason = "runs with the profile soak")
class SoakTest {
    private static final long SOAK_NS =
            Duration.ofMinutes(Integer.getInteger("soak.minutes", 1)).toNanos();
    private static final Path SERIES = Path.of("target", "soak.csv");
    private static final int THREADS = 8;
    private static final int TRANSFERS = 1_000;

    /// Rounds until the threads pause; a pause is long enough for free pages to decay.
    private static final int ROUNDS_A_PHASE = 40;

    private static final long IDLE_NS = Duration.ofSeconds(5).toNanos();
    private static final long VERIFY_NS = Duration.ofMinutes(1).toNanos();
    private static final double SECONDS_AN_HOUR = 3600;
    private static final double MOST_GROWTH_AN_HOUR = 0.005;

    private final List<long[]> samples = new ArrayList<>();
    private final AtomicReference<Throwable> failure = new AtomicReference<>();
    private volatile boolean isOver;

    @Test
    void shouldNotGrow() throws Exception {
        AllocatorConfig config = AllocatorConfig.builder()
                .limit("1g")
                .reserve("2g")
                .purgeDelay("2s")
                .build();
        try (OffHeapAllocator allocator = OffHeapAllocator.create(config)) {
            long startNs = System.nanoTime();
            long endNs = startNs + SOAK_NS;
            Thread sampler = Thread.ofPlatform().start(() -> sample(allocator, startNs));
            try {
                work(allocator, endNs);
            } finally {
                isOver = true;
                sampler.join();
                writeSeries();
            }
            assertEquals(0, allocator.stats().liveBlocks());
            requireNoGrowth();
        }
    }

    private void work(OffHeapAllocator allocator, long endNs) throws InterruptedException {
        SplittableRandom random = new SplittableRandom(43);
        AtomicLongArray transfer = new AtomicLongArray(TRANSFERS);
        Mstress main = new Mstress(allocator, transfer, random.split());
        long verifyAtNs = System.nanoTime() + VERIFY_NS;
        for (int round = 1; System.nanoTime() - endNs < 0; round++) {
            runRound(allocator, transfer, random);
            main.drain(false);
            // No other thread is inside of a call: the maintenance alone, which takes the same locks.
            if (System.nanoTime() - verifyAtNs >= 0) {
                allocator.verify();
                verifyAtNs += VERIFY_NS;
            }
            if (round % ROUNDS_A_PHASE == 0) {
                LockSupport.parkNanos(IDLE_NS);
            }
        }
        main.drain(true);
        allocator.verify();
    }

    private void runRound(OffHeapAllocator allocator, AtomicLongArray transfer, SplittableRandom random)
            throws InterruptedException {
        List<Thread> threads = new ArrayList<>();
        for (int index = 0; index < THREADS; index++) {
            int number = index;
            Mstress work = new Mstress(allocator, transfer, random.split());
            threads.add(Thread.ofPlatform()
                    .uncaughtExceptionHandler((thread, error) -> failure.compareAndSet(null, error))
                    .start(() -> work.run(number)));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        if (failure.get() != null) {
            throw new AssertionError("a thread failed", failure.get());
        }
    }

    private void sample(OffHeapAllocator allocator, long startNs) {
        long atNs = startNs;
        while (!isOver) {
            long waitNs = atNs - System.nanoTime();
            if (waitNs > 0) {
                LockSupport.parkNanos(waitNs);
            } else {
                samples.add(new long[] {System.nanoTime() - startNs, allocator.residentBytes()});
                atNs += TimeUnit.SECONDS.toNanos(1);
            }
        }
    }

    private void writeSeries() throws IOException {
        List<String> lines = new ArrayList<>(List.of("seconds,residentBytes"));
        for (long[] sample : samples) {
            lines.add("%.3f,%d".formatted(sample[0] / 1e9, sample[1]));
        }
        Files.createDirectories(SERIES.getParent());
        Files.write(SERIES, lines);
    }

    private void requireNoGrowth() {
        int first = samples.size() / 2;
        double[] seconds = new double[samples.size() - first];
        double[] bytes = new double[seconds.length];
        for (int index = 0; index < seconds.length; index++) {
            seconds[index] = samples.get(first + index)[0] / 1e9;
            bytes[index] = samples.get(first + index)[1];
        }
        TheilSen line = new TheilSen(seconds, bytes);
        double hoursPart = SECONDS_AN_HOUR / TheilSen.median(bytes);
        double leastGrowth = line.leastSlope() * hoursPart;
        System.out.printf(
                "resident %,.0f bytes, %+.3f %% an hour over the second half, at least %+.3f %%%n",
                TheilSen.median(bytes), line.slope() * hoursPart * 100, leastGrowth * 100);
        assertTrue(leastGrowth < MOST_GROWTH_AN_HOUR, () -> "grows by " + leastGrowth * 100 + " % an hour: " + SERIES);
    }
}
