// SPDX-License-Identifier: Apache-2.0
package dev.quarry;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

/// The registered caches of one allocator, and what the statistics look like with their blocks counted as free.
///
/// A walk counts what is allocated first and what the caches keep afterwards. Blocks that a cache gives up in between
/// would so stand there as live, and no thread of the service would have them: such a walk is done again.
///
/// Thread-safe.
final class BlockCaches {
    /// Walks at most, when caches give blocks up all the time.
    static final int MAX_WALKS = 3;

    private static final long DISTURBED = -1;

    private final List<BlockCache> caches = new CopyOnWriteArrayList<>();

    /// Calls that let caches give blocks up. Each is begun before it is ended, so equal counts say that none runs.
    private final AtomicLong begun = new AtomicLong();

    private final AtomicLong ended = new AtomicLong();

    void add(BlockCache cache) {
        caches.add(cache);
    }

    boolean isEmpty() {
        return caches.isEmpty();
    }

    void reclaim() {
        begun.getAndIncrement();
        try {
            for (BlockCache cache : caches) {
                cache.reclaim();
            }
        } finally {
            ended.getAndIncrement();
        }
    }

    void sweep() {
        begun.getAndIncrement();
        try {
            for (BlockCache cache : caches) {
                cache.sweep();
            }
        } finally {
            ended.getAndIncrement();
        }
    }

    /// {@return what [#isUndisturbed] wants to know after a walk that begins now}
    long stamp() {
        // In this order: when the first is read there may be calls that the second does not count yet.
        long endedBefore = ended.get();
        return begun.get() == endedBefore ? endedBefore : DISTURBED;
    }

    /// {@return whether no cache was asked to give blocks up between the stamp and now}
    boolean isUndisturbed(long stamp) {
        return begun.get() == stamp;
    }

    /// Counts the blocks of all caches. The order of sizes is the caches' own.
    void count(BlockCache.Counter counter) {
        for (BlockCache cache : caches) {
            cache.count(counter);
        }
    }

    /// Walks, and moves cached blocks from the live ones to the lookaside ones. The buckets' sum stays what it is.
    AllocatorStats apply(Supplier<AllocatorStats> walk) {
        if (caches.isEmpty()) {
            return walk.get();
        }
        for (int walks = 1; ; walks++) {
            long stamp = stamp();
            AllocatorStats stats = withKept(walk.get());
            if (isUndisturbed(stamp) || walks == MAX_WALKS) {
                return stats;
            }
        }
    }

    private AllocatorStats withKept(AllocatorStats stats) {
        Map<Long, Long> blocksBySize = new TreeMap<>();
        for (BlockCache cache : caches) {
            cache.count((blockBytes, blocks) -> blocksBySize.merge(blockBytes, blocks, Long::sum));
        }
        long blocks = 0;
        long bytes = 0;
        for (Map.Entry<Long, Long> size : blocksBySize.entrySet()) {
            blocks += size.getValue();
            bytes += size.getKey() * size.getValue();
        }
        return withCached(stats, Math.min(blocks, stats.liveBlocks()), bytes, blocksBySize);
    }

    private static AllocatorStats withCached(
            AllocatorStats stats, long blocks, long bytes, Map<Long, Long> blocksBySize) {
        long taken = stats.liveBytes() + stats.wasteBytes();
        long cached = Math.min(bytes, taken);
        // What was requested of a cached block is not known any more: it leaves both buckets in their proportion.
        long fromLive = taken == 0 ? 0 : Math.round((double) cached / taken * stats.liveBytes());
        return new AllocatorStats(
                stats.reservedBytes(),
                stats.committedBytes(),
                stats.limitBytes(),
                stats.liveBytes() - fromLive,
                stats.liveBlocks() - blocks,
                stats.wasteBytes() - (cached - fromLive),
                stats.slabFreeBytes(),
                stats.lookasideBytes() + cached,
                stats.spanDirtyBytes(),
                stats.spanCleanBytes(),
                stats.quarantineBytes(),
                stats.metadataBytes(),
                stats.mallocs(),
                stats.frees(),
                stats.remoteFrees(),
                stats.invalidFrees(),
                stats.nodes(),
                classesWithCached(stats.sizeClasses(), blocksBySize));
    }

    private static List<SizeClassStats> classesWithCached(List<SizeClassStats> classes, Map<Long, Long> blocksBySize) {
        List<SizeClassStats> result = new ArrayList<>(classes.size());
        for (SizeClassStats row : classes) {
            long blocks = Math.min(blocksBySize.getOrDefault((long) row.slotBytes(), 0L), row.liveBlocks());
            result.add(new SizeClassStats(
                    row.slotBytes(),
                    row.slabBytes(),
                    row.slotsPerSlab(),
                    row.slabs(),
                    row.liveBlocks() - blocks,
                    row.freeSlots(),
                    row.lookasideSlots() + blocks,
                    row.lookasideDepth(),
                    row.mallocs(),
                    row.frees(),
                    row.refills(),
                    row.flushes()));
        }
        return result;
    }
}
