// SPDX-License-Identifier: Apache-2.0
package dev.quarry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.lang.ref.WeakReference;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/// Children that come and go leave nothing with the threads that outlive them.
class ChildChurnTest {
    private static final long MIB = 1 << 20;
    private static final int WORKERS = 4;
    private static final int GENERATIONS = 50;
    private static final long DEADLINE_NS = TimeUnit.SECONDS.toNanos(60);

    @Test
    void shouldReuseAllAddressSpaceWhileWorkersLive() throws Exception {
        ExecutorService workers = Executors.newFixedThreadPool(WORKERS);
        try (OffHeapAllocator parent = create()) {
            long firstBase = useAChild(parent, workers).space().base;
            long firstMetadata = parent.child("probe", 8 * MIB).space().nullSlab;
            parent.children().get(0).close();
            for (int generation = 0; generation < GENERATIONS; generation++) {
                OffHeapAllocator child = useAChild(parent, workers);
                assertEquals(firstBase, child.space().base, "data of generation " + generation);
                assertEquals(firstMetadata, child.space().nullSlab, "metadata of generation " + generation);
            }
        } finally {
            workers.shutdown();
        }
    }

    @Test
    void shouldLeaveNothingOnTheHeap() throws Exception {
        ExecutorService workers = Executors.newFixedThreadPool(WORKERS);
        try (OffHeapAllocator parent = create()) {
            WeakReference<OffHeapAllocator> child = new WeakReference<>(useAChild(parent, workers));
            long deadline = System.nanoTime() + DEADLINE_NS;
            while (child.get() != null && System.nanoTime() - deadline < 0) {
                System.gc();
            }
            assertNull(child.get(), "a closed child is still reachable");
        } finally {
            workers.shutdown();
        }
    }

    private static OffHeapAllocator create() {
        return OffHeapAllocator.create(AllocatorConfig.builder()
                .limit(64 * MIB)
                .reserve("128m")
                .maintenance(MaintenanceMode.EXTERNAL)
                .build());
    }

    /// All workers use a child, and wait for work when it is closed.
    private static OffHeapAllocator useAChild(OffHeapAllocator parent, ExecutorService workers) throws Exception {
        OffHeapAllocator child = parent.child("child", 8 * MIB, options -> options.close(CloseMode.FREE));
        CountDownLatch used = new CountDownLatch(WORKERS);
        Thread[] threads = new Thread[WORKERS];
        for (int worker = 0; worker < WORKERS; worker++) {
            int index = worker;
            workers.submit(() -> {
                threads[index] = Thread.currentThread();
                child.malloc(1_000);
                child.free(child.malloc(100_000));
                used.countDown();
                used.await();
                return null;
            });
        }
        used.await();
        for (Thread thread : threads) {
            while (thread.getState() != Thread.State.WAITING) {
                Thread.onSpinWait();
            }
        }
        child.malloc(10);
        child.close();
        return child;
    }
}
