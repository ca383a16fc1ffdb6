// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.result;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.junit.jupiter.api.Test;

class TimingTest {
    @Test
    void shouldDivideByOperations() {
        Timing timing = Timing.of(10, List.of(90L, 30L, 50L));
        assertEquals(9, timing.firstNs());
        assertEquals(3, timing.bestNs());
        assertEquals(5, timing.medianNs());
    }

    @Test
    void shouldTakeTheMeanOfTheTwoMiddleRounds() {
        assertEquals(3.5, Timing.of(1, List.of(9L, 3L, 4L, 1L)).medianNs());
    }

    @Test
    void shouldRefuseNoRounds() {
        assertThrows(IllegalArgumentException.class, () -> new Timing(List.of()));
    }
}
