// SPDX-License-Identifier: Apache-2.0
package dev.quarry.internal.slab;

import static dev.quarry.internal.buddy.SpanMap.PAGE_BYTES;
import static dev.quarry.internal.buddy.SpanMap.PAGE_SHIFT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quarry.internal.buddy.SpanMap;
import dev.quarry.numa.Errno;
import dev.quarry.numa.OsCall;
import java.util.ArrayDeque;
import java.util.Deque;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// Where zones stand against their watermarks, and how many are short.
@Tag("once")
class ZoneLevelTest {
    private static final int PAGES = 16;
    private static final int ARENA = 5;

    private final SimulatedSpace fixture = new SimulatedSpace(2, SimulatedSpace.options());
    private final Space space = fixture.space();
    private final Watermarks marks = space.watermarks();
    private final Zone zone = space.zones()[0];
    private final Zone other = space.zones()[1];
    private final Deque<Long> spans = new ArrayDeque<>();

    @AfterEach
    void releaseMachine() {
        zone.verify();
        other.verify();
        fixture.close();
    }

    private void allocate() {
        long address = zone.allocateSpan(PAGES, 0, Zone.DIRECT, PAGES * PAGE_BYTES);
        assertNotEquals(0, address);
        spans.push(address & ~1L);
    }

    private void allocateUntilBelow(long bytes) {
        while (zone.availableBytes() >= bytes) {
            allocate();
        }
    }

    private void free() {
        long page = spans.pop() - zone.base() >>> PAGE_SHIFT;
        long word = zone.pages().map().wordAcquire(page);
        assertTrue(zone.pages().map().tryCache(page, word));
        zone.freeSpan(page, SpanMap.pages(word));
    }

    private void freeUntil(long bytes) {
        while (zone.availableBytes() < bytes) {
            free();
        }
    }

    private void requireLevel(int level, int shortZones) {
        assertEquals(level, zone.level());
        assertEquals(shortZones, space.shortZones());
    }

    @Test
    void shouldGiveEachNodeItsPartOfTheLimit() {
        assertEquals(Watermarks.of(SimulatedSpace.NODE_BYTES / 2), marks);
    }

    @Test
    void shouldBeShortFromTheLowMarkDownUntilTheHighOneIsReached() {
        allocateUntilBelow(marks.lowBytes() + PAGES * PAGE_BYTES);
        requireLevel(Watermarks.ABOVE, 0);
        allocate();
        requireLevel(Watermarks.LOW, 1);
        allocateUntilBelow(marks.minBytes());
        requireLevel(Watermarks.MIN, 1);
        freeUntil(marks.minBytes());
        requireLevel(Watermarks.LOW, 1);
        freeUntil(marks.highBytes() - PAGES * PAGE_BYTES);
        requireLevel(Watermarks.LOW, 1);
        freeUntil(marks.highBytes());
        requireLevel(Watermarks.ABOVE, 0);
    }

    @Test
    void shouldCountSlabsToo() {
        allocateUntilBelow(marks.highBytes());
        Deque<Long> slabs = new ArrayDeque<>();
        while (zone.availableBytes() >= marks.lowBytes()) {
            slabs.push(zone.takeSlab(SizeClasses.of(64), ARENA));
        }
        requireLevel(Watermarks.LOW, 1);
        free();
        free();
        requireLevel(Watermarks.LOW, 1);
        slabs.forEach(zone::retireSlab);
        requireLevel(Watermarks.ABOVE, 0);
    }

    @Test
    void shouldCountWhatASpanGrowsAndShrinksBy() {
        int large = 1024;
        long page = (zone.allocateSpan(large, 0, Zone.DIRECT, 1) & ~1L) - zone.base() >>> PAGE_SHIFT;
        allocateUntilBelow(marks.minBytes());
        requireLevel(Watermarks.MIN, 1);

        assertTrue(zone.resizeSpan(page, large, PAGES, 1));
        requireLevel(Watermarks.ABOVE, 0);
        assertTrue(zone.resizeSpan(page, PAGES, large, 1));
        requireLevel(Watermarks.MIN, 1);
    }

    @Test
    void shouldCountPagesThatMovedAway() {
        int large = 1024;
        long from = (zone.allocateSpan(large, 0, Zone.DIRECT, 1) & ~1L) - zone.base() >>> PAGE_SHIFT;
        long to = (zone.allocateSpan(large, 0, Zone.DIRECT, 1) & ~1L) - zone.base() >>> PAGE_SHIFT;
        allocateUntilBelow(marks.minBytes());
        assertTrue(zone.pages().map().tryCache(from, zone.pages().map().wordAcquire(from)));
        assertTrue(zone.moveSpan(from, to, large));
        requireLevel(Watermarks.ABOVE, 0);
    }

    @Test
    void shouldNoticeWhatOtherZonesTakeAndGiveAtItsNextTick() {
        allocateUntilBelow(marks.minBytes());
        other.decay(0, 1);
        assertEquals(Watermarks.MIN, other.level());
        assertEquals(2, space.shortZones());

        freeUntil(2 * marks.highBytes());
        requireLevel(Watermarks.ABOVE, 1);
        other.decay(0, 1);
        assertEquals(Watermarks.MIN, other.level(), "free pages of one zone are not another's");

        long wanted = marks.highBytes();
        assertTrue(zone.giveBack(wanted) >= wanted);
        other.trim();
        assertEquals(Watermarks.ABOVE, other.level());
        requireLevel(Watermarks.ABOVE, 0);
    }

    @Test
    void shouldGiveBackTheLeastThatWillDo() {
        allocate();
        long kept = spans.peek();
        allocateUntilBelow(marks.highBytes());
        while (spans.peek() != kept) {
            free();
        }
        long committed = space.ledger().committedBytes();
        assertEquals(0, zone.giveBack(0));
        assertEquals(0, zone.giveBack(-1));
        long given = zone.giveBack(3 * PAGE_BYTES);
        assertTrue(given >= 3 * PAGE_BYTES && given < 4 << 20, given + " bytes");
        assertEquals(committed - given, space.ledger().committedBytes());
    }

    @Test
    void shouldNotCountAsGivenWhatTheSystemRefusesToPurge() {
        allocate();
        free();
        long committed = space.ledger().committedBytes();
        fixture.os().failFrom(OsCall.PURGE, 1, Errno.EINVAL);
        assertEquals(0, zone.giveBack(1));
        assertEquals(committed, space.ledger().committedBytes());
        fixture.os().disarm();
        assertEquals(PAGES * PAGE_BYTES, zone.giveBack(1));
    }
}
