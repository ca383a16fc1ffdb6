// SPDX-License-Identifier: Apache-2.0
package dev.quarry.internal.arena;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quarry.internal.slab.SimulatedSpace;
import dev.quarry.internal.slab.SizeClasses;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// What an arena keeps for one size serves another before the zone grows.
class ReuseBetweenClassesTest {
    private static final int SMALL = 64;
    private static final int SMALL_SLABS = 3;
    private static final int SPAN_BYTES = 100 << 10;

    private final ArenaFixture fixture = new ArenaFixture(SimulatedSpace.options());
    private final Arena arena = fixture.arena();

    @AfterEach
    void releaseMachine() {
        fixture.verify();
        fixture.close();
    }

    /// Fills some slabs of a size and empties them again, as often as it takes for the arena to keep them.
    private void leaveEmptySlabs() {
        int slots = SizeClasses.capacity(SizeClasses.of(SMALL)) * SMALL_SLABS;
        long[] blocks = new long[slots];
        for (int round = 0; round < 3; round++) {
            for (int slot = 0; slot < slots; slot++) {
                blocks[slot] = arena.malloc(SMALL);
            }
            for (long block : blocks) {
                arena.free(block);
            }
        }
    }

    private long lookasideBytes() {
        return fixture.pool().stats().lookasideBytes();
    }

    @Test
    void shouldGiveAnEmptySlabBackBeforeItTakesOneOfAnotherClass() {
        leaveEmptySlabs();
        long keptBytes = lookasideBytes();
        assertTrue(keptBytes >= 2L * SizeClasses.FRAME_BYTES, "kept " + keptBytes);

        arena.malloc(2 * SMALL);

        assertEquals(keptBytes - SizeClasses.FRAME_BYTES, lookasideBytes());
    }

    @Test
    void shouldGiveASpanBackBeforeItTakesOneOfAnotherClass() {
        arena.free(arena.malloc(SPAN_BYTES));
        long keptBytes = lookasideBytes();
        assertTrue(keptBytes >= SPAN_BYTES, "kept " + keptBytes);

        arena.malloc(2 * SPAN_BYTES);

        assertEquals(0, lookasideBytes());
    }
}
