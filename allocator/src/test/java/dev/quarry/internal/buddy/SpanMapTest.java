// SPDX-License-Identifier: Apache-2.0
package dev.quarry.internal.buddy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quarry.internal.region.SimulatedRegions;
import dev.quarry.internal.region.Table;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SpanMapTest {
    private static final long LARGEST_RUN = (1L << 31) - 1;

    private final SimulatedRegions machine = new SimulatedRegions(0);
    private SpanMap map;

    @BeforeEach
    void makeMap() {
        Table records = machine.table(1 << 16);
        assertTrue(records.tryCover(1 << 16));
        map = new SpanMap(records.address());
    }

    @AfterEach
    void releaseMachine() {
        machine.close();
    }

    @Test
    void shouldKeepTheFieldsOfARecordApart() {
        map.setRelease(3, SpanMap.SLAB, 0xFF, LARGEST_RUN);
        map.setSecond(3, -1);

        long word = map.wordAcquire(3);
        assertEquals(SpanMap.SLAB, SpanMap.state(word));
        assertEquals(0xFF, SpanMap.detail(word));
        assertEquals(LARGEST_RUN, SpanMap.pages(word));
        assertEquals(-1, map.second(3));
        assertEquals(0, map.wordAcquire(2));
        assertEquals(0, map.second(2));
        assertEquals(0, map.wordAcquire(4));
    }

    @Test
    void shouldLetASpanBeTakenOutOnce() {
        map.setRelease(1, SpanMap.SPAN, 7, 300);
        long word = map.wordAcquire(1);

        assertTrue(map.tryCache(1, word));
        assertFalse(map.tryCache(1, word));
        assertEquals(SpanMap.CACHED, SpanMap.state(map.wordAcquire(1)));
        assertEquals(7, SpanMap.detail(map.wordAcquire(1)));
        assertEquals(300, SpanMap.pages(map.wordAcquire(1)));
    }

    @Test
    void shouldNotTakeOutASpanThatHasChanged() {
        map.setRelease(1, SpanMap.SPAN, 7, 300);
        long stale = map.wordAcquire(1);
        map.setRelease(1, SpanMap.SPAN, 7, 200);

        assertFalse(map.tryCache(1, stale));
        assertEquals(SpanMap.SPAN, SpanMap.state(map.wordAcquire(1)));
    }
}
