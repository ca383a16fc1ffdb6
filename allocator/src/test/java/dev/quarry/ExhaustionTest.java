// SPDX-License-Identifier: Apache-2.0
package dev.quarry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quarry.numa.SimulatedMachine;
import dev.quarry.numa.SimulatedMemory;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// What becomes of a call for which there is no memory, by `quarry.exhaustion`. The clock stands still but where a test
/// moves it.
@Tag("once")
@Timeout(60)
class ExhaustionTest {
    private static final int SPAN_BYTES = 64 << 10;
    private static final long FAILED = -1;

    private final SimulatedMemory os = new SimulatedMemory(
            SimulatedMachine.builder().nodes(1, 2, 256L << 20).build());
    private final SimulatedAllocators allocators = new SimulatedAllocators(os, os.topology());
    private final Deque<Long> blocks = new ArrayDeque<>();
    private final AtomicLong outcome = new AtomicLong();

    @AfterEach
    void release() {
        allocators.close();
    }

    /// An allocator whose memory is all in live blocks.
    private OffHeapAllocator createFull(String policy) {
        OffHeapAllocator allocator = allocators.create(AllocatorConfig.builder()
                .limit("8m")
                .reserve("64m")
                .exhaustion(policy)
                .maintenance(MaintenanceMode.EXTERNAL));
        for (long block = allocator.tryMalloc(SPAN_BYTES); block != 0; block = allocator.tryMalloc(SPAN_BYTES)) {
            blocks.push(block);
        }
        return allocator;
    }

    /// A thread that asks for a block, and stores its address or that it got an error.
    private Thread startWaiter(OffHeapAllocator allocator) {
        Thread waiter = Thread.ofPlatform().start(() -> {
            long result;
            try {
                result = allocator.malloc(SPAN_BYTES);
            } catch (OutOfOffHeapMemoryError refused) {
                result = Thread.currentThread().isInterrupted() ? 2 * FAILED : FAILED;
            }
            outcome.set(result);
        });
        Waits.until("the thread waits", () -> waiter.getState() == Thread.State.TIMED_WAITING);
        return waiter;
    }

    @Test
    void shouldThrowAtOnce() {
        try (OffHeapAllocator allocator = createFull("throw")) {
            assertThrows(OutOfOffHeapMemoryError.class, () -> allocator.malloc(SPAN_BYTES));
            assertThrows(OutOfOffHeapMemoryError.class, () -> allocator.calloc(1, SPAN_BYTES));
            assertThrows(OutOfOffHeapMemoryError.class, () -> allocator.alignedAlloc(64, SPAN_BYTES));
            assertThrows(OutOfOffHeapMemoryError.class, () -> allocator.realloc(blocks.peek(), 4 * SPAN_BYTES));
            allocator.free(blocks.pop());
            long block = allocator.tryMalloc(SPAN_BYTES);
            assertNotEquals(0, block);
            allocator.verify();
        }
    }

    @Test
    void shouldWaitForAnotherThreadsFree() throws InterruptedException {
        try (OffHeapAllocator allocator = createFull("wait:1h")) {
            Thread waiter = startWaiter(allocator);
            allocator.free(blocks.pop());
            allocator.trim();
            waiter.join();

            assertTrue(outcome.get() > 0, "it got an address");
            allocator.free(outcome.get());
            allocator.verify();
        }
    }

    @Test
    void shouldGiveUpWhenTheTimeIsOver() throws InterruptedException {
        try (OffHeapAllocator allocator = createFull("wait:10s")) {
            Thread waiter = startWaiter(allocator);
            os.advanceClock(TimeUnit.SECONDS.toNanos(10) - 1);
            Waits.until("it looked again", () -> waiter.getState() != Thread.State.TIMED_WAITING);
            Waits.until("it waits again", () -> waiter.getState() == Thread.State.TIMED_WAITING);
            assertEquals(0, outcome.get());
            os.advanceClock(1);
            waiter.join();

            assertEquals(FAILED, outcome.get());
            allocator.verify();
        }
    }

    @Test
    void shouldGiveUpWhenInterruptedAndKeepTheFlag() throws InterruptedException {
        try (OffHeapAllocator allocator = createFull("wait:1h")) {
            Thread waiter = startWaiter(allocator);
            waiter.interrupt();
            waiter.join();

            assertEquals(2 * FAILED, outcome.get());
        }
    }

    @Test
    void shouldNeverWaitNorAskInTryMalloc() {
        for (String policy : List.of("wait:1h", "callback", "halt")) {
            try (OffHeapAllocator allocator = createFull(policy)) {
                allocator.onExhaustion((byteSize, attempt) -> {
                    throw new AssertionError("not to be asked");
                });
                assertEquals(0, allocator.tryMalloc(SPAN_BYTES));
                assertFalse(allocator.report().contains("failing callback"), allocator::report);
            }
        }
    }

    @Test
    void shouldTryAgainAsLongAsTheHandlerSaysSo() {
        try (OffHeapAllocator allocator = createFull("callback")) {
            List<String> asked = new ArrayList<>();
            allocator.onExhaustion((byteSize, attempt) -> {
                asked.add(byteSize + " " + attempt);
                return attempt < 2;
            });
            assertThrows(OutOfOffHeapMemoryError.class, () -> allocator.malloc(100_000));
            assertEquals(List.of("100000 0", "100000 1", "100000 2"), asked);

            allocator.onExhaustion((byteSize, attempt) -> {
                allocator.free(blocks.pop());
                allocator.free(blocks.pop());
                return true;
            });
            int before = blocks.size();
            allocator.free(mallocOrZero(allocator));
            assertEquals(before - 2, blocks.size(), "asked once");

            allocator.onExhaustion(null);
            assertThrows(OutOfOffHeapMemoryError.class, () -> allocator.malloc(1 << 20));
            allocator.verify();
        }
    }

    /// An error that leaves a test would end the tests' JVM.
    private static long mallocOrZero(OffHeapAllocator allocator) {
        try {
            return allocator.malloc(100_000);
        } catch (OutOfOffHeapMemoryError refused) {
            throw new AssertionError(refused.getMessage());
        }
    }

    @Test
    void shouldGiveTheErrorAtOnceToACallFromInsideOfTheHandler() {
        try (OffHeapAllocator allocator = createFull("callback")) {
            AtomicLong calls = new AtomicLong();
            allocator.onExhaustion((byteSize, attempt) -> {
                calls.incrementAndGet();
                assertThrows(OutOfOffHeapMemoryError.class, () -> allocator.malloc(SPAN_BYTES));
                return false;
            });
            assertThrows(OutOfOffHeapMemoryError.class, () -> allocator.malloc(SPAN_BYTES));
            assertEquals(1, calls.get());
            assertThrows(OutOfOffHeapMemoryError.class, () -> allocator.malloc(SPAN_BYTES));
            assertEquals(2, calls.get(), "asked again by the next call");
            assertFalse(allocator.report().contains("failing callback"), allocator::report);
        }
    }

    @Test
    void shouldNotAskAHandlerAgainThatThrewThreeTimes() {
        try (OffHeapAllocator allocator = createFull("callback")) {
            AtomicLong calls = new AtomicLong();
            ExhaustionHandler faulty = (byteSize, attempt) -> {
                calls.incrementAndGet();
                throw new IllegalStateException("no");
            };
            allocator.onExhaustion(faulty);
            for (int call = 0; call < 5; call++) {
                assertThrows(OutOfOffHeapMemoryError.class, () -> allocator.malloc(SPAN_BYTES));
            }
            assertEquals(3, calls.get());
            String report = allocator.report();
            assertTrue(report.contains("the exhaustion handler threw 3 times and is not asked again"), report);
            assertTrue(report.contains("3   failing callback, exhaustion handler"), report);

            allocator.onExhaustion(faulty);
            assertThrows(OutOfOffHeapMemoryError.class, () -> allocator.malloc(SPAN_BYTES));
            assertEquals(4, calls.get(), "a new registration is a new chance");
        }
    }

    @Test
    void shouldEndTheProcessWithTheDiagnosis() throws Exception {
        ChildJvm.Outcome child = ChildJvm.run(HaltChild.class, List.of());

        assertEquals(Exhaustion.HALT_CODE, child.exitCode(), child::toString);
        assertTrue(child.output().contains("quarry: no memory for 1048576 bytes: "), child::output);
        assertTrue(child.output().contains("quarry.exhaustion=halt ends the process"), child::output);
    }
}
