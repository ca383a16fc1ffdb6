// SPDX-License-Identifier: Apache-2.0
package dev.quarry.internal.arena;

import static dev.quarry.internal.arena.SlowCalls.CALL;
import static dev.quarry.internal.slab.SizeClasses.COUNT;
import static dev.quarry.internal.slab.SlabLayout.CLASS;
import static dev.quarry.numa.RawMemory.getInt;

import dev.quarry.internal.event.EventHub;
import dev.quarry.internal.event.EventKind;
import dev.quarry.internal.slab.SizeClasses;
import dev.quarry.internal.slab.SlabLayout;
import dev.quarry.internal.slab.SlabList;
import dev.quarry.internal.slab.Space;
import dev.quarry.internal.slab.StackReserve;
import java.util.concurrent.atomic.AtomicLong;

/// How many slabs an arena keeps of which no slot is in use, and which go back to the zone.
///
/// An empty slab stays in its class's list of those with free slots while the class's depth allows
/// ([LookasideDepth]). Others retire: at once, at the end of a period, or one by one before the zone would have to
/// grow.
///
/// Not thread-safe: the arena's owner only. Counts are read by statistics, racily.
final class EmptySlabs {
    /// Refills after which the period of one class ends, and the next ones begins: of one class at a time, so that no
    /// refill has to wait for all.
    private static final int EVENTS_BETWEEN_CLASSES = 16;

    /// Empty slabs that one class may keep: more of them serve other classes better.
    private static final int MAX_SLABS_A_CLASS = 2;

    private final Space space;
    private final SlabList[] partial;
    private final int[] slots = new int[COUNT];
    private final LookasideDepth[] depths = new LookasideDepth[COUNT];
    private final long[] flushes = new long[COUNT];
    private int events;
    private int nextToEnd;
    private int nextToRetire;
    private long unpublishedFlushes;
    private long unpublishedFlushBytes;

    /// Nothing is kept.
    /// @param space       the allocator's
    /// @param partial     the arena's slabs with free slots, by class: the empty ones are among them
    /// @param budgetBytes what all arenas together may keep, besides the least
    EmptySlabs(Space space, SlabList[] partial, AtomicLong budgetBytes) {
        this.space = space;
        this.partial = partial;
        int most = space.config().lookasideDepthMax() * 16;
        for (int sizeClass = 0; sizeClass < COUNT; sizeClass++) {
            int max = SizeClasses.capacity(sizeClass) * MAX_SLABS_A_CLASS;
            depths[sizeClass] =
                    new LookasideDepth(budgetBytes, SizeClasses.slotBytes(sizeClass), 0, Math.min(max, most));
        }
    }

    /// Counts a refill. After some of them a class's period ends.
    void countRefill() {
        if (++events >= EVENTS_BETWEEN_CLASSES) {
            events = 0;
            nextToEnd = nextToEnd + 1 < COUNT ? nextToEnd + 1 : 0;
            endPeriod(nextToEnd);
        }
    }

    /// Keeps or retires a slab of the arena, not a current one, whose last slot was freed.
    void add(long slab) {
        int sizeClass = getInt(slab + CLASS);
        int capacity = SizeClasses.capacity(sizeClass);
        if (slots[sizeClass] + capacity <= depths[sizeClass].depth() || !StackReserve.sufficesForArena()) {
            slots[sizeClass] += capacity;
            return;
        }
        partial[sizeClass].remove(slab);
        CALL.flush(this, slab, sizeClass);
    }

    /// Tells that a kept slab is used again.
    void take(int sizeClass) {
        slots[sizeClass] -= SizeClasses.capacity(sizeClass);
        depths[sizeClass].observe(slots[sizeClass]);
    }

    /// Tells that a slab came from the zone, since none was kept.
    void miss(int sizeClass) {
        depths[sizeClass].miss(SizeClasses.capacity(sizeClass));
    }

    /// Retires an empty slab that is in no list.
    void flush(long slab, int sizeClass) {
        flushes[sizeClass]++;
        unpublishedFlushes++;
        unpublishedFlushBytes += SizeClasses.slabBytes(sizeClass);
        CALL.retireSlab(space.zoneOf(slab), slab);
    }

    /// Tells of a slab that came, and of those that went since the last one came: where slabs go, the caller may
    /// hold the pool's lock.
    void publish(int sizeClass, long fresh) {
        EventHub events = space.events();
        if (events.isListening()) {
            int node = space.zoneOf(fresh).node();
            if (unpublishedFlushes != 0) {
                events.publish(EventKind.FLUSH, node, unpublishedFlushBytes, unpublishedFlushes, 0);
            }
            events.publish(
                    EventKind.REFILL, node, SizeClasses.slabBytes(sizeClass), SizeClasses.slotBytes(sizeClass), 0);
        }
        unpublishedFlushes = 0;
        unpublishedFlushBytes = 0;
    }

    /// Before the zone may have to grow, one empty slab of any class goes back to it, in turn: at a peak, what is
    /// kept for classes past theirs would be held for nothing.
    void retireOne() {
        for (int tries = 0; tries < COUNT; tries++) {
            nextToRetire = nextToRetire + 1 < COUNT ? nextToRetire + 1 : 0;
            if (slots[nextToRetire] > 0) {
                drain(nextToRetire, SizeClasses.capacity(nextToRetire));
                return;
            }
        }
    }

    /// Retires all of a class, and forgets how many it needed.
    void trim(int sizeClass) {
        drain(sizeClass, Integer.MAX_VALUE);
        depths[sizeClass].reset();
    }

    /// Forgets what is kept of a class, and how many it needed: the slabs are no longer the arena's.
    void forget(int sizeClass) {
        slots[sizeClass] = 0;
        depths[sizeClass].reset();
    }

    /// Retires those that were of no use since the last period's end.
    void endPeriod() {
        for (int sizeClass = 0; sizeClass < COUNT; sizeClass++) {
            endPeriod(sizeClass);
        }
    }

    private void endPeriod(int sizeClass) {
        int idle = depths[sizeClass].endPeriod(slots[sizeClass]);
        if (idle != 0) {
            drain(sizeClass, idle);
        }
    }

    /// Retires so many slots' worth of slabs of a class.
    private void drain(int sizeClass, int wantedSlots) {
        if (slots[sizeClass] == 0 || !StackReserve.sufficesForArena()) {
            return;
        }
        int capacity = SizeClasses.capacity(sizeClass);
        int left = wantedSlots;
        long slab = partial[sizeClass].head();
        while (slab != 0 && left >= capacity) {
            long next = SlabList.next(slab);
            if (SlabLayout.used(slab) == 0) {
                partial[sizeClass].remove(slab);
                slots[sizeClass] -= capacity;
                left -= capacity;
                flush(slab, sizeClass);
            }
            slab = next;
        }
    }

    /// {@return slabs of a class that went back to the zone}
    long flushes(int sizeClass) {
        return flushes[sizeClass];
    }

    /// {@return misses of a class}
    long misses(int sizeClass) {
        return depths[sizeClass].misses();
    }

    /// {@return the depth of a class, in slots}
    int depth(int sizeClass) {
        return depths[sizeClass].depth();
    }
}
