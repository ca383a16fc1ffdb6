// SPDX-License-Identifier: Apache-2.0
package dev.quarry.internal.slab;

import static dev.quarry.internal.buddy.SpanMap.PAGE_BYTES;
import static dev.quarry.internal.buddy.SpanMap.PAGE_SHIFT;
import static dev.quarry.numa.RawMemory.getInt;
import static dev.quarry.numa.RawMemory.getLong;
import static dev.quarry.numa.RawMemory.putInt;
import static dev.quarry.numa.RawMemory.putLong;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quarry.internal.buddy.SpanMap;
import dev.quarry.numa.Errno;
import dev.quarry.numa.OsCall;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ZoneTest {
    private static final int SLOTS_OF_64 = SizeClasses.of(64);
    private static final int ARENA = 5;

    private final SimulatedSpace fixture = new SimulatedSpace();
    private final Space space = fixture.space();
    private final Zone zone = fixture.zone();
    private final List<Integer> sentOn = new ArrayList<>();

    @BeforeEach
    void recordMailSentOn() {
        zone.setRouter((slab, owner) -> sentOn.add(owner));
    }

    @AfterEach
    void releaseMachine() {
        zone.verify();
        fixture.close();
    }

    private long slabWithOneLiveSlot() {
        long slab = zone.takeSlab(SLOTS_OF_64, ARENA);
        Slabs.extend(slab);
        assertEquals(0, SlabFixture.pop(slab));
        return slab;
    }

    private long page(long address) {
        return (address & ~1L) - zone.base() >>> PAGE_SHIFT;
    }

    /// Takes a span out of service, as its freer does, and frees it.
    private void freeSpan(long address) {
        long page = page(address);
        long word = zone.pages().map().wordAcquire(page);
        assertTrue(zone.pages().map().tryCache(page, word));
        zone.freeSpan(page, SpanMap.pages(word));
    }

    @Test
    void shouldPublishASlabUnderAllItsFrames() {
        int large = SizeClasses.of(30_000);
        long slab = zone.takeSlab(large, ARENA);
        long offset = getLong(slab + SlabLayout.BASE) - space.base;

        assertEquals(0, offset % SizeClasses.FRAME_BYTES);
        assertTrue(SizeClasses.slabBytes(large) > SizeClasses.FRAME_BYTES);
        for (int at = 0; at < SizeClasses.slabBytes(large); at += PAGE_BYTES) {
            assertEquals(slab, space.frames.slabAt(offset + at));
        }
        assertEquals(space.nullSlab, space.frames.slabAt(offset + SizeClasses.slabBytes(large)));
        assertEquals(ARENA, getInt(slab + SlabLayout.OWNER));
    }

    private long frame(long address) {
        return getLong(
                space.frames.address + ((address - space.base) >>> SizeClasses.FRAME_SHIFT << FrameTable.ENTRY_SHIFT));
    }

    @Test
    void shouldTellTheFramesWhoMayFreeWithoutQuestions() {
        long slab = zone.takeSlab(SizeClasses.of(30_000), ARENA);
        long last = getLong(slab + SlabLayout.BASE) + SizeClasses.slabBytes(SizeClasses.of(30_000)) - 1;

        assertEquals(ARENA, (char) frame(last));
        zone.setOwner(slab, ARENA | SlabLayout.GUARDED);
        assertEquals(0, (char) frame(last), "a guarded slab needs the slow path");
        assertEquals(slab, space.frames.slabAt(last - space.base));
        zone.setOwner(slab, ARENA);
        assertEquals(ARENA, (char) frame(last));
    }

    @Test
    void shouldFindFramesThatDoNotNameTheirSlab() {
        long slab = zone.takeSlab(SLOTS_OF_64, ARENA);
        putInt(slab + SlabLayout.OWNER, ARENA + 1);

        assertThrows(IllegalStateException.class, zone::verify);
        putInt(slab + SlabLayout.OWNER, ARENA);
    }

    @Test
    void shouldTakeASlabOutOfTheFramesWhenItRetires() {
        long slab = zone.takeSlab(SLOTS_OF_64, ARENA);
        long offset = getLong(slab + SlabLayout.BASE) - space.base;
        zone.retireSlab(slab);

        assertEquals(space.nullSlab, space.frames.slabAt(offset));
        assertEquals(0, zone.pages().dirtyFreeBytes());
        assertEquals(slab, zone.takeSlab(SLOTS_OF_64, ARENA), "its descriptor serves again");
    }

    @Test
    void shouldCallDirtyOnlyWhatWasHandedOutOfARetiredSlab() {
        long slab = slabWithOneLiveSlot();
        SlabFixture.push(slab, 0);
        zone.retireSlab(slab);

        assertEquals(PAGE_BYTES, zone.pages().dirtyFreeBytes());
        zone.locked(() -> {
            assertEquals(1, zone.depot().retiredMallocs(SLOTS_OF_64));
            assertEquals(1, zone.depot().retiredFrees(SLOTS_OF_64));
        });
    }

    @Test
    void shouldLendAnAdoptedSlabToTheNextArena() {
        long slab = slabWithOneLiveSlot();
        zone.adoptSlab(slab);
        assertEquals(0, getInt(slab + SlabLayout.OWNER));
        assertEquals(1, zone.depot().partialSlabs(SLOTS_OF_64));

        assertEquals(slab, zone.takeSlab(SLOTS_OF_64, ARENA + 1));
        assertEquals(ARENA + 1, getInt(slab + SlabLayout.OWNER));
        assertEquals(0, zone.depot().partialSlabs(SLOTS_OF_64));
    }

    @Test
    void shouldRetireAnAdoptedSlabThatIsEmpty() {
        long slab = slabWithOneLiveSlot();
        SlabFixture.push(slab, 0);
        long offset = getLong(slab + SlabLayout.BASE) - space.base;
        zone.adoptSlab(slab);

        assertEquals(0, zone.depot().partialSlabs(SLOTS_OF_64));
        assertEquals(space.nullSlab, space.frames.slabAt(offset));
    }

    @Test
    void shouldNotLendAFullSlabUntilARemoteFreeArrives() {
        long slab = zone.takeSlab(SLOTS_OF_64, ARENA);
        while (Slabs.extend(slab)) {
            while (SlabFixture.pop(slab) != SlabLayout.END) {}
        }
        zone.adoptSlab(slab);
        long other = zone.takeSlab(SLOTS_OF_64, ARENA);
        assertNotEquals(slab, other);

        assertTrue(SlabFixture.pushRemote(slab, 0));
        Mailbox.send(zone.mailbox(), slab);
        assertEquals(slab, zone.takeSlab(SLOTS_OF_64, ARENA));
        zone.locked(() -> assertEquals(1, zone.depot().collectedRemote()));
    }

    @Test
    void shouldRetireASlabWhoseLastBlockArrivesByMail() {
        long slab = slabWithOneLiveSlot();
        zone.adoptSlab(slab);
        long offset = getLong(slab + SlabLayout.BASE) - space.base;
        SlabFixture.pushRemote(slab, 0);
        Mailbox.send(zone.mailbox(), slab);
        zone.deliverMail();

        assertEquals(space.nullSlab, space.frames.slabAt(offset));
        assertEquals(0, zone.depot().partialSlabs(SLOTS_OF_64));
    }

    @Test
    void shouldSendOnMailForASlabThatHasAnOwnerAgain() {
        long slab = slabWithOneLiveSlot();
        SlabFixture.pushRemote(slab, 0);
        Mailbox.send(zone.mailbox(), slab);
        zone.deliverMail();

        assertEquals(List.of(ARENA), sentOn);
        assertEquals(1, SlabLayout.remoteCount(getLong(slab + SlabLayout.REMOTE)));
    }

    @Test
    void shouldSayWhetherASpanReadsAsZero() {
        long fresh = zone.allocateSpan(3, 0, Zone.DIRECT, 10_000);
        assertEquals(1, fresh & 1);
        assertEquals(10_000, zone.pages().map().second(page(fresh)));
        freeSpan(fresh);

        assertEquals(fresh & ~1L, zone.allocateSpan(3, 0, Zone.DIRECT, 10_000));
    }

    @Test
    void shouldGiveNoSpanWithoutCredit() {
        assertEquals(0, zone.allocateSpan(SimulatedSpace.NODE_BYTES >>> PAGE_SHIFT, 0, Zone.DIRECT, 1));
        assertTrue(space.ledger().refusals() > 0);
    }

    @Test
    void shouldGrowAndShrinkASpanInPlace() {
        long address = zone.allocateSpan(8, 3, Zone.DIRECT, 1) & ~1L;
        long page = page(address);

        assertTrue(zone.resizeSpan(page, 8, 15, 60_000));
        assertEquals(15, SpanMap.pages(zone.pages().map().wordAcquire(page)));
        assertTrue(zone.resizeSpan(page, 15, 2, 8_000));
        assertEquals(2, SpanMap.pages(zone.pages().map().wordAcquire(page)));
        assertEquals(8_000, zone.pages().map().second(page));
        assertEquals(13L << PAGE_SHIFT, zone.pages().dirtyFreeBytes());
    }

    @Test
    void shouldNotGrowASpanOverItsNeighbour() {
        long address = zone.allocateSpan(8, 3, Zone.DIRECT, 1) & ~1L;
        zone.allocateSpan(8, 3, Zone.DIRECT, 1);

        assertFalse(zone.resizeSpan(page(address), 8, 9, 36_000));
        assertEquals(1, zone.pages().map().second(page(address)));
    }

    @Test
    void shouldMoveASpanWithoutCopying() {
        long from = zone.allocateSpan(8, 0, Zone.DIRECT, 1) & ~1L;
        long to = zone.allocateSpan(16, 0, Zone.DIRECT, 1) & ~1L;
        putLong(from, 42);
        SpanMap map = zone.pages().map();
        assertTrue(map.tryCache(page(from), map.wordAcquire(page(from))));

        assertTrue(zone.moveSpan(page(from), page(to), 8));
        assertEquals(42, getLong(to));
        assertEquals(0, zone.pages().dirtyFreeBytes());
        assertEquals(from | 1, zone.allocateSpan(8, 0, Zone.DIRECT, 1), "the old place reads as zero");
    }

    @Test
    void shouldChangeNothingWhenTheSystemRefusesToMove() {
        long from = zone.allocateSpan(8, 0, Zone.DIRECT, 1) & ~1L;
        long to = zone.allocateSpan(8, 0, Zone.DIRECT, 1) & ~1L;
        putLong(from, 42);
        fixture.os().failNth(OsCall.REMAP, 1, Errno.ENOMEM);

        assertFalse(zone.moveSpan(page(from), page(to), 8));
        assertEquals(42, getLong(from));
        assertEquals(0, getLong(to));
    }

    @Test
    void shouldReturnAllCreditWhenItIsTrimmed() {
        long before = zone.pages().region().committedBytes();
        long address = zone.allocateSpan(100, 0, Zone.DIRECT, 1) & ~1L;
        putLong(address, 42);
        freeSpan(address);
        zone.trim();

        assertEquals(before, zone.pages().region().committedBytes());
        assertEquals(0, getLong(address));
    }

    /// Between two of them who waits for the lock gets it.
    @Test
    void shouldPurgeInPieces() {
        long address = zone.allocateSpan(1 << 10, 0, Zone.DIRECT, 1) & ~1L;
        putLong(address, 42);
        freeSpan(address);
        long purges = fixture.os().calls(OsCall.PURGE);
        zone.trim();
        assertEquals(4, fixture.os().calls(OsCall.PURGE) - purges, "of 4 MiB");

        zone.decay(0, 0);
        freeSpan(zone.allocateSpan(1 << 10, 0, Zone.DIRECT, 1));
        purges = fixture.os().calls(OsCall.PURGE);
        zone.decay(1, 0);
        assertEquals(4, fixture.os().calls(OsCall.PURGE) - purges);
    }

    @Test
    void shouldVisitEverySpanAndEverySlab() {
        long slab = slabWithOneLiveSlot();
        long span = zone.allocateSpan(3, 0, Zone.DIRECT, 1) & ~1L;
        List<Long> slabs = new ArrayList<>();
        List<Long> spans = new ArrayList<>();
        zone.locked(() -> {
            zone.walk().forEachSlab(slabs::add);
            zone.walk().forEachSpan((page, word) -> {
                if (SpanMap.state(word) == SpanMap.SPAN) {
                    spans.add(page);
                }
            });
        });
        assertEquals(List.of(slab), slabs);
        assertEquals(List.of(page(span)), spans);
    }

    @Test
    void shouldFindASlabThatIsNotCounted() {
        long slab = slabWithOneLiveSlot();
        putInt(slab + SlabLayout.CLASS, SLOTS_OF_64 + 1);

        IllegalStateException broken = assertThrows(IllegalStateException.class, zone::verify);
        assertEquals("zone 0: 1 slabs of class " + SLOTS_OF_64 + " counted, 0 found", broken.getMessage());
        putInt(slab + SlabLayout.CLASS, SLOTS_OF_64);
    }

    @Test
    void shouldFindABrokenSlab() {
        long slab = slabWithOneLiveSlot();
        putLong(slab + SlabLayout.MALLOCS, 0);

        assertThrows(IllegalStateException.class, zone::verify);
        putLong(slab + SlabLayout.MALLOCS, 1);
    }
}
