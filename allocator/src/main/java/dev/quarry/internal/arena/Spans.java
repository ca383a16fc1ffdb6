// SPDX-License-Identifier: Apache-2.0
package dev.quarry.internal.arena;

import static dev.quarry.internal.arena.SlowCalls.CALL;
import static dev.quarry.internal.buddy.SpanMap.PAGE_SHIFT;
import static dev.quarry.numa.RawMemory.copy;
import static dev.quarry.numa.RawMemory.zero;

import dev.quarry.internal.buddy.SpanMap;
import dev.quarry.internal.slab.SizeClasses;
import dev.quarry.internal.slab.Space;
import dev.quarry.internal.slab.StackReserve;
import dev.quarry.internal.slab.Zone;
import java.util.concurrent.atomic.AtomicLong;

/// An arena's blocks that are larger than slots: whole pages.
///
/// Below the direct threshold they have classes and a lookaside list; above it they go straight to the zone, exact to
/// the page. A span has no owner: who frees it keeps it if it is of the own node and the depth allows.
///
/// Not thread-safe: the arena's owner only. Taking a span out of service is a CAS on its record, so a double free is
/// found whoever races.
public final class Spans {
    /// What [#realloc] returns when the block must be copied.
    static final long MUST_COPY = -1;

    private final Home home;
    private final Space space;
    private final SpanLookaside lookaside;
    private final FreeChecks checks;
    private final long directThresholdBytes;
    private long mallocs;
    private long frees;

    Spans(Home home, Space space, AtomicLong budgetBytes, FreeChecks checks) {
        this.home = home;
        this.space = space;
        this.lookaside = new SpanLookaside(home, space.config(), budgetBytes);
        this.checks = checks;
        this.directThresholdBytes = space.config().directThresholdBytes();
    }

    /// {@return the address of a span from the lookaside list; 0 without one}
    long mallocKept(long size) {
        if (size >= directThresholdBytes) {
            return 0;
        }
        int spanClass = SizeClasses.ofSpan(size);
        long page = lookaside.pop(spanClass);
        if (page < 0) {
            return 0;
        }
        Zone zone = lookaside.zone();
        SpanMap map = zone.pages().map();
        mallocs++;
        map.setSecond(page, size);
        map.setRelease(page, SpanMap.SPAN, spanClass, SizeClasses.spanPages(spanClass));
        return zone.base() + (page << PAGE_SHIFT);
    }

    /// {@return the address of a span from the zone; 0 for want of memory}
    long mallocFresh(long size) {
        return fresh(size, 0) & ~1L;
    }

    /// The same, zeroed.
    long callocFresh(long size) {
        long address = fresh(size, 0);
        if (address != 0 && (address & 1) == 0) {
            zero(address, size);
        }
        return address & ~1L;
    }

    long aligned(long alignment, long size) {
        int order = Math.max(0, Long.numberOfTrailingZeros(alignment) - PAGE_SHIFT);
        return fresh(Math.max(size, 1), order) & ~1L;
    }

    private long fresh(long size, int alignOrder) {
        if (size > space.ledger().limitBytes()) {
            return 0;
        }
        boolean classed = size < directThresholdBytes && alignOrder == 0 && size > SizeClasses.MAX_SLOT;
        int spanClass = classed ? SizeClasses.ofSpan(size) : Zone.DIRECT;
        long pages = classed ? SizeClasses.spanPages(spanClass) : Space.pagesOf(size);
        long address = CALL.allocateSpan(home, pages, alignOrder, spanClass, size);
        mallocs += address == 0 ? 0 : 1;
        return address;
    }

    void free(long address) {
        Zone zone = space.zoneAt(address - space.base);
        SpanMap map = zone.pages().map();
        long page = address - zone.base() >>> PAGE_SHIFT;
        long word = takeOut(zone, map, page, address);
        int spanClass = SpanMap.detail(word);
        try {
            if (spanClass == Zone.DIRECT || zone != lookaside.zone() || !lookaside.push(spanClass, page)) {
                CALL.freeSpan(zone, page, SpanMap.pages(word));
            }
        } catch (StackOverflowError tooDeep) {
            // Both refuse before they change anything: the span stays live. No probe of the stack before, which would
            // cost more than the rest of a free that the lookaside list takes.
            map.setRelease(page, SpanMap.SPAN, spanClass, SpanMap.pages(word));
            throw tooDeep;
        }
        frees++;
    }

    /// Grows or shrinks in place, or moves by remapping.
    long realloc(long address, long newSize) {
        long word = requireSpan(address);
        Zone zone = space.zoneAt(address - space.base);
        long page = address - zone.base() >>> PAGE_SHIFT;
        long oldPages = SpanMap.pages(word);
        boolean classed = newSize < directThresholdBytes;
        long newPages = classed ? SizeClasses.spanPages(SizeClasses.ofSpan(newSize)) : Space.pagesOf(newSize);
        if (newPages == oldPages || newPages < oldPages && newPages >= oldPages >>> 1 && classed) {
            zone.pages().map().setSecond(page, newSize);
            return address;
        }
        if (newSize > space.ledger().limitBytes()) {
            return 0;
        }
        if (zone.resizeSpan(page, oldPages, newPages, newSize)) {
            return address;
        }
        if (newSize >= directThresholdBytes) {
            return remap(address, zone, page, oldPages, newSize);
        }
        return newPages > oldPages ? grow(address, newSize) : MUST_COPY;
    }

    /// Copies to a span with room to grow: what grew once grows again, and each further copy would sweep the caches.
    /// The room costs credit, and memory only when it is used.
    private long grow(long address, long newSize) {
        long roomy = Math.min(newSize + (newSize >>> 1), directThresholdBytes - 1);
        int spanClass = SizeClasses.ofSpan(roomy);
        long pages = SizeClasses.spanPages(spanClass);
        long target = home.allocateSpan(pages, 0, spanClass, newSize) & ~1L;
        if (target == 0) {
            return MUST_COPY;
        }
        mallocs++;
        copy(address, target, Math.min(usableSize(address), newSize));
        free(address);
        return target;
    }

    private long remap(long address, Zone zone, long page, long oldPages, long newSize) {
        if (!space.os().canRemap()) {
            return MUST_COPY;
        }
        StackReserve.ensureForArena();
        long word = takeOut(zone, zone.pages().map(), page, address);
        long target = fresh(newSize, 0) & ~1L;
        if (target == 0) {
            zone.pages().map().setRelease(page, SpanMap.SPAN, SpanMap.detail(word), oldPages);
            return 0;
        }
        frees++;
        // Pages that are moved take their node with them, so between zones they are copied.
        if (space.zoneAt(target - space.base) != zone
                || !zone.moveSpan(page, target - zone.base() >>> PAGE_SHIFT, oldPages)) {
            copy(address, target, oldPages << PAGE_SHIFT);
            zone.freeSpan(page, oldPages);
        }
        return target;
    }

    long usableSize(long address) {
        return SpanMap.pages(requireSpan(address)) << PAGE_SHIFT;
    }

    private long requireSpan(long address) {
        return requireSpan(address, checks.spanWord(address));
    }

    private long requireSpan(long address, long word) {
        if (SpanMap.state(word) != SpanMap.SPAN) {
            throw checks.refusedSpan(address, SpanMap.state(word));
        }
        return word;
    }

    /// Takes a span out of service. Where it lies is the caller's to know, since it goes on with that.
    private long takeOut(Zone zone, SpanMap map, long page, long address) {
        long word = requireSpan(address, FreeChecks.spanWord(zone, map, page, address));
        if (!map.tryCache(page, word)) {
            throw checks.refusedSpan(address, SpanMap.CACHED);
        }
        return word;
    }

    void drain() {
        lookaside.drain();
    }

    /// Gives back the spans that were of no use since the last period's end.
    void endPeriod() {
        lookaside.endPeriod();
    }

    /// Follows the arena's home. Nothing may be kept.
    void settle() {
        lookaside.settle(home);
    }

    /// {@return spans handed out so far}
    public long mallocs() {
        return mallocs;
    }

    /// {@return spans taken back so far}
    public long frees() {
        return frees;
    }

    /// {@return bytes of the spans kept for reuse}
    public long lookasideBytes() {
        return lookaside.bytes();
    }
}
