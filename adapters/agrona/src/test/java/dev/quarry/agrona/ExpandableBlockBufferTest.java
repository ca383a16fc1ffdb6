// SPDX-License-Identifier: Apache-2.0
package dev.quarry.agrona;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quarry.OutOfOffHeapMemoryError;
import java.nio.ByteBuffer;
import java.util.Random;
import org.agrona.ExpandableArrayBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ExpandableBlockBufferTest {
    private static final int MAX_INDEX = 1 << 18;
    private static final int WRITES = 2_000;

    /// Agrona's own expandable buffer is the model. The blocks are dirty from one round to the next.
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void shouldReadLikeAgronasOwnWhereverItIsWritten(long seed) {
        Random random = new Random(seed);
        try (AgronaFixture fixture = new AgronaFixture()) {
            for (int round = 0; round < 3; round++) {
                try (ExpandableBlockBuffer buffer = fixture.buffers.allocateExpandable(random.nextInt(64))) {
                    ExpandableArrayBuffer model = new ExpandableArrayBuffer(0);
                    int writtenBytes = 0;
                    for (int write = 0; write < WRITES; write++) {
                        int index = random.nextInt(1 + random.nextInt(MAX_INDEX));
                        byte[] bytes = new byte[random.nextInt(100)];
                        random.nextBytes(bytes);
                        buffer.putBytes(index, bytes);
                        model.putBytes(index, bytes);
                        writtenBytes = Math.max(writtenBytes, index + bytes.length);
                    }
                    assertEquals(
                            new UnsafeBuffer(model, 0, writtenBytes),
                            new UnsafeBuffer(buffer, 0, writtenBytes),
                            "seed " + seed);
                    assertZero(buffer, writtenBytes);
                    buffer.setMemory(0, buffer.capacity(), (byte) -1);
                }
            }
        }
    }

    private static void assertZero(ExpandableBlockBuffer buffer, int fromIndex) {
        for (int i = fromIndex; i < buffer.capacity(); i++) {
            assertEquals(0, buffer.getByte(i), "at " + i);
        }
    }

    @Test
    void shouldSayWhatItIs() {
        try (AgronaFixture fixture = new AgronaFixture();
                ExpandableBlockBuffer buffer = fixture.buffers.allocateExpandable(100)) {
            assertTrue(buffer.isExpandable());
            assertEquals(100, buffer.capacity());
            assertEquals(0, buffer.wrapAdjustment());
            assertNull(buffer.byteArray());
            assertTrue(fixture.allocator.owns(buffer.addressOffset()));
            assertTrue(buffer.toString().contains("capacity=100"), buffer::toString);
        }
    }

    @Test
    void shouldGrowForALimitButNotForARead() {
        try (AgronaFixture fixture = new AgronaFixture();
                ExpandableBlockBuffer buffer = fixture.buffers.allocateExpandable(8)) {
            assertThrows(IndexOutOfBoundsException.class, () -> buffer.getLong(8));
            assertEquals(8, buffer.capacity());
            buffer.checkLimit(16);
            assertEquals(0, buffer.getLong(8));
        }
    }

    @Test
    void shouldShowAViewOfTheBlockAsItIsNow() {
        try (AgronaFixture fixture = new AgronaFixture();
                ExpandableBlockBuffer buffer = fixture.buffers.allocateExpandable(8)) {
            ByteBuffer before = buffer.byteBuffer();
            assertEquals(8, before.capacity());
            buffer.putByte(100_000, (byte) 7);
            ByteBuffer after = buffer.byteBuffer();
            assertEquals(buffer.capacity(), after.capacity());
            assertEquals(7, after.get(100_000));
        }
    }

    @Test
    void shouldBeWhatItWasWhenThereIsNoMemoryToGrow() {
        try (AgronaFixture fixture = new AgronaFixture();
                ExpandableBlockBuffer buffer = fixture.buffers.allocateExpandable(8)) {
            buffer.putLong(0, 42);
            long address = buffer.addressOffset();
            assertThrows(
                    OutOfOffHeapMemoryError.class, () -> buffer.putByte((int) AgronaFixture.LIMIT_BYTES, (byte) 1));
            assertEquals(address, buffer.addressOffset());
            assertEquals(8, buffer.capacity());
            assertEquals(42, buffer.getLong(0));
        }
    }

    @Test
    void shouldRefuseWhatNoBufferHas() {
        try (AgronaFixture fixture = new AgronaFixture();
                ExpandableBlockBuffer buffer = fixture.buffers.allocateExpandable(8)) {
            assertThrows(IndexOutOfBoundsException.class, () -> buffer.putByte(-1, (byte) 0));
            assertThrows(IndexOutOfBoundsException.class, () -> buffer.putByte(Integer.MAX_VALUE, (byte) 0));
            assertThrows(UnsupportedOperationException.class, () -> buffer.wrap(new byte[8]));
            assertThrows(UnsupportedOperationException.class, () -> buffer.wrap(new byte[8], 0, 8));
            assertThrows(UnsupportedOperationException.class, () -> buffer.wrap(ByteBuffer.allocate(8)));
            assertThrows(UnsupportedOperationException.class, () -> buffer.wrap(ByteBuffer.allocate(8), 0, 8));
            assertThrows(UnsupportedOperationException.class, () -> buffer.wrap(buffer));
            assertThrows(UnsupportedOperationException.class, () -> buffer.wrap(buffer, 0, 8));
            assertThrows(UnsupportedOperationException.class, () -> buffer.wrap(buffer.addressOffset(), 8));
            assertEquals(8, buffer.capacity());
        }
    }

    @Test
    void shouldNeitherGrowNorBeReadAfterItsEnd() {
        try (AgronaFixture fixture = new AgronaFixture()) {
            ExpandableBlockBuffer buffer = fixture.buffers.allocateExpandable(8);
            buffer.close();
            buffer.close();
            assertThrows(IndexOutOfBoundsException.class, () -> buffer.getByte(0));
            assertThrows(IllegalStateException.class, () -> buffer.putByte(0, (byte) 0));
            assertEquals(1, fixture.allocator.stats().frees());
        }
    }
}
