// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.workload;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;

class BlockContentTest {
    private static final int LARGEST = 1_100;
    private static final int MARGIN = 64;
    private static final int VALUE = 0x1A5;

    @Test
    void setsEveryByteAndNoOther() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment room = arena.allocate(MARGIN + LARGEST + MARGIN, MARGIN);
            for (int byteSize = 1; byteSize <= LARGEST; byteSize++) {
                room.fill((byte) 0);
                BlockContent.fill(room.address() + MARGIN, byteSize, VALUE);
                for (int offset = 0; offset < room.byteSize(); offset++) {
                    boolean isInside = offset >= MARGIN && offset < MARGIN + byteSize;
                    byte expected = isInside ? (byte) VALUE : 0;
                    assertEquals(expected, room.get(JAVA_BYTE, offset), byteSize + " bytes, at " + (offset - MARGIN));
                }
            }
        }
    }

    @Test
    void readsEveryByteAndNoOther() {
        try (Arena arena = Arena.ofConfined()) {
            for (int byteSize = 4; byteSize <= 100; byteSize++) {
                MemorySegment room = arena.allocate(MARGIN + LARGEST + MARGIN, MARGIN);
                MemorySegment block = room.asSlice(MARGIN, byteSize);
                room.fill((byte) 1);
                block.fill((byte) 0);
                assertEquals(0, BlockContent.read(block.address(), byteSize), byteSize + " bytes of zeros");
                for (int offset = 0; offset < byteSize; offset++) {
                    block.set(JAVA_BYTE, offset, (byte) 1);
                    assertNotEquals(0, BlockContent.read(block.address(), byteSize), byteSize + " bytes, at " + offset);
                    block.set(JAVA_BYTE, offset, (byte) 0);
                }
            }
        }
    }
}
