// SPDX-License-Identifier: Apache-2.0
package dev.quarry.internal.buddy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quarry.internal.region.SimulatedRegions;
import dev.quarry.internal.region.Table;
import java.util.BitSet;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class DirtyMapTest {
    private static final int PAGES = 512;

    private final SimulatedRegions machine = new SimulatedRegions(0);
    private DirtyMap dirty;

    @BeforeEach
    void makeMap() {
        Table bits = machine.table(4096);
        assertTrue(bits.tryCover(4096));
        dirty = new DirtyMap(bits.address());
    }

    @AfterEach
    void releaseMachine() {
        machine.close();
    }

    @Test
    void shouldBeCleanAtFirst() {
        assertEquals(0, dirty.count(0, PAGES));
    }

    @Test
    void shouldMarkNothingWhenTheRangeIsEmpty() {
        dirty.set(64, 0);
        dirty.set(5, 0);

        assertEquals(0, dirty.count(0, PAGES));
    }

    @Test
    void shouldEndARangeAtTheEndOfAWord() {
        dirty.set(0, 64);
        dirty.set(127, 1);

        assertEquals(64, dirty.count(0, 65));
        assertEquals(0, dirty.count(64, 63));
        assertEquals(1, dirty.count(64, 64));
        dirty.clear(63, 65);
        assertEquals(63, dirty.count(0, PAGES));
    }

    @Test
    void shouldCountAsABitSetDoes() {
        long seed = System.nanoTime();
        SplittableRandom random = new SplittableRandom(seed);
        BitSet model = new BitSet(PAGES);
        for (int step = 0; step < 20_000; step++) {
            int page = random.nextInt(PAGES);
            int end = page + random.nextInt(PAGES - page + 1);
            if (random.nextBoolean()) {
                dirty.set(page, end - page);
                model.set(page, end);
            } else {
                dirty.clear(page, end - page);
                model.clear(page, end);
            }
            int from = random.nextInt(PAGES);
            int to = from + random.nextInt(PAGES - from + 1);
            int expected = model.get(from, to).cardinality();
            assertEquals(expected, dirty.count(from, to - from), "seed " + seed + ", step " + step);
        }
    }
}
