// SPDX-License-Identifier: Apache-2.0
package dev.quarry;

import static dev.quarry.Pressure.MODERATE;
import static dev.quarry.Pressure.NORMAL;
import static dev.quarry.Pressure.SEVERE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quarry.numa.MemoryReading;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PressureLevelsTest {
    private static final int UNKNOWN = MemoryReading.UNKNOWN;

    private final PressureLevels levels = new PressureLevels(85, 93);
    private long nowNs = Long.MAX_VALUE - TimeUnit.SECONDS.toNanos(3);

    private static MemoryReading used(int permille) {
        return reading(permille, 0, 0, 0);
    }

    private static MemoryReading reading(int permille, long high, long max, long kills) {
        return new MemoryReading(permille, 1000, high, max, kills, 0, 0);
    }

    private static MemoryReading stalled(int permille, int some, int full) {
        return new MemoryReading(permille, permille == UNKNOWN ? UNKNOWN : 1000, UNKNOWN, UNKNOWN, UNKNOWN, some, full);
    }

    private Pressure after(int seconds, MemoryReading reading) {
        nowNs += TimeUnit.SECONDS.toNanos(seconds);
        return levels.next(reading, 0, nowNs);
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0, 0, NORMAL",
        "849, 0, 0, NORMAL",
        "850, 0, 0, MODERATE",
        "929, 0, 0, MODERATE",
        "930, 0, 0, SEVERE",
        "1200, 0, 0, SEVERE",
        "100, 500, 0, NORMAL",
        "100, 501, 0, MODERATE",
        "100, 2000, 0, MODERATE",
        "100, 2001, 0, SEVERE",
        "100, 501, 500, MODERATE",
        "100, 501, 501, SEVERE",
        "-1, 501, 0, MODERATE",
        "-1, 0, 0, NORMAL",
    })
    void shouldFollowUsageAndWaiting(int permille, int some, int full, Pressure expected) {
        assertEquals(expected, after(0, stalled(permille, some, full)));
    }

    @Test
    void shouldGoUpAtOnceAndDownAfterTenSecondsBelow() {
        assertEquals(MODERATE, after(0, used(900)));
        assertEquals(SEVERE, after(1, used(990)));
        assertEquals(SEVERE, after(1, used(100)));
        assertEquals(SEVERE, after(9, used(100)));
        assertEquals(NORMAL, after(1, used(100)));
    }

    @Test
    void shouldGoDownToTheHighestLevelThatWasSeenMeanwhile() {
        assertEquals(SEVERE, after(0, used(990)));
        assertEquals(SEVERE, after(1, used(100)));
        assertEquals(SEVERE, after(5, used(900)));
        assertEquals(MODERATE, after(5, used(100)));
        assertEquals(MODERATE, after(9, used(100)));
        assertEquals(NORMAL, after(10, used(100)));
    }

    @Test
    void shouldStayWhileItIsReachedAgainAndAgain() {
        for (int i = 0; i < 20; i++) {
            assertEquals(SEVERE, after(1, used(i % 9 == 0 ? 940 : 500)));
        }
    }

    /// The clock's own overflow, and a machine that was suspended for an hour.
    @Test
    void shouldTakeAnyClock() {
        assertEquals(SEVERE, after(0, used(990)));
        assertEquals(SEVERE, after(1, used(100)));
        assertEquals(NORMAL, after(3600, used(100)));
        assertEquals(SEVERE, after(3600, used(990)));
        assertEquals(SEVERE, after(3600, used(990)));
    }

    @Test
    void shouldCountEventsOnlyNearTheThreshold() {
        assertEquals(NORMAL, after(0, reading(800, 5, 5, 5)));
        assertEquals(NORMAL, after(1, reading(800, 5, 5, 5)), "counts from before the first reading say nothing");
        assertEquals(NORMAL, after(1, reading(700, 6, 6, 5)), "reclaiming files' pages costs nothing");
        assertEquals(MODERATE, after(1, reading(750, 6, 7, 5)));
        assertEquals(NORMAL, new PressureLevels(85, 93).next(reading(800, 9, 9, 9), 0, 0));
    }

    @Test
    void shouldBeSevereWhenAProcessWasKilled() {
        assertEquals(NORMAL, after(0, reading(100, 0, 0, 5)));
        assertEquals(SEVERE, after(1, reading(100, 0, 0, 6)));
    }

    @Test
    void shouldTakeTheOwnLimitWhereNothingIsTold() {
        assertEquals(MODERATE, levels.next(MemoryReading.NOTHING, 900, 0));
        assertEquals(SEVERE, levels.next(MemoryReading.NOTHING, 930, 0));
        assertEquals(NORMAL, new PressureLevels(85, 93).next(used(100), 999, 0), "the system's word counts");
        assertEquals(NORMAL, new PressureLevels(85, 93).next(stalled(UNKNOWN, 0, 0), 999, 0));
    }

    @Test
    void shouldAskForCloserReadingsNearTheThresholdAndWhileMemoryIsShort() {
        after(0, used(749));
        assertFalse(levels.isNear());
        after(1, used(750));
        assertTrue(levels.isNear());
        after(1, used(990));
        after(1, used(100));
        assertTrue(levels.isNear());
        after(10, used(100));
        assertFalse(levels.isNear());
    }
}
