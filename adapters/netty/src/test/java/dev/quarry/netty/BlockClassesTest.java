// SPDX-License-Identifier: Apache-2.0
package dev.quarry.netty;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class BlockClassesTest {
    private final Fixture fixture = Fixture.withLimit("64m");
    private final BlockClasses classes = new BlockClasses(fixture.memory());

    @AfterEach
    void close() {
        fixture.close();
    }

    @Test
    void shouldFindTheSmallestClassThatFits() {
        for (int byteSize = 0; byteSize <= BlockClasses.MAX_BYTES; byteSize++) {
            int blockClass = classes.of(byteSize);
            assertTrue(byteSize <= classes.bytes(blockClass), () -> "too small");
            assertTrue(blockClass == 0 || classes.bytes(blockClass - 1) < byteSize, () -> "not the smallest");
        }
    }

    @Test
    void shouldHaveNoClassBeyondTheLargest() {
        assertEquals(BlockClasses.NONE, classes.of(BlockClasses.MAX_BYTES + 1));
        assertEquals(BlockClasses.NONE, classes.of(Integer.MAX_VALUE));
        assertTrue(classes.count() <= BlockClasses.NONE);
    }

    @Test
    void shouldHaveFourClassesToADoubling() {
        assertEquals(1280, classes.bytes(classes.of(1025)));
        assertEquals(1536, classes.bytes(classes.of(1281)));
        assertEquals(1792, classes.bytes(classes.of(1537)));
        assertEquals(2048, classes.bytes(classes.of(1793)));
    }

    /// Nothing is lost by keeping beyond the step itself.
    @Test
    void shouldTakeClassesOfTheAllocator() {
        for (int blockClass = 0; blockClass < classes.count(); blockClass++) {
            int bytes = classes.bytes(blockClass);
            assertEquals(bytes, fixture.memory().goodSize(bytes));
            assertEquals(blockClass, classes.ofBlock(bytes));
        }
    }

    @Test
    void shouldHaveAClassForATlsRecord() {
        int bytes = classes.bytes(classes.of(BlockClasses.TLS_RECORD_BYTES));
        assertTrue(bytes < BlockClasses.TLS_RECORD_BYTES + BlockClasses.TLS_RECORD_BYTES / 32, bytes + " bytes");
    }

    @Test
    void shouldGiveNoClassToABlockOfAnotherSize() {
        assertEquals(BlockClasses.NONE, classes.ofBlock(1152));
        assertEquals(BlockClasses.NONE, classes.ofBlock(1L << 40));
    }
}
