// SPDX-License-Identifier: Apache-2.0
package dev.quarry.agrona;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quarry.OffHeapAllocator;
import dev.quarry.OutOfOffHeapMemoryError;
import java.nio.ByteOrder;
import org.agrona.BitUtil;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BlockBufferTest {
    @Test
    void shouldStartAtACacheLineOfABlockAndBeZeroedAfterReuse() {
        try (AgronaFixture fixture = new AgronaFixture()) {
            for (int round = 0; round < 100; round++) {
                try (BlockBuffer buffer = fixture.buffers.allocate(80 + round)) {
                    assertEquals(80 + round, buffer.capacity());
                    assertEquals(0, buffer.addressOffset() % BitUtil.CACHE_LINE_LENGTH);
                    assertTrue(fixture.allocator.owns(buffer.addressOffset()));
                    for (int i = 0; i < buffer.capacity(); i++) {
                        assertEquals(0, buffer.getByte(i));
                    }
                    buffer.setMemory(0, buffer.capacity(), (byte) -1);
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 16, 4096, 1 << 20})
    void shouldBeAlignedAsAskedFor(int byteAlignment) {
        try (AgronaFixture fixture = new AgronaFixture();
                BlockBuffer buffer = fixture.buffers.allocate(100, byteAlignment)) {
            assertEquals(0, buffer.addressOffset() % byteAlignment);
            buffer.verifyAlignment();
        }
    }

    @Test
    void shouldShowTheSameBytesThroughItsByteBuffer() {
        try (AgronaFixture fixture = new AgronaFixture();
                BlockBuffer buffer = fixture.buffers.allocate(16)) {
            buffer.putLongVolatile(8, 0x0102_0304_0506_0708L);
            assertEquals(
                    0x0102_0304_0506_0708L,
                    buffer.byteBuffer().order(ByteOrder.nativeOrder()).getLong(8));
        }
    }

    @Test
    void shouldFreeItsOwnBlockOnceWhateverItWraps() {
        try (AgronaFixture fixture = new AgronaFixture()) {
            BlockBuffer buffer = fixture.buffers.allocate(64);
            long address = buffer.addressOffset();
            buffer.wrap(new byte[8]);
            buffer.close();
            buffer.close();
            assertFalse(fixture.allocator.owns(address));
            assertEquals(1, fixture.allocator.stats().frees());
            assertEquals(0, fixture.allocator.stats().invalidFrees());
        }
    }

    @Test
    void shouldRefuseEveryAccessAfterItsEnd() {
        try (AgronaFixture fixture = new AgronaFixture()) {
            BlockBuffer buffer = fixture.buffers.allocate(64);
            buffer.close();
            assertEquals(0, buffer.capacity());
            assertThrows(IndexOutOfBoundsException.class, () -> buffer.getByte(0));
            assertThrows(IndexOutOfBoundsException.class, () -> buffer.putLongRelease(0, 1));
        }
    }

    @Test
    void shouldHoldNothingWhenThereIsNoMemory() {
        try (AgronaFixture fixture = new AgronaFixture()) {
            int tooLarge = (int) AgronaFixture.LIMIT_BYTES;
            assertThrows(OutOfOffHeapMemoryError.class, () -> fixture.buffers.allocate(tooLarge));
            assertThrows(OutOfOffHeapMemoryError.class, () -> fixture.buffers.allocateExpandable(tooLarge));
            assertThrows(IllegalArgumentException.class, () -> fixture.buffers.allocate(-1));
            assertThrows(IllegalArgumentException.class, () -> fixture.buffers.allocate(8, 3));
        }
    }

    @Test
    void shouldBeWrappedByOtherBuffers() {
        try (AgronaFixture fixture = new AgronaFixture();
                BlockBuffer buffer = fixture.buffers.allocate(64)) {
            UnsafeBuffer part = new UnsafeBuffer(buffer, 32, 8);
            part.putInt(0, 17);
            assertEquals(17, buffer.getInt(32));
        }
    }

    @Test
    void shouldComeFromTheProcessWideAllocatorByDefault() {
        try (BlockBuffer buffer = new AgronaBuffers().allocate(64)) {
            assertTrue(OffHeapAllocator.system().owns(buffer.addressOffset()));
        }
    }
}
