// SPDX-License-Identifier: Apache-2.0
package dev.quarry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.lang.ref.WeakReference;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Children that come and go leave nothing with the threads that outlive them.
class ChildChurnTest {
    private static final long MIB = 1 << 20;
    private static final int WORKERS = 4;
    private static final int GENERATIONS = 50;
    private static final long DEADLINE_NS = TimeUnit.SECONDS.toNanos(60);

    /// One thread each: with a queue for all, a worker that waits may be on its way to its place.
    private final List<ExecutorService> workers =
            Stream.generate(Executors::newSingleThreadExecutor).limit(WORKERS).toList();

    @AfterEach
    void stop() {
        workers.forEach(ExecutorService::shutdown);
    }

    @Test
    void shouldReuseAllAddressSpaceWhileWorkersLive() throws Exception {
        try (OffHeapAllocator parent = create()) {
            long firstBase = useAChild(parent).space().base;
            long firstMetadata = parent.child("probe", 8 * MIB).space().nullSlab;
            parent.children().get(0).close();
            for (int generation = 0; generation < GENERATIONS; generation++) {
                OffHeapAllocator child = useAChild(parent);
                assertEquals(firstBase, child.space().base, "data of generation " + generation);
                assertEquals(firstMetadata, child.space().nullSlab, "metadata of generation " + generation);
            }
        }
    }

    @Test
    void shouldLeaveNothingOnTheHeap() throws Exception {
        try (OffHeapAllocator parent = create()) {
            WeakReference<OffHeapAllocator> child = new WeakReference<>(useAChild(parent));
            long deadline = System.nanoTime() + DEADLINE_NS;
            while (child.get() != null && System.nanoTime() - deadline < 0) {
                System.gc();
            }
            assertNull(child.get(), "a closed child is still reachable");
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
    private OffHeapAllocator useAChild(OffHeapAllocator parent) throws Exception {
        OffHeapAllocator child = parent.child("child", 8 * MIB, options -> options.close(CloseMode.FREE));
        for (ExecutorService worker : workers) {
            Thread thread = worker.submit(() -> {
                        child.malloc(1_000);
                        child.free(child.malloc(100_000));
                        return Thread.currentThread();
                    })
                    .get();
            while (thread.getState() != Thread.State.WAITING) {
                Thread.onSpinWait();
            }
        }
        child.malloc(10);
        child.close();
        return child;
    }
}
