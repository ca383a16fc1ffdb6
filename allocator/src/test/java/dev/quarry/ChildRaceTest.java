// SPDX-License-Identifier: Apache-2.0
package dev.quarry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quarry.internal.region.CommitLedger;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// Many threads in several children around their parent's limit: it holds at every instant at every level, and no
/// credit is lost, also when children come and go meanwhile.
@Tag("once")
class ChildRaceTest {
    private static final int THREADS = 64;
    private static final int CHILDREN = 4;
    private static final int OPERATIONS = 400;
    private static final int MOST_BYTES = 200_000;
    private static final long LIMIT_BYTES = 48L << 20;
    private static final long CHILD_LIMIT_BYTES = 20L << 20;
    private static final int GENERATIONS = 40;

    @Test
    void shouldHoldEachLimitAndLoseNoCredit() throws Exception {
        try (OffHeapAllocator parent = create(MaintenanceMode.EXTERNAL)) {
            long before = parent.stats().committedBytes();
            List<OffHeapAllocator> children = new ArrayList<>();
            for (int child = 0; child < CHILDREN; child++) {
                children.add(parent.child("child-" + child, CHILD_LIMIT_BYTES));
            }
            AtomicInteger refusals = new AtomicInteger();
            AtomicBoolean done = new AtomicBoolean();
            AtomicReference<String> broken = new AtomicReference<>();
            Thread sampler = new Thread(() -> sample(parent, children, done, broken));
            sampler.start();
            List<Thread> threads = new ArrayList<>();
            for (int index = 0; index < THREADS; index++) {
                long seed = index;
                OffHeapAllocator child = children.get((int) seed % CHILDREN);
                threads.add(new Thread(() -> Churn.run(child, seed, MOST_BYTES, OPERATIONS, refusals)));
            }
            run(threads);
            done.set(true);
            sampler.join();

            assertEquals(null, broken.get());
            assertTrue(refusals.get() > 0, "no limit was ever reached");
            parent.maintain();
            parent.trim();
            parent.verify();
            assertEquals(0, parent.stats().liveBlocks());
            assertEquals(parent.stats().metadataBytes(), parent.stats().committedBytes(), "credit of free blocks");
            children.forEach(OffHeapAllocator::close);
            assertEquals(before, parent.stats().committedBytes());
        }
    }

    /// While the tree's thread works on them, and others ask for statistics and reclaim for themselves.
    @Test
    void shouldLoseNoCreditWhenChildrenComeAndGo() throws Exception {
        try (OffHeapAllocator parent = create(MaintenanceMode.THREAD)) {
            long before = parent.stats().committedBytes();
            AtomicInteger refusals = new AtomicInteger();
            AtomicBoolean done = new AtomicBoolean();
            AtomicReference<Throwable> failure = new AtomicReference<>();
            Thread reader = new Thread(() -> {
                while (!done.get()) {
                    AllocatorStats stats = parent.stats();
                    if (stats.committedBytes() > LIMIT_BYTES || parent.report().isEmpty()) {
                        failure.set(new AssertionError(stats.toString()));
                    }
                }
            });
            reader.setUncaughtExceptionHandler((thread, thrown) -> failure.set(thrown));
            reader.start();
            List<Thread> threads = new ArrayList<>();
            for (int index = 0; index < CHILDREN * 2; index++) {
                long seed = index;
                Thread thread = new Thread(() -> generations(parent, seed, refusals));
                thread.setUncaughtExceptionHandler((owner, thrown) -> failure.set(thrown));
                threads.add(thread);
            }
            run(threads);
            done.set(true);
            reader.join();

            assertEquals(null, failure.get());
            assertEquals(List.of(), parent.children());
            parent.verify();
            AllocatorStats stats = parent.stats();
            assertEquals(before, stats.committedBytes());
            assertEquals(stats.mallocs(), stats.frees());
        }
    }

    private static OffHeapAllocator create(MaintenanceMode maintenance) {
        return OffHeapAllocator.create(AllocatorConfig.builder()
                .name("parent")
                .limit(LIMIT_BYTES)
                .reserve("256m")
                .maintenance(maintenance)
                .maintenanceTick("1ms")
                .build());
    }

    private static void run(List<Thread> threads) throws InterruptedException {
        threads.forEach(Thread::start);
        for (Thread thread : threads) {
            thread.join();
        }
    }

    /// Children before their parent: what they hold then, it holds, too, unless they gave it back meanwhile.
    private static void sample(
            OffHeapAllocator parent,
            List<OffHeapAllocator> children,
            AtomicBoolean done,
            AtomicReference<String> broken) {
        while (!done.get()) {
            for (OffHeapAllocator child : children) {
                requireLimit(child.space().ledger(), broken);
            }
            requireLimit(parent.space().ledger(), broken);
        }
    }

    private static void requireLimit(CommitLedger ledger, AtomicReference<String> broken) {
        long committed = ledger.committedBytes();
        if (committed < 0 || committed > ledger.limitBytes()) {
            broken.set(committed + " of " + ledger.limitBytes());
        }
    }

    private static void generations(OffHeapAllocator parent, long seed, AtomicInteger refusals) {
        for (int generation = 0; generation < GENERATIONS; generation++) {
            try (OffHeapAllocator child =
                    parent.child("child-" + seed, CHILD_LIMIT_BYTES, options -> options.close(CloseMode.FREE))) {
                OffHeapAllocator part = child.child("part", CHILD_LIMIT_BYTES / 2);
                for (int block = 0; block < 20; block++) {
                    refusals.addAndGet(part.tryMalloc((generation + 1) * 10_000L) == 0 ? 1 : 0);
                    child.free(child.tryMalloc(MOST_BYTES));
                }
            } catch (OutOfOffHeapMemoryError full) {
                refusals.incrementAndGet();
            }
        }
    }
}
