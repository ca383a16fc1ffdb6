// SPDX-License-Identifier: Apache-2.0
package dev.quarry.netty;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.netty.buffer.ByteBuf;
import java.lang.management.ManagementFactory;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// In steady state a buffer makes no garbage, whatever its size and wherever it is released.
@ExtendWith(WithoutLeakDetection.class)
class BufferGarbageTest {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final int ROUNDS = 50_000;

    /// What the measurement itself may make: far less than an object for each buffer.
    private static final double MAX_BYTES_PER_BUFFER = 0.1;

    private static void assertGarbageFree(Runnable round) {
        round.run();
        long before = THREADS.getCurrentThreadAllocatedBytes();
        round.run();
        double bytes = (double) (THREADS.getCurrentThreadAllocatedBytes() - before) / ROUNDS;
        assertTrue(bytes < MAX_BYTES_PER_BUFFER, () -> bytes + " bytes per buffer");
    }

    @Test
    void shouldMakeNoneInAnySize() {
        try (Fixture fixture = Fixture.withLimit("64m")) {
            assertGarbageFree(() -> {
                for (int i = 0; i < ROUNDS; i++) {
                    ByteBuf buffer = fixture.buffers().directBuffer(i * 17 % 100_000);
                    buffer.writeByte(1).retain().release();
                    buffer.release();
                }
            });
        }
    }

    @Test
    void shouldMakeNoneForHeapBuffers() {
        try (Fixture fixture = Fixture.withLimit("64m")) {
            assertGarbageFree(() -> {
                for (int i = 0; i < ROUNDS; i++) {
                    fixture.buffers().heapBuffer(i * 17 % 30_000).writeByte(1).release();
                }
            });
        }
    }

    @Test
    void shouldMakeNoneForViews() {
        try (Fixture fixture = Fixture.withLimit("64m")) {
            assertGarbageFree(() -> {
                for (int i = 0; i < ROUNDS; i++) {
                    ByteBuf buffer = fixture.buffers().directBuffer(1000);
                    buffer.internalNioBuffer(0, 10).put((byte) 1);
                    buffer.release();
                }
            });
        }
    }

    @Test
    void shouldMakeNoneWhenAnotherThreadReleases() throws InterruptedException {
        try (Fixture fixture = Fixture.withLimit("64m")) {
            ByteBuf[] batch = new ByteBuf[500];
            // Both are handed over without a node of a queue, which would be garbage of the test's own.
            AtomicBoolean isFull = new AtomicBoolean();
            AtomicBoolean isOver = new AtomicBoolean();
            Thread releaser = Thread.ofPlatform().daemon().start(() -> {
                while (!isOver.get()) {
                    if (isFull.get()) {
                        for (ByteBuf buffer : batch) {
                            buffer.release();
                        }
                        isFull.set(false);
                    } else {
                        Thread.yield();
                    }
                }
            });
            assertGarbageFree(() -> {
                for (int i = 0; i < ROUNDS / batch.length; i++) {
                    for (int slot = 0; slot < batch.length; slot++) {
                        batch[slot] = fixture.buffers().directBuffer(slot);
                    }
                    isFull.set(true);
                    while (isFull.get() && releaser.isAlive()) {
                        Thread.yield();
                    }
                }
            });
            isOver.set(true);
            releaser.join();
            assertFalse(isFull.get(), "the releaser has failed");
        }
    }
}
