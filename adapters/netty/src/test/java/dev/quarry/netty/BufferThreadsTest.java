// SPDX-License-Identifier: Apache-2.0
package dev.quarry.netty;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quarry.AllocatorStats;
import io.netty.buffer.ByteBuf;
import io.netty.util.IllegalReferenceCountException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import jdk.jfr.consumer.RecordingStream;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Buffers that go from thread to thread.
class BufferThreadsTest {
    private static final int THREADS = 4;
    private static final int MAX_BYTES = 80_000;
    private static final int EXCHANGED = 500;

    private static <T> List<T> runAll(ExecutorService executor, List<Callable<T>> tasks) throws Exception {
        List<T> results = new ArrayList<>();
        try (executor) {
            for (Future<T> task : executor.invokeAll(tasks)) {
                results.add(task.get());
            }
        }
        return results;
    }

    /// One thread's part of a random program: makes buffers, checks those of others, grows, shares and releases them.
    private record Worker(Fixture fixture, BlockingQueue<ByteBuf> exchange, long seed) implements Callable<Integer> {
        @Override
        public Integer call() {
            SplittableRandom random = new SplittableRandom(seed);
            int checked = 0;
            for (int i = 0; i < 20_000; i++) {
                ByteBuf buffer = random.nextInt(8) == 0 ? exchange.poll() : create(random);
                if (buffer != null) {
                    checked += check(buffer);
                    pass(buffer, random);
                }
            }
            return checked;
        }

        private ByteBuf create(SplittableRandom random) {
            int bytes = random.nextInt(1, random.nextInt(10) == 0 ? MAX_BYTES : 3000);
            ByteBuf buffer = random.nextInt(4) == 0
                    ? fixture.buffers().heapBuffer(bytes)
                    : fixture.buffers().directBuffer(bytes);
            byte mark = (byte) random.nextInt();
            buffer.writeByte(mark);
            if (random.nextInt(4) == 0) {
                buffer.capacity(bytes + random.nextInt(5000));
            }
            buffer.setByte(buffer.capacity() - 1, mark);
            return buffer;
        }

        private static int check(ByteBuf buffer) {
            assertEquals(buffer.getByte(0), buffer.getByte(buffer.capacity() - 1), () -> "in " + buffer);
            return 1;
        }

        private void pass(ByteBuf buffer, SplittableRandom random) {
            int way = random.nextInt(4);
            if (way == 0) {
                ByteBuf slice = buffer.retainedSlice(0, 1);
                giveAway(buffer);
                slice.release();
            } else if (way == 1) {
                giveAway(buffer);
            } else {
                assertTrue(buffer.release() || buffer.refCnt() > 0);
            }
        }

        private void giveAway(ByteBuf buffer) {
            if (!exchange.offer(buffer)) {
                buffer.release();
            }
        }
    }

    @RepeatedTest(3)
    void shouldKeepTheBytesOfEachBuffer() throws Exception {
        long seed = System.nanoTime();
        System.out.println("seed " + seed);
        for (boolean virtual : new boolean[] {false, true}) {
            try (Fixture fixture = Fixture.withLimit("128m")) {
                BlockingQueue<ByteBuf> exchange = new ArrayBlockingQueue<>(EXCHANGED);
                List<Callable<Integer>> workers = new ArrayList<>();
                for (int i = 0; i < THREADS; i++) {
                    workers.add(new Worker(fixture, exchange, seed + i));
                }
                int checked = runAll(executor(virtual), workers).stream()
                        .mapToInt(Integer::intValue)
                        .sum();
                assertTrue(checked > THREADS * 10_000, "seed " + seed);
                for (ByteBuf left = exchange.poll(); left != null; left = exchange.poll()) {
                    Worker.check(left);
                    left.release(left.refCnt());
                }
            }
        }
    }

    private static ExecutorService executor(boolean virtual) {
        return virtual ? Executors.newVirtualThreadPerTaskExecutor() : Executors.newFixedThreadPool(THREADS);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void shouldCountReferencesOfManyThreads(boolean direct) throws Exception {
        try (Fixture fixture = Fixture.withLimit("16m")) {
            ByteBuf buffer = direct
                    ? fixture.buffers().directBuffer(64)
                    : fixture.buffers().heapBuffer(64);
            List<Callable<Integer>> tasks = new ArrayList<>();
            for (int i = 0; i < THREADS; i++) {
                buffer.retain();
                tasks.add(() -> {
                    int ended = 0;
                    for (int n = 0; n < 50_000; n++) {
                        buffer.retain(1 + n % 3);
                        ended += buffer.release(1 + n % 3) ? 1 : 0;
                    }
                    return ended + (buffer.release() ? 1 : 0);
                });
            }
            List<Integer> ended = runAll(Executors.newFixedThreadPool(THREADS), tasks);
            assertEquals(List.of(0, 0, 0, 0), ended);
            assertEquals(1, buffer.refCnt());
            assertTrue(buffer.release());
        }
    }

    @Test
    void shouldSendBlocksOfOtherThreadsHome() throws Exception {
        try (Fixture fixture = Fixture.withLimit("64m")) {
            List<ByteBuf> buffers = new ArrayList<>();
            for (int i = 0; i < 500; i++) {
                buffers.add(fixture.buffers().directBuffer(1000));
            }
            Thread thread = Thread.ofPlatform().start(() -> buffers.forEach(ByteBuf::release));
            thread.join();
            AllocatorStats stats = fixture.memory().stats();
            assertEquals(500, stats.remoteFrees());
            assertEquals(stats.mallocs(), stats.frees());
        }
    }

    @Test
    void shouldSendBlocksOfVirtualThreadsBackToTheirStripe() throws Exception {
        try (Fixture fixture = Fixture.withLimit("64m")) {
            ByteBuf[] buffer = new ByteBuf[1];
            Runnable use = () -> {
                fixture.buffers().directBuffer(1000).release();
                buffer[0] = fixture.buffers().directBuffer(1000);
            };
            Thread.ofVirtual().start(use).join();
            long block = buffer[0].memoryAddress();
            assertTrue(buffer[0].release(), "by a thread that has a cache of its own");
            assertEquals(0, fixture.liveBlocks());
            assertEquals(0, fixture.memory().stats().frees(), "kept");
            ByteBuf another = fixture.buffers().directBuffer(1000);
            assertNotEquals(block, another.memoryAddress(), "not by that thread");
            another.release();
        }
    }

    @Test
    void shouldLeaveABufferOfAStripeToItsOtherHolders() throws Exception {
        try (Fixture fixture = Fixture.withLimit("64m")) {
            ByteBuf[] buffer = new ByteBuf[1];
            Thread.ofVirtual()
                    .start(() -> {
                        fixture.buffers().directBuffer(1000).release();
                        buffer[0] = fixture.buffers().directBuffer(1000).retain();
                    })
                    .join();
            assertFalse(buffer[0].release());
            assertEquals(1, fixture.liveBlocks());
            assertTrue(buffer[0].release());
            assertThrows(IllegalReferenceCountException.class, buffer[0]::release);
        }
    }

    @Test
    void shouldFreeWhatEndedThreadsKept() throws Exception {
        try (Fixture fixture = Fixture.withLimit("64m")) {
            Thread thread = Thread.ofPlatform()
                    .start(() -> fixture.buffers().directBuffer(1000).release());
            thread.join();
            assertEquals(0, fixture.memory().stats().frees());
            fixture.memory().maintain();
            assertEquals(1, fixture.memory().stats().frees());
        }
    }

    @Test
    void shouldForgetThreads() throws Exception {
        try (Fixture fixture = Fixture.withLimit("64m")) {
            for (int i = 0; i < 200; i++) {
                Thread thread = Thread.ofPlatform().start(() -> {
                    fixture.buffers().directBuffer(1000).release();
                    fixture.buffers().heapBuffer(1000).release();
                });
                thread.join();
            }
            AllocatorStats stats = fixture.memory().stats();
            assertTrue(stats.mallocs() - stats.frees() < 100, "threads come and go without maintenance");
        }
    }

    @Test
    void shouldNeverPinAVirtualThread() throws Exception {
        AtomicInteger pinned = new AtomicInteger();
        try (RecordingStream recording = new RecordingStream();
                Fixture fixture = Fixture.withLimit("128m")) {
            recording
                    .enable("jdk.VirtualThreadPinned")
                    .withThreshold(Duration.ZERO)
                    .withStackTrace();
            recording.onEvent("jdk.VirtualThreadPinned", event -> pinned.incrementAndGet());
            recording.startAsync();
            List<Callable<Boolean>> tasks = new ArrayList<>();
            for (int i = 0; i < 1000; i++) {
                int bytes = 1 + i * 70;
                tasks.add(() -> {
                    ByteBuf buffer = fixture.buffers().directBuffer(bytes);
                    buffer.setByte(0, 1);
                    Thread.yield();
                    return buffer.release();
                });
            }
            List<Boolean> released = runAll(Executors.newVirtualThreadPerTaskExecutor(), tasks);
            assertTrue(released.stream().allMatch(Boolean::booleanValue));
            recording.stop();
            assertEquals(0, pinned.get());
        }
    }
}
