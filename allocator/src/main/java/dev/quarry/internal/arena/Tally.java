// SPDX-License-Identifier: Apache-2.0
package dev.quarry.internal.arena;

import static dev.quarry.internal.buddy.SpanMap.PAGE_SHIFT;
import static dev.quarry.internal.slab.SizeClasses.COUNT;
import static dev.quarry.internal.slab.SlabLayout.CLASS;
import static dev.quarry.internal.slab.SlabLayout.MALLOCS;
import static dev.quarry.internal.slab.SlabLayout.REMOTE;
import static dev.quarry.numa.RawMemory.getInt;
import static dev.quarry.numa.RawMemory.getLong;
import static dev.quarry.numa.RawMemory.getLongOpaque;

import dev.quarry.internal.buddy.PageAllocator;
import dev.quarry.internal.buddy.SpanMap;
import dev.quarry.internal.slab.SizeClasses;
import dev.quarry.internal.slab.SlabLayout;
import dev.quarry.internal.slab.Space;
import dev.quarry.internal.slab.Zone;
import dev.quarry.internal.slab.ZoneWalk;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// What a walk over everything finds: each committed byte in exactly one place, and in that place's bucket.
///
/// ```
/// reset, then each zone once (addZone or addZoneInSlices), then addArenas; then read
/// ```
///
/// Nothing is counted on the fast paths but what they need themselves, so the figures are exact when the allocator
/// rests, and off by what is in flight while it works. A tally can be used again, and makes no garbage.
///
/// Used by one thread at a time, under the pool's lock.
public final class Tally implements ZoneWalk.SpanVisitor, Runnable {
    /// How many spans are looked at before a zone's lock is let go: some tens of microseconds.
    private static final int SPANS_A_SLICE = 256;

    private final Space space;
    private final List<Arena> arenas = new ArrayList<>();
    private final long[] slabs = new long[COUNT];
    private final long[] mallocs = new long[COUNT];
    private final long[] frees = new long[COUNT];
    private final long[] live = new long[COUNT];
    private final long[] free = new long[COUNT];
    private final long[] emptySlots = new long[COUNT];
    private final long[] remoteSlots = new long[COUNT];
    private final int[] depths = new int[COUNT];
    private final long[] misses = new long[COUNT];
    private final long[] flushes = new long[COUNT];
    private Zone zone;
    private long liveBytes;
    private long liveBlocks;
    private long wasteBytes;
    private long slabFreeBytes;
    private long lookasideBytes;
    private long spanDirtyBytes;
    private long spanCleanBytes;
    private long quarantineBytes;
    private long remoteFrees;
    private long spanMallocs;
    private long spanFrees;
    private long committedBytes;
    private long walkedBytes;

    /// @param space what is walked
    public Tally(Space space) {
        this.space = space;
        this.zone = space.zones()[0];
    }

    /// Begins anew.
    /// @param all arenas that there are
    void reset(List<Arena> all) {
        arenas.clear();
        for (int index = 0; index < all.size(); index++) {
            arenas.add(all.get(index));
        }
        Arrays.fill(slabs, 0);
        Arrays.fill(mallocs, 0);
        Arrays.fill(frees, 0);
        Arrays.fill(live, 0);
        Arrays.fill(free, 0);
        Arrays.fill(emptySlots, 0);
        liveBytes = 0;
        liveBlocks = 0;
        wasteBytes = 0;
        slabFreeBytes = 0;
        lookasideBytes = 0;
        spanDirtyBytes = 0;
        spanCleanBytes = 0;
        quarantineBytes = 0;
        remoteFrees = 0;
        spanMallocs = 0;
        spanFrees = 0;
        committedBytes = 0;
        walkedBytes = 0;
    }

    /// Counts a zone. Under its lock.
    void addZone(Zone added) {
        zone = added;
        run();
        zone.walk().forEachSpan(this);
    }

    /// Counts a zone without holding its lock for long. What changes meanwhile shows as bytes in flight.
    void addZoneInSlices(Zone added) {
        zone = added;
        zone.locked(this);
        zone.walk().forEachSpanInSlices(this, SPANS_A_SLICE);
    }

    /// The part of a zone that needs no walk. Under its lock.
    @Override
    public void run() {
        for (int sizeClass = 0; sizeClass < COUNT; sizeClass++) {
            mallocs[sizeClass] += zone.depot().retiredMallocs(sizeClass);
            frees[sizeClass] += zone.depot().retiredFrees(sizeClass);
        }
        PageAllocator pages = zone.pages();
        remoteFrees += zone.depot().collectedRemote();
        spanDirtyBytes += pages.dirtyFreeBytes();
        spanCleanBytes += pages.cleanFreeBytes();
        committedBytes += pages.region().committedBytes();
    }

    @Override
    public void visit(long page, long word) {
        int state = SpanMap.state(word);
        if (state == SpanMap.SLAB) {
            countSlab(space.frames.slabAt(zone.base() - space.base + (page << PAGE_SHIFT)));
        } else if (state == SpanMap.SPAN || state == SpanMap.CACHED) {
            countSpan(page, word);
        }
    }

    private void countSpan(long page, long word) {
        long bytes = SpanMap.pages(word) << PAGE_SHIFT;
        walkedBytes += bytes;
        if (SpanMap.state(word) == SpanMap.CACHED) {
            lookasideBytes += bytes;
            return;
        }
        long requested = Math.min(zone.pages().map().second(page), bytes);
        liveBlocks++;
        liveBytes += requested;
        wasteBytes += bytes - requested;
    }

    private void countSlab(long slab) {
        int sizeClass = getInt(slab + CLASS);
        long slotBytes = SizeClasses.slotBytes(sizeClass);
        long used = SlabLayout.used(slab);
        long pending = SlabLayout.remoteCount(getLongOpaque(slab + REMOTE));
        walkedBytes += SizeClasses.slabBytes(sizeClass);
        long freeBytes = SizeClasses.slabBytes(sizeClass) - used * slotBytes;
        slabs[sizeClass]++;
        mallocs[sizeClass] += getLong(slab + MALLOCS);
        frees[sizeClass] += SlabLayout.frees(slab);
        live[sizeClass] += used;
        countRemote(sizeClass, pending);
        if (used == 0) {
            lookasideBytes += freeBytes;
            emptySlots[sizeClass] += SizeClasses.capacity(sizeClass);
        } else {
            slabFreeBytes += freeBytes;
            free[sizeClass] += SizeClasses.capacity(sizeClass) - used;
        }
    }

    /// Slots that count as used in their slab, but are free and on their way home.
    private void countRemote(int sizeClass, long slots) {
        frees[sizeClass] += slots;
        live[sizeClass] -= slots;
        remoteFrees += slots;
        lookasideBytes += slots * SizeClasses.slotBytes(sizeClass);
    }

    /// Counts what arenas know, when all zones are counted.
    void addArenas() {
        Arrays.fill(remoteSlots, 0);
        for (int index = 0; index < arenas.size(); index++) {
            Arena arena = arenas.get(index);
            arena.countRemote(remoteSlots);
            spanMallocs += arena.spans().mallocs();
            spanFrees += arena.spans().frees();
            remoteFrees += arena.slabs().mail().collectedRemote();
        }
        for (int sizeClass = 0; sizeClass < COUNT; sizeClass++) {
            countRemote(sizeClass, remoteSlots[sizeClass]);
            addClass(sizeClass);
        }
    }

    private void addClass(int sizeClass) {
        long slotBytes = SizeClasses.slotBytes(sizeClass);
        long samples = 0;
        long requested = 0;
        long missCount = 0;
        long flushCount = 0;
        int depth = 0;
        for (int index = 0; index < arenas.size(); index++) {
            Arena arena = arenas.get(index);
            samples += arena.waste().samples(sizeClass);
            requested += arena.waste().requestedBytes(sizeClass);
            missCount += arena.slabs().empty().misses(sizeClass);
            flushCount += arena.slabs().empty().flushes(sizeClass);
            depth = Math.max(depth, arena.slabs().empty().depth(sizeClass));
            int quarantined = arena.quarantinedSlots(sizeClass);
            quarantineBytes += quarantined * slotBytes;
            live[sizeClass] -= quarantined;
            frees[sizeClass] += quarantined;
        }
        misses[sizeClass] = missCount;
        flushes[sizeClass] = flushCount;
        depths[sizeClass] = depth;
        long wasteASlot = samples == 0 ? 0 : slotBytes - Math.min(slotBytes, requested / samples);
        wasteBytes += live[sizeClass] * wasteASlot;
        liveBytes += live[sizeClass] * (slotBytes - wasteASlot);
        liveBlocks += live[sizeClass];
    }

    /// {@return bytes that the application asked for}
    public long liveBytes() {
        return liveBytes;
    }

    /// {@return blocks of the application}
    public long liveBlocks() {
        return liveBlocks;
    }

    /// {@return bytes of live slots and pages beyond what was asked for}
    public long wasteBytes() {
        return wasteBytes;
    }

    /// {@return bytes of free slots of slabs in use}
    public long slabFreeBytes() {
        return slabFreeBytes;
    }

    /// {@return bytes kept for reuse, or on the way home}
    public long lookasideBytes() {
        return lookasideBytes;
    }

    /// {@return bytes of free pages that may be resident}
    public long spanDirtyBytes() {
        return spanDirtyBytes;
    }

    /// {@return bytes of free pages that are not resident}
    public long spanCleanBytes() {
        return spanCleanBytes;
    }

    /// {@return bytes freed and not yet reusable}
    public long quarantineBytes() {
        return quarantineBytes;
    }

    /// {@return bytes that all zones had committed when they were counted; metadata is not among them}
    public long committedBytes() {
        return committedBytes;
    }

    /// {@return committed bytes that were found in no bucket, or, below 0, in two, since they moved meanwhile}
    public long inFlightBytes() {
        return committedBytes - spanDirtyBytes - spanCleanBytes - walkedBytes;
    }

    /// {@return blocks handed out so far}
    public long mallocs() {
        return sum(mallocs) + spanMallocs;
    }

    /// {@return blocks taken back so far}
    public long frees() {
        return sum(frees) + spanFrees;
    }

    /// {@return blocks that another thread than their owner freed}
    public long remoteFrees() {
        return remoteFrees;
    }

    /// {@return slabs of a class}
    /// @param sizeClass the class
    public long slabs(int sizeClass) {
        return slabs[sizeClass];
    }

    /// {@return live slots of a class}
    /// @param sizeClass the class
    public long live(int sizeClass) {
        return live[sizeClass];
    }

    /// {@return free slots of a class's slabs in use}
    /// @param sizeClass the class
    public long free(int sizeClass) {
        return free[sizeClass];
    }

    /// {@return slots of a class's empty slabs}
    /// @param sizeClass the class
    public long emptySlots(int sizeClass) {
        return emptySlots[sizeClass];
    }

    /// {@return slots of a class handed out so far}
    /// @param sizeClass the class
    public long mallocs(int sizeClass) {
        return mallocs[sizeClass];
    }

    /// {@return slots of a class taken back so far}
    /// @param sizeClass the class
    public long frees(int sizeClass) {
        return frees[sizeClass];
    }

    /// {@return how many slots of a class an arena may keep in empty slabs: the most of all arenas}
    /// @param sizeClass the class
    public int depth(int sizeClass) {
        return depths[sizeClass];
    }

    /// {@return slabs of a class that arenas took from zones so far}
    /// @param sizeClass the class
    public long misses(int sizeClass) {
        return misses[sizeClass];
    }

    /// {@return empty slabs of a class that arenas gave to zones so far}
    /// @param sizeClass the class
    public long flushes(int sizeClass) {
        return flushes[sizeClass];
    }

    private static long sum(long[] values) {
        long sum = 0;
        for (long value : values) {
            sum += value;
        }
        return sum;
    }
}
