// SPDX-License-Identifier: Apache-2.0
package dev.quarry.internal.slab;

import static dev.quarry.internal.slab.SlabFixture.pop;
import static dev.quarry.internal.slab.SlabFixture.push;
import static dev.quarry.internal.slab.SlabFixture.pushRemote;
import static dev.quarry.internal.slab.SlabLayout.END;
import static dev.quarry.internal.slab.SlabLayout.FREES;
import static dev.quarry.internal.slab.SlabLayout.HEAD;
import static dev.quarry.internal.slab.SlabLayout.MALLOCS;
import static dev.quarry.internal.slab.SlabLayout.REMOTE;
import static dev.quarry.numa.RawMemory.getInt;
import static dev.quarry.numa.RawMemory.getLong;
import static dev.quarry.numa.RawMemory.putChar;
import static dev.quarry.numa.RawMemory.putInt;
import static dev.quarry.numa.RawMemory.putLong;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SlabsTest {
    private static final int SLOTS_OF_48 = SizeClasses.of(48);

    private final SlabFixture fixture = new SlabFixture();
    private final long slab = fixture.slab(SLOTS_OF_48);

    @AfterEach
    void releaseMachine() {
        fixture.close();
    }

    private void assertFound(String message) {
        IllegalStateException broken = assertThrows(IllegalStateException.class, () -> Slabs.verify(slab));
        assertEquals("slab 0x10000000000 of slots of 48: " + message, broken.getMessage());
    }

    @Test
    void shouldBringInEachSlotOnceLowestFirst() {
        for (int sizeClass = 0; sizeClass < SizeClasses.COUNT; sizeClass += 7) {
            long fresh = fixture.slab(sizeClass);
            int slots = 0;
            while (Slabs.extend(fresh)) {
                Slabs.verify(fresh);
                for (int index = pop(fresh); index != END; index = pop(fresh)) {
                    assertEquals(slots++, index);
                }
            }
            assertEquals(SizeClasses.capacity(sizeClass), slots);
            assertEquals(slots, SlabLayout.used(fresh));
        }
    }

    @Test
    void shouldBringInAPageAtATime() {
        assertTrue(Slabs.extend(slab));
        assertEquals(Slabs.EXTEND_BYTES / 48, getInt(slab + SlabLayout.EXTENDED));

        long large = fixture.slab(SizeClasses.of(Slabs.EXTEND_BYTES));
        assertTrue(Slabs.extend(large));
        assertEquals(1, getInt(large + SlabLayout.EXTENDED));
    }

    @Test
    void shouldAskForMailOnlyWhenTheSlabHadNone() {
        Slabs.extend(slab);
        int[] indexes = {pop(slab), pop(slab), pop(slab)};

        assertTrue(pushRemote(slab, indexes[0]));
        assertFalse(pushRemote(slab, indexes[1]));
        assertEquals(2, Slabs.collectRemote(slab));
        assertTrue(pushRemote(slab, indexes[2]));
        assertEquals(1, Slabs.collectRemote(slab));
        assertEquals(0, Slabs.collectRemote(slab));
        assertEquals(0, SlabLayout.used(slab));
        assertEquals(0, Slabs.verify(slab));
    }

    @Test
    void shouldCollectBehindWhatIsFreeAlready() {
        Slabs.extend(slab);
        int first = pop(slab);
        int second = pop(slab);
        int third = pop(slab);
        push(slab, first);
        pushRemote(slab, second);
        pushRemote(slab, third);
        Slabs.collectRemote(slab);

        assertEquals(third, pop(slab));
        assertEquals(second, pop(slab));
        assertEquals(first, pop(slab));
        Slabs.verify(slab);
    }

    @Test
    void shouldJoinAChainToWhatIsFreeAlready() {
        Slabs.extend(slab);
        int first = pop(slab);
        int second = pop(slab);
        int third = pop(slab);
        push(slab, first);
        putChar(SlabLayout.link(slab, third), (char) second);
        putChar(SlabLayout.link(slab, second), (char) SlabLayout.END);
        long chain = Chain.ofOne(3) + Chain.ONE_SLOT + ((long) second << 16 | third);
        Slabs.join(slab, chain);

        assertEquals(2, Chain.slots(chain));
        assertEquals(3, Chain.sizeClass(chain));
        assertEquals(0, SlabLayout.used(slab));
        assertEquals(third, pop(slab));
        assertEquals(second, pop(slab));
        assertEquals(first, pop(slab));
        Slabs.verify(slab);
    }

    @Test
    void shouldLookAsIfTheNextFreeWereTheLastWhileItIsFull() {
        Slabs.extend(slab);
        push(slab, pop(slab));
        while (getLong(slab + SlabLayout.HEAD) != SlabLayout.END) {
            pop(slab);
        }
        long used = SlabLayout.used(slab);
        Slabs.setFull(slab);

        assertEquals(getLong(slab + SlabLayout.MALLOCS) - 1, getLong(slab + SlabLayout.FREES));
        assertEquals(used, SlabLayout.used(slab));
        assertEquals(1, SlabLayout.frees(slab));
        Slabs.verify(slab);
        // As frees do for whose slow path the stack did not suffice.
        push(slab, 1);
        push(slab, 2);
        assertEquals(used - 2, SlabLayout.used(slab));
        Slabs.verify(slab);
        Slabs.clearFull(slab);
        assertEquals(3, getLong(slab + SlabLayout.FREES));
        assertEquals(used - 2, SlabLayout.used(slab));
        Slabs.verify(slab);
    }

    @Test
    void shouldCountRemoteFreesAsUsedUntilTheyAreCollected() {
        Slabs.extend(slab);
        int index = pop(slab);
        pushRemote(slab, index);

        assertEquals(1, SlabLayout.used(slab));
        assertEquals(1, SlabLayout.remoteCount(getLong(slab + REMOTE)));
        Slabs.verify(slab);
    }

    @Test
    void shouldTakeAChainOfSlotsInOnePush() {
        Slabs.extend(slab);
        int last = pop(slab);
        int middle = pop(slab);
        int first = pop(slab);
        putChar(SlabLayout.link(slab, first), (char) middle);
        putChar(SlabLayout.link(slab, middle), (char) last);

        assertTrue(Slabs.pushRemote(slab, first, SlabLayout.link(slab, last), 3));
        Slabs.verify(slab);
        assertEquals(3, Slabs.collectRemote(slab));
        assertEquals(first, pop(slab));
        assertEquals(middle, pop(slab));
        assertEquals(last, pop(slab));
    }

    @Test
    void shouldLoseNoSlotWhateverTheOrder() {
        long seed = System.nanoTime();
        SplittableRandom random = new SplittableRandom(seed);
        List<Integer> live = new ArrayList<>();
        boolean inMail = false;
        for (int step = 0; step < 20_000; step++) {
            int dice = random.nextInt(100);
            if (dice < 50) {
                int index = getLong(slab + HEAD) == END && !Slabs.extend(slab) ? END : pop(slab);
                if (index != END) {
                    assertFalse(live.contains(index), "a slot was handed out twice, seed " + seed);
                    live.add(index);
                }
            } else if (dice < 70 && !live.isEmpty()) {
                push(slab, live.remove(random.nextInt(live.size())));
            } else if (dice < 95 && !live.isEmpty()) {
                assertEquals(!inMail, pushRemote(slab, live.remove(random.nextInt(live.size()))), "seed " + seed);
                inMail = true;
            } else {
                Slabs.collectRemote(slab);
                inMail = false;
            }
            assertEquals(0, Slabs.verify(slab), "seed " + seed + ", step " + step);
        }
        Slabs.collectRemote(slab);
        assertEquals(live.size(), SlabLayout.used(slab), "seed " + seed);
    }

    @Test
    void shouldCountWhatAStackOverflowLost() {
        Slabs.extend(slab);
        putLong(slab + HEAD, SlabLayout.next(slab, 0));

        assertEquals(1, Slabs.verify(slab));
    }

    @Test
    void shouldFindAnAllocatedSlotInTheFreeList() {
        Slabs.extend(slab);
        putChar(SlabLayout.link(slab, 3), SlabLayout.ALLOCATED);
        assertFound("an allocated slot is in a free list");
    }

    @Test
    void shouldFindAQuarantinedSlotInTheFreeList() {
        Slabs.extend(slab);
        putChar(SlabLayout.link(slab, 3), SlabLayout.QUARANTINED);
        assertFound("an allocated slot is in a free list");
    }

    @Test
    void shouldFindAFreeListThatIsACircle() {
        Slabs.extend(slab);
        putChar(SlabLayout.link(slab, 6), (char) 3);
        assertFound("a free list is a circle");
    }

    @Test
    void shouldFindAFreeListThatLeavesTheSlab() {
        Slabs.extend(slab);
        putChar(SlabLayout.link(slab, 6), (char) getInt(slab + SlabLayout.EXTENDED));
        assertFound("a free list leaves the slab");
    }

    @Test
    void shouldFindASlotThatIsAllocatedAndNotCounted() {
        Slabs.extend(slab);
        pop(slab);
        putLong(slab + MALLOCS, 0);
        assertFound("more slots allocated than counted");
    }

    @Test
    void shouldFindAFreeThatIsNotCounted() {
        Slabs.extend(slab);
        push(slab, pop(slab));
        putLong(slab + FREES, 0);
        assertFound("free list and used slots overlap");
    }

    @Test
    void shouldFindRemoteFreesThatDoNotAddUp() {
        Slabs.extend(slab);
        pushRemote(slab, pop(slab));
        putLong(slab + REMOTE, getLong(slab + REMOTE) + (1L << 32));
        assertFound("remote frees do not add up");
    }

    @Test
    void shouldFindASlabExtendedBeyondItsCapacity() {
        putInt(slab + SlabLayout.EXTENDED, SizeClasses.capacity(SLOTS_OF_48) + 1);
        assertFound("extended beyond its capacity");
    }
}
