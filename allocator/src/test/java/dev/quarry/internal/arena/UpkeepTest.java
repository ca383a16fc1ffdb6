// SPDX-License-Identifier: Apache-2.0
package dev.quarry.internal.arena;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quarry.internal.slab.SimulatedSpace;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// When an allocating thread looks after the whole, seen by an agent that has died and is brought back each time.
class UpkeepTest {
    private static final long SPAN_BYTES = 64 << 10;
    private static final long OTHER_SPAN_BYTES = 128 << 10;

    private final ArenaFixture fixture = new ArenaFixture(SimulatedSpace.options());
    private final DeadKeeper keeper = new DeadKeeper();
    private final Arena arena = fixture.arena();

    @BeforeEach
    void keepASpan() {
        arena.free(arena.malloc(SPAN_BYTES));
        fixture.pool().upkeep().keptBy(keeper);
    }

    @AfterEach
    void close() {
        fixture.verify();
        fixture.close();
    }

    @Test
    void shouldComeWithOneKeptSpanInSixteen() {
        for (int pair = 0; pair < 2 * Upkeep.SPANS_A_LOOK; pair++) {
            arena.free(arena.malloc(SPAN_BYTES));
        }

        assertEquals(2, keeper.restarts);
    }

    @Test
    void shouldComeWithEachSpanThatIsTakenFromTheZone() {
        for (int span = 1; span < Upkeep.SPANS_A_LOOK - 1; span++) {
            arena.malloc(OTHER_SPAN_BYTES);
            assertEquals(span, keeper.restarts);
        }
    }

    @Test
    void shouldComeWithARefill() {
        long block = arena.malloc(100);

        assertTrue(keeper.restarts > 0);
        arena.free(block);
    }

    private static final class DeadKeeper implements Keeper {
        private int restarts;

        @Override
        public boolean isAlive() {
            return false;
        }

        @Override
        public void restart() {
            restarts++;
        }

        @Override
        public void stir() {}

        @Override
        public void wake() {}
    }
}
