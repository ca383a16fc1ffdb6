// SPDX-License-Identifier: Apache-2.0
package dev.quarry.internal.arena;

import static dev.quarry.internal.slab.SlabLayout.REMOTE;
import static dev.quarry.numa.RawMemory.getLong;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quarry.AllocatorStats;
import dev.quarry.DoubleFreeException;
import dev.quarry.internal.slab.BatchLayout;
import dev.quarry.internal.slab.SimulatedSpace;
import dev.quarry.internal.slab.SizeClasses;
import dev.quarry.internal.slab.SlabLayout;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RemoteBatchesTest {
    private final ArenaFixture fixture = new ArenaFixture(SimulatedSpace.options());
    private final Arena owner = fixture.arena();
    private final Arena freer = fixture.arena();

    @AfterEach
    void releaseMachine() {
        fixture.verify();
        fixture.close();
    }

    private long[] blocks(int count, long size) {
        long[] blocks = new long[count];
        for (int i = 0; i < count; i++) {
            blocks[i] = owner.malloc(size);
        }
        return blocks;
    }

    private static int arrived(long slab) {
        return SlabLayout.remoteCount(getLong(slab + REMOTE));
    }

    private static long held(Arena arena) {
        long[] slots = new long[SizeClasses.COUNT];
        arena.countRemote(slots);
        return Arrays.stream(slots).sum();
    }

    @Test
    void shouldSendABatchWhenItHasSlotsEnough() {
        long[] blocks = blocks(BatchLayout.MAX_SLOTS, 64);
        for (int i = 0; i < blocks.length - 1; i++) {
            freer.free(blocks[i]);
            assertEquals(i + 1, held(freer));
            assertFalse(owner.readMail());
        }
        freer.free(blocks[blocks.length - 1]);

        assertEquals(blocks.length, held(freer), "it is in the mail");
        assertTrue(owner.readMail());
        assertEquals(0, held(freer));
        assertEquals(0, SlabLayout.used(fixture.slabOf(blocks[0])));
    }

    @Test
    void shouldSendABatchWhenItHoldsBytesEnough() {
        for (int size : new int[] {4096, SizeClasses.MAX_SLOT}) {
            long[] blocks = blocks(BatchLayout.MAX_BYTES / size, size);
            for (long block : blocks) {
                assertFalse(owner.readMail());
                freer.free(block);
            }
            assertTrue(owner.readMail());
            assertEquals(0, held(freer));
        }
    }

    @Test
    void shouldSendABatchThatHasNoEntryForOneMoreSlab() {
        long[] blocks = new long[BatchLayout.CAPACITY + 1];
        for (int i = 0; i < blocks.length; i++) {
            blocks[i] = owner.malloc(16L * (i % 8 + 1) + i / 8 * 128);
        }
        for (long block : blocks) {
            assertFalse(owner.readMail());
            freer.free(block);
        }

        assertTrue(owner.readMail());
        assertEquals(1, held(freer), "the last one");
    }

    @Test
    void shouldCountTheSlotsOnTheirWayAsFree() {
        long[] blocks = blocks(BatchLayout.MAX_SLOTS + 1, 64);
        long[] live = {blocks.length, blocks.length - 1, 0, 0};
        int[] freed = {0, 1, blocks.length, blocks.length};
        int next = 0;
        for (int step = 0; step < live.length; step++) {
            while (next < freed[step]) {
                freer.free(blocks[next++]);
            }
            if (step == 3) {
                freer.trim();
                owner.readMail();
            }
            AllocatorStats stats = fixture.pool().stats();
            assertEquals(live[step], stats.liveBlocks());
            assertEquals(freed[step], stats.remoteFrees());
            fixture.verify();
        }
    }

    /// So that what an arena holds back, and what is in the mail, stay within their bounds.
    @Test
    void shouldPushToTheSlabsWhatAnOwnerDoesNotRead() {
        long[] blocks = blocks(8_000, 4000);
        Set<Long> slabs = new HashSet<>();
        for (long block : blocks) {
            slabs.add(fixture.slabOf(block));
            freer.free(block);
        }
        int most = RemoteBatches.BATCHES * (BatchLayout.MAX_BYTES / 4000 + 1);
        assertTrue(held(freer) <= most, held(freer) + " slots");
        assertEquals(
                blocks.length,
                held(freer)
                        + slabs.stream().mapToInt(RemoteBatchesTest::arrived).sum());
        fixture.verify();

        freer.trim();
        assertTrue(owner.readMail());
        assertEquals(0, held(freer));
        assertEquals(0, fixture.pool().stats().liveBlocks());
    }

    @Test
    void shouldKeepApartTheBlocksOfOwnersThatShareACounter() {
        Arena[] owners = new Arena[RemoteBatches.COUNTERS + 1];
        for (int i = 0; i < owners.length; i++) {
            owners[i] = fixture.arena();
        }
        Arena first = owners[0];
        Arena last = owners[RemoteBatches.COUNTERS];
        assertEquals(0, (last.id() - first.id()) % RemoteBatches.COUNTERS);
        long[] blocks = {first.malloc(64), last.malloc(64), first.malloc(64)};
        for (long block : blocks) {
            freer.free(block);
        }
        freer.trim();

        assertTrue(last.readMail(), "nobody had to send it on");
        assertTrue(first.readMail());
        assertEquals(0, SlabLayout.used(fixture.slabOf(blocks[0])));
        assertEquals(0, SlabLayout.used(fixture.slabOf(blocks[1])));
    }

    @Test
    void shouldBringBackTheSlotsOfAFullSlab() {
        int slots = SizeClasses.capacity(SizeClasses.of(4096));
        long[] blocks = blocks(slots + 1, 4096);
        long slab = fixture.slabOf(blocks[0]);
        assertEquals(SlabLayout.FULL, SlabLayout.state(slab));
        assertEquals(slots, SlabLayout.used(slab));
        freer.free(blocks[1]);
        freer.free(blocks[2]);
        freer.trim();
        owner.readMail();

        assertEquals(SlabLayout.PARTIAL, SlabLayout.state(slab));
        assertEquals(slots - 2, SlabLayout.used(slab));
        fixture.verify();
    }

    @Test
    void shouldRetireAFullSlabThatABatchEmpties() {
        int slots = SizeClasses.capacity(SizeClasses.of(4096));
        long[] blocks = blocks(slots + 1, 4096);
        long slab = fixture.slabOf(blocks[0]);
        for (int i = 0; i < slots; i++) {
            freer.free(blocks[i]);
        }
        freer.trim();
        owner.readMail();

        assertEquals(1, fixture.pool().stats().liveBlocks());
        fixture.verify();
        owner.trim();
        assertEquals(fixture.space().nullSlab, fixture.slabOf(blocks[0]), "slab " + slab);
    }

    @Test
    void shouldSendAllBatchesWhenItIsTrimmed() {
        long[] blocks = blocks(3, 64);
        long slab = fixture.slabOf(blocks[0]);
        freer.free(blocks[0]);
        freer.free(blocks[1]);
        assertFalse(owner.readMail());
        freer.trim();

        assertTrue(owner.readMail());
        assertEquals(1, SlabLayout.used(slab));
    }

    @Test
    void shouldBringTheBlocksBackToTheirOwner() {
        int slots = SizeClasses.capacity(SizeClasses.of(64));
        Set<Long> first = new HashSet<>();
        for (long block : blocks(slots, 64)) {
            first.add(block);
        }
        first.forEach(freer::free);
        freer.trim();
        Set<Long> second = new HashSet<>();
        for (long block : blocks(slots, 64)) {
            second.add(block);
        }
        assertEquals(first, second);
    }

    @Test
    void shouldRefuseADoubleFreeOfABlockThatIsHeldBack() {
        long block = owner.malloc(64);
        freer.free(block);

        assertThrows(DoubleFreeException.class, () -> freer.free(block));
        assertThrows(DoubleFreeException.class, () -> owner.free(block));
        assertEquals(1, held(freer));
    }

    @Test
    void shouldSendBlocksOfAnArenaThatHasGoneToItsZone() {
        long[] blocks = blocks(3, 64);
        long slab = fixture.slabOf(blocks[0]);
        freer.free(blocks[0]);
        owner.surrender();
        freer.trim();
        assertEquals(0, arrived(slab), "the arena has it");
        owner.readMail();
        assertEquals(1, arrived(slab));
        owner.zone().deliverMail();
        assertEquals(2, SlabLayout.used(slab));

        freer.free(blocks[1]);
        freer.free(blocks[2]);
        freer.trim();
        assertEquals(2, arrived(slab), "the zone reads no batches");
        owner.zone().deliverMail();
        assertEquals(fixture.space().nullSlab, fixture.slabOf(blocks[0]), "the empty slab has retired");
    }
}
