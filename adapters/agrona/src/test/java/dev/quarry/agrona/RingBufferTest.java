// SPDX-License-Identifier: Apache-2.0
package dev.quarry.agrona;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Stream;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.AtomicBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.concurrent.ringbuffer.ManyToOneRingBuffer;
import org.agrona.concurrent.ringbuffer.OneToOneRingBuffer;
import org.agrona.concurrent.ringbuffer.RingBuffer;
import org.agrona.concurrent.ringbuffer.RingBufferDescriptor;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Agrona's ring buffers over a block, with a writer and a reader.
class RingBufferTest {
    private static final int MESSAGES = 200_000;
    private static final int MAX_MESSAGE_LONGS = 32;
    private static final int CAPACITY = 1 << 14;
    private static final int TYPE = 1;

    static Stream<Function<AtomicBuffer, RingBuffer>> shouldCarryMessagesBetweenTwoThreads() {
        return Stream.of(OneToOneRingBuffer::new, ManyToOneRingBuffer::new);
    }

    @ParameterizedTest
    @MethodSource
    @Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void shouldCarryMessagesBetweenTwoThreads(Function<AtomicBuffer, RingBuffer> over) throws Exception {
        try (AgronaFixture fixture = new AgronaFixture();
                BlockBuffer block = fixture.buffers.allocate(CAPACITY + RingBufferDescriptor.TRAILER_LENGTH)) {
            RingBuffer ring = over.apply(block);
            CompletableFuture<Void> writer = CompletableFuture.runAsync(() -> write(ring));
            Reader reader = new Reader();
            while (reader.received < MESSAGES && !writer.isCompletedExceptionally()) {
                if (ring.read(reader::accept) == 0) {
                    Thread.onSpinWait();
                }
            }
            writer.get(30, TimeUnit.SECONDS);
            assertEquals(MESSAGES, reader.received);
            assertEquals(0, ring.size());
        }
    }

    private static void write(RingBuffer ring) {
        UnsafeBuffer message = new UnsafeBuffer(new byte[MAX_MESSAGE_LONGS * Long.BYTES]);
        for (int sequence = 0; sequence < MESSAGES; sequence++) {
            int longs = longsOf(sequence);
            for (int i = 0; i < longs; i++) {
                message.putLong(i * Long.BYTES, valueOf(sequence, i));
            }
            while (!ring.write(TYPE, message, 0, longs * Long.BYTES)) {
                Thread.onSpinWait();
            }
        }
    }

    private static int longsOf(int sequence) {
        return 1 + sequence % MAX_MESSAGE_LONGS;
    }

    private static long valueOf(int sequence, int index) {
        return (long) sequence * MAX_MESSAGE_LONGS + index;
    }

    private static final class Reader {
        private int received;

        void accept(int type, MutableDirectBuffer buffer, int index, int length) {
            assertEquals(TYPE, type);
            assertEquals(longsOf(received) * Long.BYTES, length);
            for (int i = 0; i < length / Long.BYTES; i++) {
                assertEquals(valueOf(received, i), buffer.getLong(index + i * Long.BYTES));
            }
            received++;
        }
    }
}
