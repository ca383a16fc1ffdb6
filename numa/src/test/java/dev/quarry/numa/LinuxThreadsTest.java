// SPDX-License-Identifier: Apache-2.0
package dev.quarry.numa;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;

class LinuxThreadsTest {
    private static final int REGISTER = 1 << 4;
    private static final int FENCE = 1 << 3;
    private static final int THREADS = 8;

    private final OsThreads threads = new LinuxThreads("x86_64");

    /// Answers as it is told, in turn, and remembers what it was asked for.
    private static final class Kernel implements SystemCall {
        private final List<Long> numbers = new ArrayList<>();
        private final List<Long> commands = new ArrayList<>();
        private final long[] answers;

        Kernel(long... answers) {
            this.answers = answers;
        }

        @Override
        public long call(long number, long first, long second, long third, long fourth, long fifth, long sixth) {
            assertEquals(0, second, "no flags");
            numbers.add(number);
            commands.add(first);
            return answers[commands.size() - 1];
        }
    }

    @Test
    void shouldTellThreadsApartThatAreAliveAtOnce() throws InterruptedException {
        Set<Long> seen = ConcurrentHashMap.newKeySet();
        CountDownLatch all = new CountDownLatch(THREADS);
        List<Thread> running = new ArrayList<>();
        for (int index = 0; index < THREADS; index++) {
            Thread thread = new Thread(() -> {
                seen.add(threads.current());
                all.countDown();
                try {
                    all.await();
                } catch (InterruptedException interrupt) {
                    Thread.currentThread().interrupt();
                }
                assertTrue(seen.contains(threads.current()));
            });
            thread.start();
            running.add(thread);
        }
        for (Thread thread : running) {
            thread.join();
        }
        assertEquals(THREADS, seen.size());
        assertFalse(seen.contains(OsThreads.NOBODY));
        assertFalse(seen.contains(threads.current()));
    }

    /// There are never more carriers than threads that run at once and those that stand in for blocked ones.
    @Test
    void shouldTellVirtualThreadsTheirCarrier() throws Exception {
        Set<Long> seen = ConcurrentHashMap.newKeySet();
        int virtualThreads = 1_000;
        try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int index = 0; index < virtualThreads; index++) {
                executor.submit(() -> seen.add(threads.current()));
            }
        }
        assertTrue(seen.size() < virtualThreads / 2, "carriers: " + seen.size());
        assertNotEquals(Set.of(), new HashSet<>(seen));
    }

    @Test
    void shouldHaveAllThreadsPassAFence() {
        assertTrue(threads.areKnown(), "membarrier, since Linux 4.14");
        assertTrue(threads.fence());
    }

    @Test
    void shouldRegisterFirst() {
        Kernel kernel = new Kernel(0, 0);
        LinuxThreads registered = new LinuxThreads("x86_64", kernel);
        assertTrue(registered.areKnown());
        assertTrue(registered.fence());
        assertEquals(List.of((long) REGISTER, (long) FENCE), kernel.commands);
        assertEquals(List.of(324L, 324L), kernel.numbers);
    }

    @Test
    void shouldUseTheNumberOfOtherMachines() {
        Kernel kernel = new Kernel(0);
        new LinuxThreads("aarch64", kernel);
        assertEquals(List.of(283L), kernel.numbers);
    }

    @Test
    void shouldNotKnowThreadsWhereTheKernelHasNoFence() {
        assertFalse(new LinuxThreads("x86_64", new Kernel(-Errno.ENOSYS.number())).areKnown());
    }

    /// A process that was restored from a checkpoint has another registration, which is none.
    @Test
    void shouldRegisterAgainWhereTheRegistrationIsLost() {
        long lost = -Errno.EPERM.number();
        assertTrue(new LinuxThreads("x86_64", new Kernel(0, lost, 0, 0)).fence());
        assertFalse(new LinuxThreads("x86_64", new Kernel(0, lost, lost)).fence());
    }

    @Test
    void shouldSayThatTheFenceWasRefused() {
        assertFalse(new LinuxThreads("x86_64", new Kernel(0, -Errno.ENOMEM.number())).fence());
    }
}
