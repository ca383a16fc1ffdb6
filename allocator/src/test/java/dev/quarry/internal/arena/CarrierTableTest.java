// SPDX-License-Identifier: Apache-2.0
package dev.quarry.internal.arena;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;

import dev.quarry.internal.slab.SimulatedSpace;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CarrierTableTest {
    private static final int STEPS = 2_000;
    private static final int MOST = 300;

    /// As far apart as the stacks of threads.
    private static final long STACK_BYTES = (1 << 20) + (12 << 10);

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void shouldFindWhatAMapFinds(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        Map<Long, Carrier> expected = new HashMap<>();
        try (ArenaFixture fixture = new ArenaFixture(SimulatedSpace.options())) {
            Arena arena = fixture.arena();
            CarrierTable table = CarrierTable.EMPTY;
            for (int step = 0; step < STEPS; step++) {
                long osThread = 0x7f00_0000_06c0L + STACK_BYTES * random.nextInt(MOST);
                Carrier known = expected.get(osThread);
                assertSame(known, table.find(osThread));
                if (known == null) {
                    Carrier added = new Carrier(osThread, arena);
                    expected.put(osThread, added);
                    table = table.with(added);
                } else if (random.nextInt(3) > 0) {
                    expected.remove(osThread);
                    table = table.without(known);
                }
                assertEquals(expected.size(), table.size());
            }
            List<Carrier> all = new ArrayList<>(List.of(table.carriers()));
            all.removeAll(expected.values());
            assertEquals(List.of(), all);
            for (long index = 0; index < MOST; index++) {
                long osThread = 0x7f00_0000_06c0L + STACK_BYTES * index;
                assertSame(expected.get(osThread), table.find(osThread));
                assertNull(table.find(osThread + 64));
            }
        }
    }
}
