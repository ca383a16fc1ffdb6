// SPDX-License-Identifier: Apache-2.0
package dev.quarry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quarry.numa.RawMemory;
import dev.quarry.numa.SimulatedMachine;
import dev.quarry.numa.SimulatedMemory;
import dev.quarry.numa.Topology;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// Threads that live and do nothing keep nothing, and find an arena when they come back.
@Tag("once")
class IdleThreadsTest {
    private static final long DELAY_NS = Duration.ofSeconds(10).toNanos();
    private static final int BLOCKS = 1000;
    private static final int BYTES = 2000;

    private final SimulatedMachine machine =
            SimulatedMachine.builder().nodes(1, 2, 1L << 30).build();
    private final SimulatedMemory os = new SimulatedMemory(machine);
    private final SimulatedAllocators allocators = new SimulatedAllocators(os, Topology.singleNode(2));
    private final OffHeapAllocator allocator = allocators.create(AllocatorConfig.builder()
            .limit("64m")
            .reserve("128m")
            .purgeDelay("10s")
            .maintenance(MaintenanceMode.EXTERNAL));

    /// A thread that lives through a whole test, and sleeps but when it is told to do something.
    private ExecutorService sleeper;

    private volatile Thread sleeperThread;

    @BeforeEach
    void startSleeper() {
        sleeper = Executors.newSingleThreadExecutor(task -> {
            sleeperThread = new Thread(task, "sleeper");
            return sleeperThread;
        });
    }

    @AfterEach
    void close() {
        sleeper.close();
        allocator.verify();
        assertEquals(0, allocator.stats().liveBlocks());
        allocator.close();
        allocators.close();
    }

    private <T> T inSleeper(Callable<T> task) throws Exception {
        Future<T> result = sleeper.submit(task);
        T done = result.get(20, TimeUnit.SECONDS);
        // It has still to find that there is nothing more to do.
        Waits.until("the sleeper sleeps", () -> sleeperThread.getState() == Thread.State.WAITING);
        return done;
    }

    private LocalArena allocateAndFree() {
        List<Long> blocks = new ArrayList<>();
        for (int i = 0; i < BLOCKS; i++) {
            blocks.add(allocator.malloc(BYTES));
        }
        blocks.forEach(allocator::free);
        return allocator.localArena();
    }

    /// Ticks for so long on the simulated clock.
    private void passTime(long ns) {
        for (int tick = 0; tick < 40; tick++) {
            os.advanceClock(ns / 40);
            allocator.maintain();
        }
    }

    @Test
    void shouldTakeWhatASleeperKeeps() throws Exception {
        inSleeper(this::allocateAndFree);
        AllocatorStats before = allocator.stats();
        assertTrue(before.lookasideBytes() > 0);
        passTime(DELAY_NS / 2);
        AllocatorStats after = allocator.stats();
        assertEquals(0, after.lookasideBytes() + after.slabFreeBytes());
        assertTrue(allocator.report().contains("1 from idle ones"), allocator.report());
        passTime(DELAY_NS);
        assertEquals(0, allocator.stats().spanDirtyBytes());
    }

    @Test
    void shouldTakeWhatStripesKeep() throws Exception {
        Thread.ofVirtual().start(this::allocateAndFree).join();
        AllocatorStats before = allocator.stats();
        assertTrue(before.lookasideBytes() + before.slabFreeBytes() > 0);
        passTime(2 * DELAY_NS);
        AllocatorStats after = allocator.stats();
        assertEquals(0, after.lookasideBytes() + after.slabFreeBytes() + after.spanDirtyBytes());
    }

    @Test
    void shouldLeaveAWorkerItsArena() throws Exception {
        for (int tick = 0; tick < 100; tick++) {
            inSleeper(this::allocateAndFree);
            os.advanceClock(DELAY_NS / 20);
            allocator.maintain();
        }
        assertTrue(allocator.report().contains("0 from idle ones"), allocator.report());
    }

    @Test
    void shouldGiveASleeperAnArenaWhenItWakes() throws Exception {
        LocalArena handle = inSleeper(this::allocateAndFree);
        passTime(DELAY_NS);
        assertFalse(handle.isDirect());
        long block = inSleeper(() -> handle.malloc(100));
        assertTrue(handle.isDirect());
        assertSame(handle, inSleeper(allocator::localArena));
        inSleeper(() -> {
            handle.free(block);
            return block;
        });
        passTime(DELAY_NS);
        assertFalse(handle.isDirect());
        inSleeper(this::allocateAndFree);
        assertTrue(handle.isDirect());
    }

    @Test
    void shouldKeepASleepersLiveBlocks() throws Exception {
        List<Long> blocks = inSleeper(() -> {
            List<Long> made = new ArrayList<>();
            for (int i = 0; i < BLOCKS; i++) {
                made.add(allocator.malloc(BYTES));
                RawMemory.putLong(made.getLast(), i);
            }
            return made;
        });
        passTime(2 * DELAY_NS);
        assertEquals(BLOCKS, allocator.stats().liveBlocks());
        inSleeper(() -> {
            for (int i = 0; i < BLOCKS; i++) {
                assertEquals(i, RawMemory.getLong(blocks.get(i)));
                allocator.free(blocks.get(i));
            }
            return 0;
        });
    }

    @Test
    void shouldLeaveTheArenaOfAPolicyScope() throws Exception {
        PolicyScope scope = inSleeper(() -> {
            PolicyScope opened = allocator.withPolicy(NumaPolicy.preferred(0));
            allocateAndFree();
            return opened;
        });
        passTime(2 * DELAY_NS);
        assertTrue(allocator.report().contains("0 from idle ones"), allocator.report());
        inSleeper(() -> {
            scope.close();
            return 0;
        });
        passTime(2 * DELAY_NS);
        assertTrue(allocator.report().contains("1 from idle ones"), allocator.report());
    }

    /// Whatever the maintenance takes for idle: here the clock runs so fast that it is every thread that does not
    /// happen to be seen at work. Each thread marks its blocks, and would find another's mark if two had the same
    /// arena.
    @RepeatedTest(3)
    void shouldNeverShareAnArena() throws Exception {
        long seed = System.nanoTime();
        System.out.println("seed " + seed);
        AtomicBoolean stopped = new AtomicBoolean();
        List<Future<Integer>> workers = new ArrayList<>();
        try (ExecutorService threads = Executors.newFixedThreadPool(3)) {
            for (int i = 1; i <= 3; i++) {
                SplittableRandom random = new SplittableRandom(seed + i);
                long mark = i;
                workers.add(threads.submit(() -> work(random, mark, stopped)));
            }
            long deadlineNs = System.nanoTime() + Duration.ofSeconds(2).toNanos();
            while (System.nanoTime() < deadlineNs) {
                os.advanceClock(DELAY_NS);
                allocator.maintain();
            }
            stopped.set(true);
            for (Future<Integer> worker : workers) {
                assertTrue(worker.get() > 100, "seed " + seed);
            }
        } finally {
            stopped.set(true);
        }
        assertFalse(allocator.report().contains(" 0 from idle ones"), allocator.report());
    }

    private int work(SplittableRandom random, long mark, AtomicBoolean stopped) {
        int rounds = 0;
        long[] blocks = new long[64];
        LocalArena arena = allocator.localArena();
        while (!stopped.get()) {
            for (int i = 0; i < blocks.length; i++) {
                blocks[i] = random.nextBoolean()
                        ? arena.malloc(8 + random.nextInt(3000))
                        : allocator.malloc(8 + random.nextInt(50_000));
                RawMemory.putLong(blocks[i], mark);
            }
            if (random.nextInt(20) == 0) {
                LockSupport.parkNanos(1000);
            }
            for (long block : blocks) {
                assertEquals(mark, RawMemory.getLong(block));
                arena.free(block);
            }
            rounds++;
        }
        return rounds;
    }
}
