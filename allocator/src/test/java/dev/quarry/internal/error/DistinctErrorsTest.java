// SPDX-License-Identifier: Apache-2.0
package dev.quarry.internal.error;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import dev.quarry.numa.SimulatedMachine;
import dev.quarry.numa.SimulatedMemory;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class DistinctErrorsTest {
    private static final long SECOND_NS = 1_000_000_000;

    private final List<String> lines = new ArrayList<>();
    private final SimulatedMemory os =
            new SimulatedMemory(SimulatedMachine.builder().build());
    private final DistinctErrors errors = new DistinctErrors("mine", os, lines::add);

    @Test
    void shouldKeepEachDistinctErrorOnce() {
        long startNs = os.nanoTime();
        errors.count(ErrorKind.INVALID_FREE, "double", "", new IllegalStateException("0x10 is free already"));
        os.advanceClock(5);
        errors.count(ErrorKind.SYSTEM_CALL, "madvise", "ENOMEM", null);
        errors.count(ErrorKind.SYSTEM_CALL, "madvise", "EAGAIN", null);
        errors.count(ErrorKind.INVALID_FREE, "double", "", new IllegalStateException("0x20 is free already"));
        DistinctError first = errors.entries().get(0);
        assertEquals(3, errors.size());
        assertEquals("invalid free, double", first.toString());
        assertEquals(2, first.count());
        assertEquals(startNs, first.firstNs());
        assertEquals(startNs + 5, first.lastNs());
        assertEquals("0x10 is free already", first.example());
        assertEquals(
                "refused system call, madvise: ENOMEM", errors.entries().get(1).toString());
        assertTrue(first.firstEpochMs() > 0 && first.lastEpochMs() >= first.firstEpochMs());
    }

    @Test
    void shouldWriteAtMostOneLineASecondOfAKind() {
        for (int fault = 0; fault < 100_000; fault++) {
            errors.count(ErrorKind.INVALID_FREE, fault % 3 == 0 ? "double" : "interior", "", null);
            os.advanceClock(SECOND_NS / 10_000);
            errors.logDue();
        }
        assertEquals(10, lines.size(), lines::toString);
        assertEquals("mine: invalid free, double (1 so far)", lines.get(0));
        assertTrue(lines.get(1).startsWith("mine: invalid free, interior ("), lines.get(1));
    }

    @Test
    void shouldTellInLaterLinesWhatIsNew() {
        errors.count(ErrorKind.EXHAUSTED, "the limit is reached", "", null);
        errors.logDue();
        errors.logDue();
        errors.count(ErrorKind.EXHAUSTED, "the limit is reached", "", null);
        errors.count(ErrorKind.EXHAUSTED, "the limit is reached", "", null);
        os.advanceClock(SECOND_NS - 1);
        errors.logDue();
        os.advanceClock(1);
        errors.logDue();
        assertEquals(
                List.of(
                        "mine: out of memory, the limit is reached (1 so far)",
                        "mine: out of memory, the limit is reached (2 more, 3 so far)"),
                lines);
    }

    @Test
    void shouldGiveEachKindALineOfItsOwn() {
        errors.count(ErrorKind.CALLBACK, "a.Listener", "IllegalStateException", null);
        errors.count(ErrorKind.MAINTENANCE, "IllegalStateException", "", new IllegalStateException("broken"));
        errors.logDue();
        assertEquals(
                List.of(
                        "mine: failing callback, a.Listener: IllegalStateException (1 so far)",
                        "mine: failing maintenance, IllegalStateException (1 so far); the first: broken"),
                lines);
    }

    @Test
    void shouldCountTogetherWhatIsTooMuchToTellApart() {
        for (int error = 0; error < DistinctErrors.MAX_DISTINCT + 10; error++) {
            errors.count(ErrorKind.CALLBACK, "listener " + error, "", null);
        }
        assertEquals(DistinctErrors.MAX_DISTINCT, errors.size());
        assertEquals(10, errors.others());
    }

    @Test
    void shouldMakeNoGarbageForAKnownError() {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        countMany(20_000);
        long before = threads.getCurrentThreadAllocatedBytes();
        countMany(20_000);
        long made = threads.getCurrentThreadAllocatedBytes() - before;
        // The question itself may make a little.
        assertTrue(made < 4_096, made + " bytes for 20,000 known errors");
    }

    private void countMany(int count) {
        for (int fault = 0; fault < count; fault++) {
            errors.count(ErrorKind.SYSTEM_CALL, "mprotect", "ENOMEM", null);
        }
    }

    @Test
    void shouldLoseNoneOfThreadsThatCountAtOnce() throws Exception {
        int threadCount = 4;
        int rounds = 5_000;
        CountDownLatch start = new CountDownLatch(1);
        List<Thread> threads = IntStream.range(0, threadCount)
                .mapToObj(index -> Thread.ofPlatform().start(() -> {
                    awaitStart(start);
                    for (int round = 0; round < rounds; round++) {
                        errors.count(ErrorKind.INVALID_FREE, "double", Integer.toString(round % 8), null);
                    }
                }))
                .toList();
        start.countDown();
        for (Thread thread : threads) {
            thread.join();
        }
        assertEquals(8, errors.size());
        assertEquals(
                threadCount * rounds,
                errors.entries().stream().mapToLong(DistinctError::count).sum());
    }

    private static void awaitStart(CountDownLatch start) {
        try {
            start.await();
        } catch (InterruptedException interrupted) {
            throw new IllegalStateException(interrupted);
        }
    }
}
