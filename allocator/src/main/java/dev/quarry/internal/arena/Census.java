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

import dev.quarry.AllocatorStats;
import dev.quarry.NodeStats;
import dev.quarry.SizeClassStats;
import dev.quarry.internal.buddy.BuddyAllocator;
import dev.quarry.internal.buddy.SpanMap;
import dev.quarry.internal.slab.SizeClasses;
import dev.quarry.internal.slab.SlabLayout;
import dev.quarry.internal.slab.Space;
import dev.quarry.internal.slab.Zone;
import java.util.ArrayList;
import java.util.List;

/// Counts everything by walking it: each committed byte is found in exactly one place, and put in that place's bucket.
///
/// Nothing is counted on the fast paths but what they need themselves, so the figures are exact when the allocator
/// rests,
/// and off by what is in flight while it works. Costs a walk over all spans and slabs under the zones' locks.
final class Census {
    private final Space space;
    private final List<Arena> arenas;
    private final long[] slabs = new long[COUNT];
    private final long[] mallocs = new long[COUNT];
    private final long[] frees = new long[COUNT];
    private final long[] live = new long[COUNT];
    private final long[] free = new long[COUNT];
    private final long[] emptySlots = new long[COUNT];
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

    Census(Space space, List<Arena> arenas) {
        this.space = space;
        this.arenas = arenas;
    }

    AllocatorStats take() {
        List<NodeStats> nodes = new ArrayList<>();
        for (Zone zone : space.zones()) {
            zone.locked(() -> nodes.add(countZone(zone)));
        }
        for (Arena arena : arenas) {
            spanMallocs += arena.spans().mallocs();
            spanFrees += arena.spans().frees();
            remoteFrees += arena.slabs().collectedRemote();
        }
        List<SizeClassStats> classes = new ArrayList<>();
        for (int sizeClass = 0; sizeClass < COUNT; sizeClass++) {
            classes.add(countClass(sizeClass));
        }
        return new AllocatorStats(
                space.reservedBytes(),
                space.ledger().committedBytes(),
                space.ledger().limitBytes(),
                liveBytes,
                liveBlocks,
                wasteBytes,
                slabFreeBytes,
                lookasideBytes,
                spanDirtyBytes,
                spanCleanBytes,
                quarantineBytes,
                space.metadataBytes(),
                sum(mallocs) + spanMallocs,
                sum(frees) + spanFrees,
                remoteFrees,
                space.invalidFrees().get(),
                nodes,
                classes);
    }

    private NodeStats countZone(Zone zone) {
        zone.forEachSpan((page, word) -> countSpan(zone, page, word));
        zone.forEachSlab(this::countSlab);
        for (int sizeClass = 0; sizeClass < COUNT; sizeClass++) {
            mallocs[sizeClass] += zone.retiredMallocs(sizeClass);
            frees[sizeClass] += zone.retiredFrees(sizeClass);
        }
        remoteFrees += zone.collectedRemote();
        spanDirtyBytes += zone.pages().dirtyFreeBytes();
        spanCleanBytes += zone.pages().cleanFreeBytes();
        BuddyAllocator buddy = zone.pages().buddy();
        List<Integer> byOrder = new ArrayList<>();
        for (int order = 0; order < BuddyAllocator.orders(); order++) {
            byOrder.add(buddy.freeBlocks(order));
        }
        return new NodeStats(
                zone.pages().region().node(),
                zone.pages().region().byteSize(),
                zone.pages().region().committedBytes(),
                byOrder,
                buddy.splits(),
                buddy.merges(),
                pagesFrom(zone, NodeCounters.HIT),
                pagesFrom(zone, NodeCounters.MISS),
                pagesFrom(zone, NodeCounters.FOREIGN),
                pagesFrom(zone, NodeCounters.INTERLEAVE),
                pagesFrom(zone, NodeCounters.LOCAL),
                pagesFrom(zone, NodeCounters.OTHER),
                zone.pages().region().room().refusals());
    }

    private long pagesFrom(Zone zone, int kind) {
        long count = 0;
        for (Arena arena : arenas) {
            count += zone.node() == Zone.SPREAD ? 0 : arena.home().counters().get(kind, zone);
        }
        return count;
    }

    private void countSpan(Zone zone, long page, long word) {
        long bytes = SpanMap.pages(word) << PAGE_SHIFT;
        if (SpanMap.state(word) == SpanMap.SPAN) {
            long requested = Math.min(zone.pages().map().second(page), bytes);
            liveBlocks++;
            liveBytes += requested;
            wasteBytes += bytes - requested;
        } else if (SpanMap.state(word) == SpanMap.CACHED) {
            lookasideBytes += bytes;
        }
    }

    private void countSlab(long slab) {
        int sizeClass = getInt(slab + CLASS);
        long slotBytes = SizeClasses.slotBytes(sizeClass);
        long used = SlabLayout.used(slab);
        long pending = SlabLayout.remoteCount(getLongOpaque(slab + REMOTE));
        for (Arena arena : arenas) {
            pending += arena.heldRemote(slab);
        }
        long freeBytes = SizeClasses.slabBytes(sizeClass) - used * slotBytes;
        slabs[sizeClass]++;
        mallocs[sizeClass] += getLong(slab + MALLOCS);
        frees[sizeClass] += SlabLayout.frees(slab) + pending;
        live[sizeClass] += used - pending;
        remoteFrees += pending;
        lookasideBytes += pending * slotBytes;
        if (used == 0) {
            lookasideBytes += freeBytes;
            emptySlots[sizeClass] += SizeClasses.capacity(sizeClass);
        } else {
            slabFreeBytes += freeBytes;
            free[sizeClass] += SizeClasses.capacity(sizeClass) - used;
        }
    }

    private SizeClassStats countClass(int sizeClass) {
        long slotBytes = SizeClasses.slotBytes(sizeClass);
        long samples = 0;
        long requested = 0;
        long misses = 0;
        long flushes = 0;
        int depth = 0;
        for (Arena arena : arenas) {
            samples += arena.waste().samples(sizeClass);
            requested += arena.waste().requestedBytes(sizeClass);
            misses += arena.slabs().misses(sizeClass);
            flushes += arena.slabs().flushes(sizeClass);
            depth = Math.max(depth, arena.slabs().depth(sizeClass));
            int quarantined = arena.quarantinedSlots(sizeClass);
            quarantineBytes += quarantined * slotBytes;
            live[sizeClass] -= quarantined;
            frees[sizeClass] += quarantined;
        }
        long wasteASlot = samples == 0 ? 0 : slotBytes - Math.min(slotBytes, requested / samples);
        wasteBytes += live[sizeClass] * wasteASlot;
        liveBytes += live[sizeClass] * (slotBytes - wasteASlot);
        liveBlocks += live[sizeClass];
        return new SizeClassStats(
                (int) slotBytes,
                SizeClasses.slabBytes(sizeClass),
                SizeClasses.capacity(sizeClass),
                slabs[sizeClass],
                live[sizeClass],
                free[sizeClass],
                emptySlots[sizeClass],
                depth,
                mallocs[sizeClass],
                frees[sizeClass],
                misses,
                flushes);
    }

    private static long sum(long[] values) {
        long sum = 0;
        for (long value : values) {
            sum += value;
        }
        return sum;
    }
}
