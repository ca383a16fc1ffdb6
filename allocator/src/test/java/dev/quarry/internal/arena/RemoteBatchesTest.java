// SPDX-License-Identifier: Apache-2.0
package dev.quarry.internal.arena;

import static dev.quarry.internal.slab.SlabLayout.REMOTE;
import static dev.quarry.numa.RawMemory.getLong;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quarry.DoubleFreeException;
import dev.quarry.internal.slab.SimulatedSpace;
import dev.quarry.internal.slab.SizeClasses;
import dev.quarry.internal.slab.SlabLayout;
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

    private int arrived(long slab) {
        return SlabLayout.remoteCount(getLong(slab + REMOTE));
    }

    @Test
    void shouldSendAChainWhenItIsLongEnough() {
        long[] blocks = blocks(RemoteBatches.MAX_COUNT, 64);
        long slab = fixture.slabOf(blocks[0]);
        for (int i = 0; i < RemoteBatches.MAX_COUNT - 1; i++) {
            freer.free(blocks[i]);
            assertEquals(i + 1, freer.heldRemote(slab));
            assertEquals(0, arrived(slab));
        }
        freer.free(blocks[RemoteBatches.MAX_COUNT - 1]);
        assertEquals(0, freer.heldRemote(slab));
        assertEquals(RemoteBatches.MAX_COUNT, arrived(slab));
    }

    @Test
    void shouldSendAChainWhenItHoldsBytesEnough() {
        int slots = RemoteBatches.MAX_BYTES / 4096;
        long[] blocks = blocks(slots, 4096);
        for (long block : blocks) {
            freer.free(block);
        }
        assertEquals(slots, arrived(fixture.slabOf(blocks[0])));

        long large = owner.malloc(SizeClasses.MAX_SLOT);
        freer.free(large);
        assertEquals(1, arrived(fixture.slabOf(large)));
    }

    @Test
    void shouldHoldBackNoMoreThanItsBound() {
        long[] blocks = blocks(4_000, 4000);
        Set<Long> slabs = new HashSet<>();
        for (long block : blocks) {
            slabs.add(fixture.slabOf(block));
        }
        assertTrue(slabs.size() > 4 * RemoteBatches.ENTRIES, slabs.size() + " slabs");
        // Each slab gets one block after the other, so that every chain is open as long as it may be.
        for (int first = 0; first < 16; first++) {
            for (int i = first; i < blocks.length; i += 16) {
                freer.free(blocks[i]);
            }
            long chains =
                    slabs.stream().filter(slab -> freer.heldRemote(slab) > 0).count();
            int held = slabs.stream().mapToInt(freer::heldRemote).sum();
            assertTrue(chains <= RemoteBatches.ENTRIES, chains + " chains");
            assertTrue(held <= RemoteBatches.ENTRIES * (RemoteBatches.MAX_BYTES / 4000), held + " slots");
        }
    }

    @Test
    void shouldSendAllChainsWhenItIsTrimmed() {
        long[] blocks = blocks(3, 64);
        long slab = fixture.slabOf(blocks[0]);
        freer.free(blocks[0]);
        freer.free(blocks[1]);
        freer.trim();

        assertEquals(0, freer.heldRemote(slab));
        assertEquals(2, arrived(slab));
        owner.readMail();
        assertEquals(0, arrived(slab));
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
        assertEquals(1, freer.heldRemote(fixture.slabOf(block)));
    }

    @Test
    void shouldSendBlocksOfAnArenaThatHasGoneToItsZone() {
        long[] blocks = blocks(2, 64);
        long slab = fixture.slabOf(blocks[0]);
        freer.free(blocks[0]);
        owner.surrender();
        freer.trim();
        assertEquals(1, arrived(slab));
        owner.zone().deliverMail();

        assertEquals(0, arrived(slab));
        assertEquals(1, SlabLayout.used(slab));
        freer.free(blocks[1]);
        freer.trim();
        owner.zone().deliverMail();
        assertEquals(fixture.space().nullSlab, fixture.slabOf(blocks[0]), "the empty slab has retired");
    }
}
