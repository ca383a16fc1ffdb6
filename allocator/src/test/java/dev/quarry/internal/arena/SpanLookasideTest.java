// SPDX-License-Identifier: Apache-2.0
package dev.quarry.internal.arena;

import static dev.quarry.internal.buddy.SpanMap.PAGE_SHIFT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quarry.NumaPolicy;
import dev.quarry.internal.buddy.SpanMap;
import dev.quarry.internal.slab.SimulatedSpace;
import dev.quarry.internal.slab.SizeClasses;
import dev.quarry.internal.slab.Zone;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SpanLookasideTest {
    private static final int SPAN_CLASS = SizeClasses.ofSpan(100_000);
    private static final int SPAN_PAGES = SizeClasses.spanPages(SPAN_CLASS);
    private static final long BUDGET_BYTES = 1 << 20;

    private final SimulatedSpace fixture = new SimulatedSpace();
    private final Zone zone = fixture.zone();
    private final AtomicLong budget = new AtomicLong(BUDGET_BYTES);
    private final Home home = Home.ofThread(
            fixture.space(), new NodeMap(fixture.space(), fixture.machine().topology()), NumaPolicy.LOCAL, 0);
    private final SpanLookaside lookaside =
            new SpanLookaside(home, fixture.space().config(), budget);

    @AfterEach
    void releaseMachine() {
        zone.verify();
        fixture.close();
    }

    /// {@return the first page of a new span that its freer has taken out of service}
    private long cachedSpan() {
        long address = zone.allocateSpan(SPAN_PAGES, 0, SPAN_CLASS, 1) & ~1L;
        long page = address - zone.base() >>> PAGE_SHIFT;
        SpanMap map = zone.pages().map();
        assertTrue(map.tryCache(page, map.wordAcquire(page)));
        return page;
    }

    @Test
    void shouldGiveTheLastSpanFirst() {
        lookaside.pop(SPAN_CLASS);
        long first = cachedSpan();
        long second = cachedSpan();
        assertTrue(lookaside.push(SPAN_CLASS, first));
        assertTrue(lookaside.push(SPAN_CLASS, second));
        assertEquals(2L * SPAN_PAGES << PAGE_SHIFT, lookaside.bytes());

        assertEquals(second, lookaside.pop(SPAN_CLASS));
        assertEquals(first, lookaside.pop(SPAN_CLASS));
        assertEquals(-1, lookaside.pop(SPAN_CLASS));
        assertEquals(0, lookaside.bytes());
    }

    @Test
    void shouldKeepAsManyAsItsDepthAllows() {
        assertTrue(lookaside.push(SPAN_CLASS, cachedSpan()));
        assertFalse(lookaside.push(SPAN_CLASS, cachedSpan()), "one without a miss");
    }

    @Test
    void shouldGrowWithItsMisses() {
        for (int miss = 0; miss < 3; miss++) {
            assertEquals(-1, lookaside.pop(SPAN_CLASS));
        }
        int kept = 0;
        while (lookaside.push(SPAN_CLASS, cachedSpan())) {
            kept++;
        }
        assertEquals(8, kept);
        assertEquals(BUDGET_BYTES - (7L * SPAN_PAGES << PAGE_SHIFT), budget.get());
    }

    @Test
    void shouldGiveAllToTheZoneWhenItIsDrained() {
        for (int miss = 0; miss < 3; miss++) {
            lookaside.pop(SPAN_CLASS);
        }
        for (int span = 0; span < 8; span++) {
            assertTrue(lookaside.push(SPAN_CLASS, cachedSpan()));
        }
        lookaside.drain();

        assertEquals(0, lookaside.bytes());
        assertEquals(BUDGET_BYTES, budget.get());
        assertEquals(8L * SPAN_PAGES << PAGE_SHIFT, zone.pages().dirtyFreeBytes());
        assertEquals(-1, lookaside.pop(SPAN_CLASS));
    }

    @Test
    void shouldGiveBackWhatManyPeriodsDidNotUse() {
        int other = SPAN_CLASS + 1;
        for (int miss = 0; miss < 3; miss++) {
            lookaside.pop(SPAN_CLASS);
        }
        for (int span = 0; span < 8; span++) {
            lookaside.push(SPAN_CLASS, cachedSpan());
        }
        long address = zone.allocateSpan(SizeClasses.spanPages(other), 0, other, 1) & ~1L;
        long page = address - zone.base() >>> PAGE_SHIFT;
        for (int event = 0; event < 3 * 1024; event++) {
            assertTrue(lookaside.push(other, page));
            assertEquals(page, lookaside.pop(other));
        }
        assertEquals(0, lookaside.bytes(), "what lay there through a period has gone");
        assertEquals(8L * SPAN_PAGES << PAGE_SHIFT, zone.pages().dirtyFreeBytes());
    }
}
