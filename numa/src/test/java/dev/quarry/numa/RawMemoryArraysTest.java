// SPDX-License-Identifier: Apache-2.0
package dev.quarry.numa;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Test;

class RawMemoryArraysTest {
    private static final int BYTES = 8;

    @Test
    void shouldCopyTheRangeOutAndNothingElse() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment memory = arena.allocate(BYTES);
            for (int i = 0; i < BYTES; i++) {
                memory.set(ValueLayout.JAVA_BYTE, i, (byte) (i + 1));
            }
            byte[] target = new byte[5];
            RawMemory.copy(memory.address() + 3, target, 1, 3);
            assertArrayEquals(new byte[] {0, 4, 5, 6, 0}, target);
            assertThrows(IndexOutOfBoundsException.class, () -> RawMemory.copy(memory.address(), target, 3, 3));
        }
    }

    @Test
    void shouldCopyTheRangeInAndNothingElse() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment memory = arena.allocate(BYTES);
            byte[] source = {1, 2, 3, 4};
            RawMemory.copy(source, 1, memory.address() + 2, 3);
            assertArrayEquals(new byte[] {0, 0, 2, 3, 4, 0, 0, 0}, memory.toArray(ValueLayout.JAVA_BYTE));
            assertThrows(IndexOutOfBoundsException.class, () -> RawMemory.copy(source, 2, memory.address(), 3));
            assertEquals(0, memory.get(ValueLayout.JAVA_BYTE, 0));
        }
    }

    @Test
    void shouldZeroTheRangeAndNothingElse() {
        int most = 40;
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment memory = arena.allocate(most + 2 * BYTES);
            for (int length = 0; length <= most; length++) {
                for (int start = 0; start < BYTES; start++) {
                    memory.fill((byte) 7);
                    RawMemory.zero(memory.address() + start, length);
                    for (int i = 0; i < memory.byteSize(); i++) {
                        int expected = i >= start && i < start + length ? 0 : 7;
                        assertEquals(expected, memory.get(ValueLayout.JAVA_BYTE, i), start + " " + length);
                    }
                }
            }
        }
    }
}
