// SPDX-License-Identifier: Apache-2.0
package dev.quarry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quarry.internal.error.DistinctErrors;
import dev.quarry.numa.SimulatedMachine;
import dev.quarry.numa.SimulatedMemory;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// The maintenance's own thread: dies, fails, is stuck, rests, is quiet.
@Timeout(120)
class MaintenanceTest {
    private static final int SPAN_BYTES = 2 << 20;

    private final SimulatedMemory os = new SimulatedMemory(
            SimulatedMachine.builder().nodes(1, 2, 256L << 20).build());
    private final SimulatedAllocators allocators = new SimulatedAllocators(os, os.topology());
    private final DistinctErrors errors = new DistinctErrors("test", os);
    private final AtomicInteger rounds = new AtomicInteger();
    private volatile boolean isAtRest;
    private volatile boolean isFailing;

    @AfterEach
    void release() {
        allocators.close();
    }

    private Maintenance maintenance(String tick) {
        AllocatorConfig config =
                AllocatorConfig.builder().name("kept").maintenanceTick(tick).build();
        return new Maintenance(config, errors, new Maintenance.Rounds() {
            @Override
            public void run() {
                rounds.incrementAndGet();
                if (isFailing) {
                    throw new IllegalStateException("thrown on purpose");
                }
            }

            @Override
            public boolean isAtRest() {
                return isAtRest;
            }
        });
    }

    private static List<Thread> threadsOf(String name) {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals(name + "-maintenance") && thread.isAlive())
                .toList();
    }

    private void untilRounds(int count) {
        Waits.until(count + " rounds", () -> rounds.get() >= count);
    }

    @Test
    void shouldComeBackWhenItsThreadHasEnded() {
        Maintenance maintenance = maintenance("10ms");
        maintenance.start();
        maintenance.start();
        assertEquals(1, maintenance.starts());
        untilRounds(2);
        threadsOf("kept").getFirst().interrupt();
        Waits.until("the thread ends", () -> !maintenance.isAlive());
        maintenance.restart();

        assertTrue(maintenance.isAlive());
        assertEquals(2, maintenance.starts());
        untilRounds(rounds.get() + 2);
        maintenance.stop();
        assertEquals(List.of(), threadsOf("kept"));
    }

    @Test
    void shouldCountARoundThatThrowsAndGoOn() {
        isFailing = true;
        Maintenance maintenance = maintenance("10ms");
        maintenance.start();
        untilRounds(3);
        maintenance.stop();

        assertEquals(1, maintenance.starts());
        assertEquals(1, errors.size());
        assertTrue(errors.get(0).count() >= 2, errors.get(0)::toString);
    }

    @Test
    void shouldEndItsLongerPauseWhenStirred() {
        isAtRest = true;
        Maintenance maintenance = maintenance("10s");
        maintenance.start();
        for (int round = 1; round <= 4; round++) {
            untilRounds(round);
            Thread agent = threadsOf("kept").getFirst();
            Waits.until("it pauses", () -> agent.getState() == Thread.State.TIMED_WAITING);
            maintenance.stir();
        }
        untilRounds(5);
        maintenance.stop();
    }

    @Test
    void shouldStayQuietUntilTheLastHookIsClosed() {
        Maintenance maintenance = maintenance("10ms");
        maintenance.start();
        maintenance.quiesce();
        maintenance.quiesce();
        assertEquals(List.of(), threadsOf("kept"));
        assertTrue(maintenance.isAlive(), "nobody is to bring it back");
        maintenance.restart();
        maintenance.start();
        maintenance.resume();
        assertEquals(List.of(), threadsOf("kept"));
        maintenance.resume();
        assertEquals(1, threadsOf("kept").size());

        maintenance.quiesce();
        maintenance.stop();
        maintenance.resume();
        maintenance.restart();
        assertEquals(List.of(), threadsOf("kept"));
    }

    private OffHeapAllocator create(String name) {
        return allocators.create(AllocatorConfig.builder()
                .name(name)
                .limit("32m")
                .reserve("64m")
                .maintenanceTick("250ms")
                .maintenance(MaintenanceMode.THREAD));
    }

    @Test
    void shouldBeBroughtBackByTheNextSlowPath() throws InterruptedException {
        try (OffHeapAllocator allocator = create("killed")) {
            allocator.free(allocator.malloc(SPAN_BYTES));
            Thread agent = threadsOf("killed").getFirst();
            agent.interrupt();
            agent.join();
            allocator.free(allocator.malloc(SPAN_BYTES));

            assertEquals(1, threadsOf("killed").size());
        }
        assertEquals(List.of(), threadsOf("killed"));
    }

    @Test
    void shouldBeReplacedByAllocatingThreadsWhileItIsStuck() throws InterruptedException {
        CountDownLatch stuck = new CountDownLatch(1);
        CountDownLatch end = new CountDownLatch(1);
        try (OffHeapAllocator allocator = create("stuck")) {
            allocator.register(new BlockCache() {
                @Override
                public void count(Counter counter) {}

                @Override
                public void reclaim() {}

                @Override
                public void sweep() {
                    stuck.countDown();
                    Waits.forLatch(end);
                }
            });
            Waits.forLatch(stuck);
            allocator.free(allocator.malloc(SPAN_BYTES));
            Thread owner = Thread.ofPlatform().start(() -> allocator.malloc(100));
            owner.join();
            slowPaths(allocator);
            assertEquals(0, allocator.pool().adoptions(), "it is not late yet");
            os.advanceClock(TimeUnit.SECONDS.toNanos(5));
            slowPaths(allocator);
            assertEquals(1, allocator.pool().adoptions());
            end.countDown();
        }
    }

    private static void slowPaths(OffHeapAllocator allocator) {
        for (int call = 0; call < 64; call++) {
            allocator.free(allocator.malloc(SPAN_BYTES));
        }
    }

    @Test
    void shouldBeQuietForACheckpointAndComeBack() {
        OffHeapAllocator allocator = create("quiet");
        allocator.free(allocator.malloc(SPAN_BYTES));
        Registration quiet = allocator.quiesce();
        assertEquals(List.of(), threadsOf("quiet"));
        assertEquals(0, allocator.stats().spanDirtyBytes() + allocator.stats().lookasideBytes());
        allocator.free(allocator.malloc(SPAN_BYTES));
        assertEquals(List.of(), threadsOf("quiet"), "calls work, and do not bring it back");
        OffHeapAllocator child = allocator.child("part", 1 << 20);
        Registration childsQuiet = child.quiesce();
        child.close();
        quiet.close();
        quiet.close();
        assertEquals(List.of(), threadsOf("quiet"), "the child's hook is open still");
        childsQuiet.close();
        assertEquals(1, threadsOf("quiet").size());

        Registration last = allocator.quiesce();
        allocator.close();
        last.close();
        assertEquals(List.of(), threadsOf("quiet"));
    }

    /// No other thread may touch the lists of one that is at work: it gives back by itself what lay idle in them.
    @Test
    void shouldLetAThreadAtWorkGiveBackWhatItUsesNoMore() {
        AllocatorConfig.Builder options = AllocatorConfig.builder()
                .limit("128m")
                .reserve("128m")
                .purgeDelay("8s")
                .maintenance(MaintenanceMode.EXTERNAL);
        try (OffHeapAllocator allocator = allocators.create(options)) {
            for (int byteSize = 1_000; byteSize < 16_000; byteSize += 1_000) {
                mallocMany(allocator, 500, byteSize).forEach(allocator::free);
                mallocMany(allocator, 500, byteSize).forEach(allocator::free);
            }
            long keptBytes = freeInArenas(allocator);
            assertTrue(keptBytes > 1 << 20, () -> keptBytes + " bytes are kept at first");
            List<Long> others = new ArrayList<>();
            for (int period = 0; period < 3; period++) {
                os.advanceClock(TimeUnit.SECONDS.toNanos(3));
                allocator.maintain();
                // Slow paths now and then, as whoever works has them.
                others.addAll(mallocMany(allocator, 2_000, 100));
            }
            long leftBytes = freeInArenas(allocator);
            assertTrue(leftBytes < keptBytes / 4, () -> leftBytes + " of " + keptBytes + " bytes are kept");
            assertEquals(0, allocator.pool().idleAdoptions());
            others.forEach(allocator::free);
        }
    }

    private static List<Long> mallocMany(OffHeapAllocator allocator, int count, int byteSize) {
        List<Long> blocks = new ArrayList<>();
        for (int block = 0; block < count; block++) {
            blocks.add(allocator.malloc(byteSize));
        }
        return blocks;
    }

    private static long freeInArenas(OffHeapAllocator allocator) {
        AllocatorStats stats = allocator.stats();
        return stats.slabFreeBytes() + stats.lookasideBytes();
    }
}
