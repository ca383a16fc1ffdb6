// SPDX-License-Identifier: Apache-2.0
package dev.quarry.internal.region;

import static dev.quarry.internal.region.BootBitmap.LINE_BYTES;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

class BootBitmapTest {
    private static final long BASE = 1 << 20;
    private static final int PAGE_BYTES = 4096;
    private static final int PAGES = 4;

    private final BootBitmap bitmap = new BootBitmap(BASE, PAGES * PAGE_BYTES);

    @Test
    void shouldHandOutTheLowestLinesThatAreFree() {
        assertEquals(BASE, bitmap.allocate(1, 1));
        assertEquals(BASE + LINE_BYTES, bitmap.allocate(LINE_BYTES + 1, LINE_BYTES));
        assertEquals(BASE + 3 * LINE_BYTES, bitmap.allocate(LINE_BYTES, LINE_BYTES));
        assertEquals(4 * LINE_BYTES, bitmap.usedBytes());
    }

    @Test
    void shouldFillTheHoleThatAlignmentLeft() {
        bitmap.allocate(LINE_BYTES, LINE_BYTES);

        assertEquals(BASE + 1024, bitmap.allocate(LINE_BYTES, 1024));
        assertEquals(BASE + LINE_BYTES, bitmap.allocate(1024 - LINE_BYTES, LINE_BYTES));
        assertEquals(BASE + 1024 + LINE_BYTES, bitmap.allocate(LINE_BYTES, LINE_BYTES));
    }

    @Test
    void shouldHandOutEveryLineAndThenSayWhatIsUsed() {
        int lines = PAGES * PAGE_BYTES / LINE_BYTES;
        for (int line = 0; line < lines; line++) {
            assertEquals(BASE + (long) line * LINE_BYTES, bitmap.allocate(LINE_BYTES, LINE_BYTES));
        }

        IllegalStateException full = assertThrows(IllegalStateException.class, () -> bitmap.allocate(1, 1));
        assertEquals("the boot bitmap has no 1 bytes left of 16384; 16384 are used", full.getMessage());
    }

    @Test
    void shouldRefuseWhatIsLargerThanTheWhole() {
        assertThrows(IllegalStateException.class, () -> bitmap.allocate(PAGES * PAGE_BYTES + 1, 1));
        assertEquals(0, bitmap.usedBytes());
        assertEquals(BASE, bitmap.allocate(PAGES * PAGE_BYTES, 1));
    }

    @Test
    void shouldTellOnRetirementWhichPagesWereNeverUsed() {
        bitmap.allocate(PAGE_BYTES + 1, 1);
        bitmap.allocate(LINE_BYTES, 2 * PAGE_BYTES);

        assertEquals(BASE + PAGE_BYTES + LINE_BYTES, bitmap.allocate(PAGE_BYTES - LINE_BYTES, 1));
        assertArrayEquals(new boolean[] {false, false, false, true}, bitmap.retire(PAGE_BYTES));
    }

    @Test
    void shouldServeNobodyAfterRetirement() {
        bitmap.retire(PAGE_BYTES);

        IllegalStateException retired = assertThrows(IllegalStateException.class, () -> bitmap.allocate(1, 1));
        assertEquals("the boot bitmap has retired", retired.getMessage());
    }
}
