// SPDX-License-Identifier: Apache-2.0
package dev.quarry.internal.arena;

import static dev.quarry.internal.slab.SizeClasses.COUNT;

import dev.quarry.AllocatorStats;
import dev.quarry.NodeStats;
import dev.quarry.SizeClassStats;
import dev.quarry.internal.buddy.BuddyAllocator;
import dev.quarry.internal.slab.SizeClasses;
import dev.quarry.internal.slab.Space;
import dev.quarry.internal.slab.Zone;
import java.util.ArrayList;
import java.util.List;

/// Makes statistics of a [Tally]. Costs a walk over all spans and slabs under the zones' locks.
final class Census {
    private final Space space;
    private final List<Arena> arenas;
    private final Tally tally;

    Census(Space space, List<Arena> arenas) {
        this.space = space;
        this.arenas = arenas;
        this.tally = new Tally(space);
    }

    AllocatorStats take() {
        tally.reset(arenas);
        List<NodeStats> nodes = new ArrayList<>();
        for (Zone zone : space.zones()) {
            zone.locked(() -> {
                tally.addZone(zone);
                nodes.add(countZone(zone));
            });
        }
        tally.addArenas();
        List<SizeClassStats> classes = new ArrayList<>();
        for (int sizeClass = 0; sizeClass < COUNT; sizeClass++) {
            classes.add(countClass(sizeClass));
        }
        return new AllocatorStats(
                space.reservedBytes(),
                space.ledger().committedBytes(),
                space.ledger().limitBytes(),
                tally.liveBytes(),
                tally.liveBlocks(),
                tally.wasteBytes(),
                tally.slabFreeBytes(),
                tally.lookasideBytes(),
                tally.spanDirtyBytes(),
                tally.spanCleanBytes(),
                tally.quarantineBytes(),
                space.metadataBytes(),
                tally.mallocs(),
                tally.frees(),
                tally.remoteFrees(),
                space.invalidFrees().get(),
                nodes,
                classes);
    }

    private NodeStats countZone(Zone zone) {
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

    private SizeClassStats countClass(int sizeClass) {
        return new SizeClassStats(
                SizeClasses.slotBytes(sizeClass),
                SizeClasses.slabBytes(sizeClass),
                SizeClasses.capacity(sizeClass),
                tally.slabs(sizeClass),
                tally.live(sizeClass),
                tally.free(sizeClass),
                tally.emptySlots(sizeClass),
                tally.depth(sizeClass),
                tally.mallocs(sizeClass),
                tally.frees(sizeClass),
                tally.misses(sizeClass),
                tally.flushes(sizeClass));
    }
}
