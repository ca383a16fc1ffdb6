// SPDX-License-Identifier: Apache-2.0
package dev.quarry.internal.arena;

import static dev.quarry.internal.arena.SlowCalls.CALL;
import static dev.quarry.internal.buddy.SpanMap.PAGE_BYTES;
import static dev.quarry.internal.buddy.SpanMap.PAGE_SHIFT;

import dev.quarry.AllocatorConfig;
import dev.quarry.internal.buddy.SpanMap;
import dev.quarry.internal.slab.SizeClasses;
import dev.quarry.internal.slab.Zone;
import java.util.concurrent.atomic.AtomicLong;

/// An arena's lookaside lists of spans: for each span class a LIFO list through the spans' records.
///
/// Holds only spans of the arena's own zone, all in state `CACHED`. Not thread-safe: the arena's owner only; the totals
/// may be read by anyone and are exact when the owner rests.
final class SpanLookaside {
    /// Frees after which the period of one class ends, and the next ones begins.
    private static final int EVENTS_BETWEEN_CLASSES = 25;

    private static final int MAX_SPANS = 64;
    private static final int MAX_BYTES_PER_CLASS = 4 << 20;

    private Zone zone;
    private SpanMap map;
    private boolean keeps;
    private final long[] heads = new long[SizeClasses.SPAN_COUNT];
    private final int[] counts = new int[SizeClasses.SPAN_COUNT];
    private final LookasideDepth[] depths = new LookasideDepth[SizeClasses.SPAN_COUNT];
    private int events;
    private int nextToEnd;
    private int nextToGive;

    SpanLookaside(Home home, AllocatorConfig config, AtomicLong budgetBytes) {
        this.zone = home.spanZone();
        this.map = zone.pages().map();
        this.keeps = home.keepsSpans();
        for (int spanClass = 0; spanClass < depths.length; spanClass++) {
            int bytes = SizeClasses.spanPages(spanClass) * PAGE_BYTES;
            int max = Math.min(config.lookasideDepthMax(), Math.min(MAX_SPANS, MAX_BYTES_PER_CLASS / bytes));
            depths[spanClass] = new LookasideDepth(budgetBytes, bytes, Math.min(config.lookasideDepthMin(), 1), max);
        }
    }

    /// Keeps spans of another zone from now on. The lists must be empty.
    void settle(Home home) {
        zone = home.spanZone();
        map = zone.pages().map();
        keeps = home.keepsSpans();
    }

    /// {@return the zone whose spans are kept}
    Zone zone() {
        return zone;
    }

    /// Takes a span.
    /// @return its first page, or -1
    long pop(int spanClass) {
        long head = heads[spanClass];
        if (head == 0) {
            depths[spanClass].miss(1);
            giveBackOne();
            return -1;
        }
        long next = map.second(head - 1);
        depths[spanClass].observe(counts[spanClass] - 1);
        heads[spanClass] = next;
        counts[spanClass]--;
        return head - 1;
    }

    /// Keeps a span, if the depth allows.
    /// @return whether it is kept; if not, it goes to the zone
    boolean push(int spanClass, long page) {
        if (++events >= EVENTS_BETWEEN_CLASSES) {
            events = 0;
            nextToEnd = nextToEnd + 1 < heads.length ? nextToEnd + 1 : 0;
            endPeriod(nextToEnd);
        }
        if (counts[spanClass] >= depths[spanClass].depth() || !keeps) {
            return false;
        }
        map.setSecond(page, heads[spanClass]);
        heads[spanClass] = page + 1;
        counts[spanClass]++;
        return true;
    }

    /// Before the zone may have to grow, one span of any class goes back to it, in turn.
    private void giveBackOne() {
        for (int tries = 0; tries < heads.length; tries++) {
            nextToGive = nextToGive + 1 < heads.length ? nextToGive + 1 : 0;
            if (counts[nextToGive] > 0) {
                flush(nextToGive, 1);
                return;
            }
        }
    }

    /// Gives all spans to the zone and all depth to the budget.
    void drain() {
        for (int spanClass = 0; spanClass < heads.length; spanClass++) {
            flush(spanClass, counts[spanClass]);
            depths[spanClass].reset();
        }
    }

    /// {@return bytes of the spans kept}
    long bytes() {
        long bytes = 0;
        for (int spanClass = 0; spanClass < counts.length; spanClass++) {
            bytes += (long) counts[spanClass] * SizeClasses.spanPages(spanClass) << PAGE_SHIFT;
        }
        return bytes;
    }

    /// Gives back the spans that were of no use since the last period's end.
    void endPeriod() {
        for (int spanClass = 0; spanClass < heads.length; spanClass++) {
            endPeriod(spanClass);
        }
    }

    private void endPeriod(int spanClass) {
        flush(spanClass, depths[spanClass].endPeriod(counts[spanClass]));
    }

    private void flush(int spanClass, int count) {
        for (int flushed = 0; flushed < count; flushed++) {
            long page = heads[spanClass] - 1;
            long next = map.second(page);
            // First, because it is what can throw: for want of stack, and then the list is as it was.
            CALL.freeSpan(zone, page, SizeClasses.spanPages(spanClass));
            heads[spanClass] = next;
            counts[spanClass]--;
        }
    }
}
