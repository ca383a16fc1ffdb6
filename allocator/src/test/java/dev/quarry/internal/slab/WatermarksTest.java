// SPDX-License-Identifier: Apache-2.0
package dev.quarry.internal.slab;

import static dev.quarry.internal.slab.Watermarks.ABOVE;
import static dev.quarry.internal.slab.Watermarks.LOW;
import static dev.quarry.internal.slab.Watermarks.MIN;
import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WatermarksTest {
    /// The kernel's formula, worked out by hand: all in KiB but the distance's thousandth, which is in bytes.
    @ParameterizedTest
    @CsvSource({
        // managed KiB, min KiB, distance in bytes
        "512, 64, 16384",
        "1024, 128, 32768",
        "8192, 362, 92672",
        "65536, 1024, 262144",
        "1048576, 4096, 1073741",
        "16777216, 16384, 17179869",
        "17179869184, 262144, 17592186044",
    })
    void shouldHaveTheKernelsDistances(long managedKib, long minKib, long distanceBytes) {
        Watermarks marks = Watermarks.of(managedKib << 10);

        assertEquals(minKib << 10, marks.minBytes());
        assertEquals((minKib << 10) + distanceBytes, marks.lowBytes());
        assertEquals((minKib << 10) + 2 * distanceBytes, marks.highBytes());
    }

    @Test
    void shouldStayLowUntilTheHighMarkIsReached() {
        Watermarks marks = new Watermarks(100, 200, 300);

        assertEquals(ABOVE, marks.level(200, ABOVE));
        assertEquals(LOW, marks.level(199, ABOVE));
        assertEquals(LOW, marks.level(299, LOW));
        assertEquals(LOW, marks.level(299, MIN));
        assertEquals(ABOVE, marks.level(300, LOW));
        assertEquals(ABOVE, marks.level(300, MIN));
        assertEquals(LOW, marks.level(100, MIN));
        assertEquals(MIN, marks.level(99, LOW));
        assertEquals(MIN, marks.level(99, ABOVE));
    }
}
