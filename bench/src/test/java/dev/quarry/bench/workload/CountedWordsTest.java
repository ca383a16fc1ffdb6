// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.workload;

import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class CountedWordsTest {
    private static final int MOST_WORDS = 70;

    @Test
    void shouldWriteEachWordAndNoOther() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment room = arena.allocate(JAVA_LONG, MOST_WORDS + 2);
            for (int words = 1; words <= MOST_WORDS; words++) {
                room.fill((byte) 0);
                CountedWords.write(room.address() + Long.BYTES, words);
                long[] written = room.toArray(JAVA_LONG);
                assertEquals(0, written[0], words + " words");
                assertEquals(0, written[words + 1], words + " words");
                assertEquals(
                        words,
                        Arrays.stream(written, 1, words + 1)
                                .filter(word -> word != 0)
                                .distinct()
                                .count());
                CountedWords.check(room.address() + Long.BYTES);
            }
        }
    }

    @Test
    void shouldFindEachWordThatIsLost() {
        try (Arena arena = Arena.ofConfined()) {
            for (int words = 1; words <= MOST_WORDS; words++) {
                MemorySegment block = arena.allocate(JAVA_LONG, words);
                for (int lost = 1; lost < words; lost++) {
                    CountedWords.write(block.address(), words);
                    block.setAtIndex(JAVA_LONG, lost, block.getAtIndex(JAVA_LONG, lost) ^ 1L << lost % 64);
                    IllegalStateException found =
                            assertThrows(IllegalStateException.class, () -> CountedWords.check(block.address()));
                    assertTrue(found.getMessage().startsWith("word " + lost + " of " + words), found.getMessage());
                }
            }
        }
    }
}
