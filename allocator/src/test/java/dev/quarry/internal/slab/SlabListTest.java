// SPDX-License-Identifier: Apache-2.0
package dev.quarry.internal.slab;

import static dev.quarry.numa.RawMemory.getInt;
import static dev.quarry.numa.RawMemory.putInt;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SlabListTest {
    private final SlabFixture fixture = new SlabFixture();
    private final SlabList list = new SlabList(SlabLayout.PARTIAL);

    @AfterEach
    void releaseMachine() {
        fixture.close();
    }

    private static List<Long> members(SlabList list) {
        List<Long> members = new ArrayList<>();
        for (long slab = list.head(); slab != 0; slab = SlabList.next(slab)) {
            members.add(slab);
        }
        return members;
    }

    @Test
    void shouldBeEmptyAtFirst() {
        assertEquals(0, list.head());
        assertEquals(0, list.size());
    }

    @Test
    void shouldGiveItsStateAndKeepTheFlags() {
        long slab = fixture.slab(0);
        putInt(slab + SlabLayout.STATE, SlabLayout.ZEROED | SlabLayout.CURRENT);
        list.append(slab);

        assertEquals(SlabLayout.PARTIAL, SlabLayout.state(slab));
        assertEquals(SlabLayout.ZEROED | SlabLayout.PARTIAL, getInt(slab + SlabLayout.STATE));
    }

    @Test
    void shouldKeepTheOrderOfArrivalWhateverIsRemoved() {
        long seed = System.nanoTime();
        SplittableRandom random = new SplittableRandom(seed);
        List<Long> outside = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            outside.add(fixture.slab(0));
        }
        List<Long> model = new ArrayList<>();
        for (int step = 0; step < 5_000; step++) {
            if (!outside.isEmpty() && (model.isEmpty() || random.nextBoolean())) {
                Long slab = outside.remove(random.nextInt(outside.size()));
                list.append(slab);
                model.add(slab);
            } else {
                Long slab = model.remove(random.nextInt(model.size()));
                list.remove(slab);
                outside.add(slab);
            }
            assertEquals(model, members(list), "seed " + seed + ", step " + step);
            assertEquals(model.size(), list.size());
        }
    }
}
