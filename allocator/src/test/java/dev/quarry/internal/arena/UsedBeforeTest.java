// SPDX-License-Identifier: Apache-2.0
package dev.quarry.internal.arena;

import static dev.quarry.numa.RawMemory.putLong;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import dev.quarry.internal.slab.SimulatedSpace;
import dev.quarry.internal.slab.SizeClasses;
import dev.quarry.internal.slab.SlabLayout;
import dev.quarry.internal.slab.Slabs;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Freed slots are used again before memory is touched for the first time.
class UsedBeforeTest {
    private static final int BYTE_SIZE = 1024;
    private static final int CAPACITY = SizeClasses.capacity(SizeClasses.of(BYTE_SIZE));

    /// Of blocks so large one slot enters a slab's list at a time.
    private static final int LARGE_BYTE_SIZE = 4096;

    private final ArenaFixture fixture = new ArenaFixture(SimulatedSpace.options());
    private final Arena arena = fixture.arena();

    @AfterEach
    void releaseMachine() {
        fixture.verify();
        fixture.close();
    }

    private int stepSlots(long[] blocks) {
        return Slabs.stepSlots(fixture.slabOf(blocks[0]));
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
        int stepSlots = stepSlots(first);
        long[] second = malloc(stepSlots);
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
        int stepSlots = stepSlots(first);
        long[] second = malloc(stepSlots);
        free(Arrays.copyOf(first, stepSlots - 1));

        assertEquals(fixture.slabOf(second[0]), fixture.slabOf(arena.malloc(BYTE_SIZE)));
    }

    @Test
    void shouldGoOnWithTheSlabThatWasPutAside() {
        long[] first = malloc(CAPACITY);
        int stepSlots = stepSlots(first);
        long[] second = malloc(stepSlots);
        free(Arrays.copyOf(first, stepSlots));
        assertEquals(fixture.slabOf(first[0]), fixture.slabOf(malloc(stepSlots)[0]));

        long[] others = malloc(CAPACITY - stepSlots);

        for (long block : others) {
            assertEquals(fixture.slabOf(second[0]), fixture.slabOf(block));
        }
        free(first);
        free(second);
        free(others);
        assertEquals(0, fixture.pool().stats().liveBytes());
    }

    @Test
    void shouldRetireASlabWhoseOnlySlotWasLost() {
        long[] first = new long[SizeClasses.capacity(SizeClasses.of(LARGE_BYTE_SIZE))];
        Arrays.setAll(first, index -> arena.malloc(LARGE_BYTE_SIZE));
        assertEquals(1, stepSlots(first));
        long alone = arena.malloc(LARGE_BYTE_SIZE);
        arena.free(alone);
        putLong(fixture.slabOf(alone) + SlabLayout.HEAD, SlabLayout.END); // what a stack overflow between stores does
        assertEquals(1, fixture.pool().verify());
        arena.free(first[0]);

        assertEquals(first[0], arena.malloc(LARGE_BYTE_SIZE));
        arena.trim();

        assertEquals(0, fixture.pool().verify());
    }
}
