// SPDX-License-Identifier: Apache-2.0
package dev.quarry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quarry.internal.event.EventKind;
import dev.quarry.internal.slab.Watermarks;
import dev.quarry.internal.slab.Zone;
import dev.quarry.numa.FaultInjectingMemory;
import dev.quarry.numa.OsCall;
import dev.quarry.numa.SimulatedMachine;
import dev.quarry.numa.SimulatedMemory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// What is done for a call that finds no memory, and before there is none.
@Tag("once")
class ReclaimerTest {
    private static final long LIMIT_BYTES = 64L << 20;
    private static final int SPAN_BYTES = 64 << 10;
    private static final long RECLAIM_NS = 1_000_000;

    private final SimulatedMemory machine = new SimulatedMemory(
            SimulatedMachine.builder().nodes(2, 1, 256L << 20).build());
    private final FaultInjectingMemory os = new FaultInjectingMemory(machine);
    private final SimulatedAllocators allocators = new SimulatedAllocators(os, machine.topology());

    @AfterEach
    void release() {
        allocators.close();
    }

    private OffHeapAllocator create() {
        return allocators.create(AllocatorConfig.builder()
                .limit(LIMIT_BYTES)
                .reserve("128m")
                .lookasideLimit(0)
                .maintenance(MaintenanceMode.EXTERNAL));
    }

    private static List<Long> fill(OffHeapAllocator allocator, int byteSize) {
        List<Long> blocks = new ArrayList<>();
        for (long block = allocator.tryMalloc(byteSize); block != 0; block = allocator.tryMalloc(byteSize)) {
            blocks.add(block);
        }
        return blocks;
    }

    @Test
    void shouldFindTheCreditOfAnotherZonesFreePages() {
        try (OffHeapAllocator allocator = create()) {
            machine.runOn(0);
            List<Long> blocks = fill(allocator, SPAN_BYTES);
            blocks.forEach(allocator::free);
            Zone first = allocator.space().nodeZones()[0];
            assertTrue(first.freeBytes() > LIMIT_BYTES / 2, "all the credit is the first zone's");
            long purges = os.calls(OsCall.PURGE);

            long block = allocator.malloc(8 << 20, NumaPolicy.bind(1));
            assertEquals(
                    1, allocator.space().zoneAt(block - allocator.space().base).node());
            assertTrue(first.freeBytes() > LIMIT_BYTES / 4, "no more than is needed is taken");
            assertTrue(os.calls(OsCall.PURGE) - purges <= 4, "in few calls");
            allocator.free(block);
            allocator.verify();
        }
    }

    @Test
    void shouldReclaimBeforeItAllocatesBelowTheLowestMark() {
        try (OffHeapAllocator allocator = create()) {
            List<Long> blocks = fill(allocator, SPAN_BYTES);
            Zone zone = allocator.space().nodeZones()[0];
            assertEquals(Watermarks.MIN, zone.level());
            long before = allocator.pool().upkeep().directReclaims();
            machine.advanceClock(Duration.ofSeconds(1).toNanos());
            assertEquals(0, allocator.tryMalloc(SPAN_BYTES));
            long vain = allocator.pool().upkeep().directReclaims();
            assertNotEquals(before, vain);
            assertEquals(0, allocator.tryMalloc(SPAN_BYTES));
            assertEquals(vain, allocator.pool().upkeep().directReclaims(), "not at once again");

            blocks.forEach(allocator::free);
            allocator.trim();
            assertEquals(Watermarks.ABOVE, zone.level());
            assertEquals(0, allocator.space().shortZones());
            allocator.verify();
        }
    }

    @Test
    void shouldServeACallAfterOneThatFailed() {
        try (OffHeapAllocator allocator = create()) {
            List<Long> blocks = fill(allocator, 1 << 20);
            for (int round = 0; round < 100; round++) {
                assertThrows(OutOfOffHeapMemoryError.class, () -> allocator.malloc(1 << 20));
                allocator.free(blocks.removeLast());
                blocks.add(allocator.malloc(1 << 20));
            }
            blocks.forEach(allocator::free);
            allocator.free(allocator.malloc(LIMIT_BYTES / 2));
        }
    }

    /// To give back every free page takes long: of many threads that fail, one after the other, one does it at a time.
    @Test
    void shouldNotTrimAtOnceAgainForAnotherThread() throws Exception {
        AtomicInteger reclaims = new AtomicInteger();
        try (ExecutorService other = Executors.newSingleThreadExecutor();
                OffHeapAllocator allocator = create()) {
            allocator.space().events().add((kind, node, bytes, detail, durationNs) -> {
                if (kind == EventKind.RECLAIM) {
                    reclaims.incrementAndGet();
                    machine.advanceClock(RECLAIM_NS);
                }
            });
            Callable<Long> vainCall = () -> allocator.tryMalloc(1 << 20);
            other.submit(() -> allocator.free(allocator.malloc(SPAN_BYTES))).get();
            List<Long> blocks = fill(allocator, SPAN_BYTES);

            allocator.free(blocks.removeFirst()); // so that there is something to try for
            reclaims.set(0);
            assertEquals(0, vainCall.call());
            assertEquals(2, reclaims.getAndSet(0), "shared memory, and then a trim");

            allocator.free(blocks.remove(1));
            assertEquals(0, other.submit(vainCall).get());
            assertEquals(1, reclaims.getAndSet(0), "no trim so soon");

            allocator.free(blocks.remove(2));
            assertEquals(0, vainCall.call());
            assertEquals(2, reclaims.getAndSet(0), "for the same thread it is tried again");

            allocator.free(blocks.remove(3));
            machine.advanceClock(Duration.ofSeconds(1).toNanos());
            assertEquals(0, other.submit(vainCall).get());
            assertEquals(2, reclaims.getAndSet(0), "later for the other one too");
            blocks.forEach(allocator::free);
            allocator.verify();
        }
    }

    @Test
    void shouldTakeWhatWaitingThreadsKeepWhenItTrims() throws InterruptedException {
        try (OffHeapAllocator allocator = OffHeapAllocator.create(AllocatorConfig.builder()
                .limit(LIMIT_BYTES)
                .reserve("128m")
                .maintenance(MaintenanceMode.EXTERNAL)
                .build())) {
            Object gate = new Object();
            boolean[] isOpen = new boolean[1];
            Thread waiter = new Thread(() -> {
                List<Long> blocks = new ArrayList<>();
                for (int i = 0; i < 5_000; i++) {
                    blocks.add(allocator.malloc(700));
                }
                blocks.forEach(allocator::free);
                synchronized (gate) {
                    while (!isOpen[0]) {
                        try {
                            gate.wait();
                        } catch (InterruptedException interrupted) {
                            return;
                        }
                    }
                }
            });
            waiter.start();
            while (waiter.getState() != Thread.State.WAITING) {
                Thread.onSpinWait();
            }
            assertTrue(allocator.stats().heldBytes() > allocator.stats().metadataBytes());
            allocator.trim();
            AllocatorStats stats = allocator.stats();
            assertEquals(stats.metadataBytes(), stats.committedBytes(), allocator::report);
            synchronized (gate) {
                isOpen[0] = true;
                gate.notifyAll();
            }
            waiter.join();
        }
    }
}
