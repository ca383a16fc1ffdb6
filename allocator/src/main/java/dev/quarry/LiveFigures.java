// SPDX-License-Identifier: Apache-2.0
package dev.quarry;

import static dev.quarry.internal.live.LiveCounter.ADOPTIONS;
import static dev.quarry.internal.live.LiveCounter.ARENAS;
import static dev.quarry.internal.live.LiveCounter.CENSUS_MAX_NS;
import static dev.quarry.internal.live.LiveCounter.COMMITS;
import static dev.quarry.internal.live.LiveCounter.COMMITTED_BYTES;
import static dev.quarry.internal.live.LiveCounter.COMMITTED_MAX_BYTES;
import static dev.quarry.internal.live.LiveCounter.EXHAUSTIONS;
import static dev.quarry.internal.live.LiveCounter.FREES;
import static dev.quarry.internal.live.LiveCounter.IDLE_ADOPTIONS;
import static dev.quarry.internal.live.LiveCounter.IDLE_ARENAS;
import static dev.quarry.internal.live.LiveCounter.INVALID_FREES;
import static dev.quarry.internal.live.LiveCounter.IN_FLIGHT_BYTES;
import static dev.quarry.internal.live.LiveCounter.LIMIT_BYTES;
import static dev.quarry.internal.live.LiveCounter.LIMIT_REFUSALS;
import static dev.quarry.internal.live.LiveCounter.LIVE_BLOCKS;
import static dev.quarry.internal.live.LiveCounter.LIVE_BYTES;
import static dev.quarry.internal.live.LiveCounter.LOOKASIDE_BYTES;
import static dev.quarry.internal.live.LiveCounter.MALLOCS;
import static dev.quarry.internal.live.LiveCounter.METADATA_BYTES;
import static dev.quarry.internal.live.LiveCounter.PRESSURE_LEVEL;
import static dev.quarry.internal.live.LiveCounter.PURGED_BYTES;
import static dev.quarry.internal.live.LiveCounter.PURGE_FAILURES;
import static dev.quarry.internal.live.LiveCounter.QUARANTINE_BYTES;
import static dev.quarry.internal.live.LiveCounter.REMOTE_FREES;
import static dev.quarry.internal.live.LiveCounter.RESERVED_BYTES;
import static dev.quarry.internal.live.LiveCounter.SLAB_FREE_BYTES;
import static dev.quarry.internal.live.LiveCounter.SPAN_CLEAN_BYTES;
import static dev.quarry.internal.live.LiveCounter.SPAN_DIRTY_BYTES;
import static dev.quarry.internal.live.LiveCounter.WASTE_BYTES;

import dev.quarry.internal.arena.ArenaPool;
import dev.quarry.internal.arena.Tally;
import dev.quarry.internal.buddy.PageAllocator;
import dev.quarry.internal.live.ClassColumn;
import dev.quarry.internal.live.EventRing;
import dev.quarry.internal.live.LiveFile;
import dev.quarry.internal.live.NodeColumn;
import dev.quarry.internal.slab.SizeClasses;
import dev.quarry.internal.slab.Space;
import dev.quarry.internal.slab.Zone;

/// Counts an allocator and writes the figures to its live file. Makes no garbage.
///
/// `committed` is what the zones had committed when each was counted, and the metadata: so it is the buckets' sum,
/// bytes in flight included, even while other threads work.
///
/// Used by one thread at a time.
final class LiveFigures implements BlockCache.Counter {
    private final Space space;
    private final ArenaPool pool;
    private final BlockCaches caches;
    private final EventRing ring;
    private final Tally tally;
    private long metadataBytes;
    private long cachedBytes;
    private long cachedBlocks;
    private long committedMaxBytes;
    private long walkMaxNs;

    LiveFigures(Space space, ArenaPool pool, BlockCaches caches, EventRing ring) {
        this.space = space;
        this.pool = pool;
        this.caches = caches;
        this.ring = ring;
        this.tally = new Tally(space);
    }

    void count() {
        boolean isExact = false;
        for (int walks = 1; !isExact && walks <= BlockCaches.MAX_WALKS; walks++) {
            long stamp = caches.stamp();
            pool.count(tally);
            metadataBytes = space.metadataBytes();
            cachedBytes = 0;
            cachedBlocks = 0;
            caches.count(this);
            isExact = caches.isUndisturbed(stamp);
        }
    }

    @Override
    public void add(long blockBytes, long blocks) {
        cachedBytes += blockBytes * blocks;
        cachedBlocks += blocks;
    }

    /// @param nowNs  of the figures
    /// @param tookNs to count them
    void write(LiveFile file, long nowNs, long tookNs) {
        walkMaxNs = Math.max(walkMaxNs, tookNs);
        file.beginSnapshot();
        writeBuckets(file);
        writeCounts(file);
        for (int sizeClass = 0; sizeClass < SizeClasses.COUNT; sizeClass++) {
            writeClass(file, sizeClass);
        }
        Zone[] zones = space.zones();
        for (int index = 0; index < zones.length; index++) {
            writeNode(file, index, zones[index].pages());
        }
        file.endSnapshot(nowNs);
    }

    private void writeBuckets(LiveFile file) {
        long committed = tally.committedBytes() + metadataBytes;
        committedMaxBytes = Math.max(committedMaxBytes, committed);
        long taken = tally.liveBytes() + tally.wasteBytes();
        long cached = Math.min(cachedBytes, taken);
        // As in the statistics: kept blocks leave live and waste in the proportion that the two have.
        long fromLive = taken == 0 ? 0 : Math.round((double) cached / taken * tally.liveBytes());
        file.set(LIMIT_BYTES, space.ledger().limitBytes());
        file.set(RESERVED_BYTES, space.reservedBytes());
        file.set(COMMITTED_BYTES, committed);
        file.set(COMMITTED_MAX_BYTES, committedMaxBytes);
        file.set(LIVE_BYTES, tally.liveBytes() - fromLive);
        file.set(WASTE_BYTES, tally.wasteBytes() - (cached - fromLive));
        file.set(SLAB_FREE_BYTES, tally.slabFreeBytes());
        file.set(LOOKASIDE_BYTES, tally.lookasideBytes() + cached);
        file.set(SPAN_DIRTY_BYTES, tally.spanDirtyBytes());
        file.set(SPAN_CLEAN_BYTES, tally.spanCleanBytes());
        file.set(QUARANTINE_BYTES, tally.quarantineBytes());
        file.set(METADATA_BYTES, metadataBytes);
        file.set(IN_FLIGHT_BYTES, tally.inFlightBytes());
        file.set(LIVE_BLOCKS, tally.liveBlocks() - Math.min(cachedBlocks, tally.liveBlocks()));
    }

    private void writeCounts(LiveFile file) {
        file.set(MALLOCS, tally.mallocs());
        file.set(FREES, tally.frees());
        file.set(REMOTE_FREES, tally.remoteFrees());
        file.set(INVALID_FREES, space.invalidFrees().get());
        file.set(LIMIT_REFUSALS, space.ledger().refusals());
        file.set(COMMITS, ring.commits());
        file.set(EXHAUSTIONS, ring.exhaustions());
        file.set(PRESSURE_LEVEL, ring.pressureLevel());
        file.set(ARENAS, pool.arenaCount());
        file.set(IDLE_ARENAS, pool.idleCount());
        file.set(ADOPTIONS, pool.adoptions());
        file.set(IDLE_ADOPTIONS, pool.idleAdoptions());
        file.set(CENSUS_MAX_NS, walkMaxNs);
        long purgedBytes = 0;
        long purgeFailures = 0;
        for (Zone zone : space.zones()) {
            purgedBytes += zone.pages().purgedBytes();
            purgeFailures += zone.pages().region().purgeFailures();
        }
        file.set(PURGED_BYTES, purgedBytes);
        file.set(PURGE_FAILURES, purgeFailures);
    }

    private void writeClass(LiveFile file, int sizeClass) {
        file.setClass(sizeClass, ClassColumn.SLOT_BYTES, SizeClasses.slotBytes(sizeClass));
        file.setClass(sizeClass, ClassColumn.SLABS, tally.slabs(sizeClass));
        file.setClass(sizeClass, ClassColumn.LIVE, tally.live(sizeClass));
        file.setClass(sizeClass, ClassColumn.FREE, tally.free(sizeClass));
        file.setClass(sizeClass, ClassColumn.LOOKASIDE, tally.emptySlots(sizeClass));
        file.setClass(sizeClass, ClassColumn.MALLOCS, tally.mallocs(sizeClass));
        file.setClass(sizeClass, ClassColumn.FREES, tally.frees(sizeClass));
        file.setClass(sizeClass, ClassColumn.REFILLS, tally.misses(sizeClass));
        file.setClass(sizeClass, ClassColumn.FLUSHES, tally.flushes(sizeClass));
    }

    /// Free pages are read without the lock: they are a moment younger than the buckets.
    private static void writeNode(LiveFile file, int row, PageAllocator pages) {
        file.setNode(row, NodeColumn.NODE, pages.region().node());
        file.setNode(row, NodeColumn.COMMITTED_BYTES, pages.region().committedBytes());
        file.setNode(row, NodeColumn.DIRTY_BYTES, pages.dirtyFreeBytes());
        file.setNode(row, NodeColumn.CLEAN_BYTES, pages.cleanFreeBytes());
        file.setNode(row, NodeColumn.FULL_REFUSALS, pages.region().room().refusals());
        file.setNode(row, NodeColumn.PURGED_BYTES, pages.purgedBytes());
    }
}
