// SPDX-License-Identifier: Apache-2.0
package dev.quarry.simulation;

import static org.junit.jupiter.api.Assertions.fail;

import dev.quarry.numa.SimulatedBacking;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/// Runs simulated programs, one for each seed from 1 on; `simulation.seeds` says how many. A program that fails is run
/// again, to print what it did; `simulation.seed` runs and prints one alone.
@Tag("once")
class SimulationTest {
    private static final long SEEDS = Long.getLong("simulation.seeds", 10_000);
    private static final String ONE_SEED = "simulation.seed";

    /// Seeds that one thread runs. It keeps a handle on each allocator as long as it lives.
    private static final int BATCH = 100;

    private static final int WORKERS = Math.min(4, Runtime.getRuntime().availableProcessors());

    /// What goes wrong on purpose would be logged, tens of thousands of times.
    private static final Logger LOGGER = Logger.getLogger("dev.quarry");

    private final Thread sleeper = new Thread(SimulationTest::sleepUntilInterrupted, "sleeper");

    private static void sleepUntilInterrupted() {
        while (!Thread.currentThread().isInterrupted()) {
            LockSupport.park();
        }
    }

    @BeforeEach
    void silenceLog() {
        LOGGER.setLevel(Level.OFF);
    }

    @AfterEach
    void restoreLog() {
        LOGGER.setLevel(null);
    }

    @BeforeEach
    void startSleeper() {
        sleeper.setDaemon(true);
        sleeper.start();
        while (sleeper.getState() != Thread.State.WAITING) {
            Thread.onSpinWait();
        }
    }

    @AfterEach
    void stopSleeper() throws InterruptedException {
        sleeper.interrupt();
        sleeper.join();
    }

    @Test
    @DisabledIfSystemProperty(named = ONE_SEED, matches = ".+", disabledReason = "one seed is asked for")
    void shouldKeepAllPromises() throws InterruptedException {
        AtomicLong failedSeed = new AtomicLong(Long.MAX_VALUE);
        try (SimulatedBacking backing = SimulatedBacking.shared()) {
            long seed = 1;
            while (seed <= SEEDS && failedSeed.get() == Long.MAX_VALUE) {
                List<Thread> workers = new ArrayList<>();
                for (int index = 0; index < WORKERS && seed <= SEEDS; index++) {
                    long first = seed;
                    seed = Math.min(seed + BATCH, SEEDS + 1);
                    long end = seed;
                    workers.add(Thread.ofPlatform().start(() -> run(first, end, backing, failedSeed)));
                }
                for (Thread worker : workers) {
                    worker.join();
                }
            }
        }
        if (failedSeed.get() != Long.MAX_VALUE) {
            replay(failedSeed.get());
            fail("seed " + failedSeed + " failed, but not when it was run again");
        }
    }

    @Test
    @EnabledIfSystemProperty(named = ONE_SEED, matches = ".+", disabledReason = "no seed is asked for")
    void shouldReplayOneSeed() {
        replay(Long.getLong(ONE_SEED));
    }

    private void run(long first, long end, SimulatedBacking backing, AtomicLong failedSeed) {
        for (long seed = first; seed < end && failedSeed.get() == Long.MAX_VALUE; seed++) {
            try {
                new Simulation(seed, backing, sleeper, new Schedule(false)).run();
            } catch (Throwable failure) {
                failedSeed.accumulateAndGet(seed, Math::min);
            }
        }
    }

    private void replay(long seed) {
        Schedule schedule = new Schedule(true);
        try (SimulatedBacking backing = SimulatedBacking.shared()) {
            new Simulation(seed, backing, sleeper, schedule).run();
            System.out.println("seed " + seed + ":\n" + schedule);
        } catch (Throwable failure) {
            System.out.println("seed " + seed + ":\n" + schedule);
            throw new AssertionError("-Dsimulation.seed=" + seed + ": " + failure.getMessage(), failure);
        }
    }
}
