// SPDX-License-Identifier: Apache-2.0
package dev.quarry.internal.arena;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import dev.quarry.internal.slab.SimulatedSpace;
import dev.quarry.internal.slab.SizeClasses;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Freed slots are used again before memory is touched for the first time.
class UsedBeforeTest {
    private static final int BYTE_SIZE = 1024;
    private static final int CAPACITY = SizeClasses.capacity(SizeClasses.of(BYTE_SIZE));

    /// As many as enter a slab's list at a time.
    private static final int STEP_SLOTS = 4096 / BYTE_SIZE;

    private final ArenaFixture fixture = new ArenaFixture(SimulatedSpace.options());
    private final Arena arena = fixture.arena();

    @AfterEach
    void releaseMachine() {
        fixture.verify();
        fixture.close();
    }

    private long[] malloc(int count) {
        long[] blocks = new long[count];
        Arrays.setAll(blocks, index -> arena.malloc(BYTE_SIZE));
        return blocks;
    }

    private void free(long[] blocks) {
        for (long block : blocks) {
            arena.free(block);
        }
    }

    @Test
    void shouldTakeFreedSlotsOfAnotherSlabBeforeNewOnesOfTheCurrent() {
        long[] first = malloc(CAPACITY);
        long[] second = malloc(STEP_SLOTS);
        assertNotEquals(fixture.slabOf(first[0]), fixture.slabOf(second[0]));
        long[] freed = Arrays.copyOf(first, CAPACITY / 2);
        free(freed);

        long[] again = malloc(freed.length);

        Arrays.sort(freed);
        Arrays.sort(again);
        assertEquals(Arrays.toString(freed), Arrays.toString(again));
    }

    @Test
    void shouldNotTurnToASlabForFewerSlotsThanAreNewAtATime() {
        long[] first = malloc(CAPACITY);
        long[] second = malloc(STEP_SLOTS);
        free(Arrays.copyOf(first, STEP_SLOTS - 1));

        assertEquals(fixture.slabOf(second[0]), fixture.slabOf(arena.malloc(BYTE_SIZE)));
    }

    @Test
    void shouldGoOnWithTheSlabThatWasPutAside() {
        long[] first = malloc(CAPACITY);
        long[] second = malloc(STEP_SLOTS);
        free(Arrays.copyOf(first, STEP_SLOTS));
        assertEquals(fixture.slabOf(first[0]), fixture.slabOf(malloc(STEP_SLOTS)[0]));

        long[] others = malloc(CAPACITY - STEP_SLOTS);

        for (long block : others) {
            assertEquals(fixture.slabOf(second[0]), fixture.slabOf(block));
        }
        free(first);
        free(second);
        free(others);
        assertEquals(0, fixture.pool().stats().liveBytes());
    }
}
