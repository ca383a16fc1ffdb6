// SPDX-License-Identifier: Apache-2.0
package dev.quarry;

import dev.quarry.internal.arena.ArenaPool;
import dev.quarry.internal.error.ErrorKind;
import dev.quarry.internal.slab.Space;
import dev.quarry.internal.slab.Zone;
import dev.quarry.numa.MemoryReading;
import dev.quarry.numa.NativeMemoryException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// Says why there is no memory: used, limit, each bucket, who has most of it, and what to do.
///
/// The buckets come from a walk over all slabs. Where calls fail one after the other the walk is not repeated for each:
/// it may take a tenth of the time, and until the next one is due the last one's figures serve, with their age. The
/// committed bytes and the limit are always those of now.
///
/// Thread-safe; one thread walks at a time.
final class Diagnosis {
    private static final int TOP_CLASSES = 5;
    private static final int REMEDIES = 3;

    /// A walk is repeated after so many times of what it took.
    private static final int PAUSE_FACTOR = 10;

    private final AllocatorConfig config;
    private final Space space;
    private final ArenaPool pool;
    private final BlockCaches caches;
    private final PressureMonitor pressure;
    private final ReentrantLock walking = new ReentrantLock();
    private volatile @Nullable Walk last;

    /// The figures of one walk, and what is said of them in each message until the next.
    private record Walk(AllocatorStats stats, String buckets, String topClasses, long endNs, long nextNs) {}

    Diagnosis(AllocatorConfig config, Space space, ArenaPool pool, BlockCaches caches, PressureMonitor pressure) {
        this.pressure = pressure;
        this.config = config;
        this.space = space;
        this.pool = pool;
        this.caches = caches;
    }

    /// {@return the text}
    /// @param byteSize  what was asked for
    /// @param placement by which policy
    String describe(long byteSize, NumaPolicy placement) {
        Walk walk = walk();
        StringBuilder text = new StringBuilder(1024);
        text.append("no memory for ").append(byteSize).append(" bytes: ");
        text.append(space.ledger().committedBytes()).append(" bytes are committed of a limit of ");
        text.append(space.ledger().limitBytes()).append(" (");
        text.append(walk.buckets());
        long ageUs = (space.os().nanoTime() - walk.endNs()) / 1_000;
        text.append(ageUs > 0 ? "; " + ageUs + " us ago" : "").append("); ");
        largest(text);
        text.append(walk.topClasses());
        fullNodes(text, placement);
        cgroup(text);
        NativeMemoryException refused = space.lastRefusal();
        if (refused != null) {
            space.errors().count(ErrorKind.EXHAUSTED, "the system refused", refused.errnoName(), null);
            text.append("the system refused: ").append(refused.getMessage()).append("; ");
        } else {
            boolean alone = byteSize > config.limitBytes();
            String why = alone ? "the request alone is above the limit" : "the limit is reached";
            space.errors().count(ErrorKind.EXHAUSTED, why, "", null);
        }
        text.append(String.join("; ", remedies(byteSize, walk.stats(), refused != null)));
        for (String note : space.refusals()) {
            text.append("; ").append(note);
        }
        return text.toString();
    }

    private Walk walk() {
        Walk walk = last;
        if (walk != null && (space.os().nanoTime() - walk.nextNs() < 0 || walking.isLocked())) {
            return walk;
        }
        walking.lock();
        try {
            walk = last;
            long startNs = space.os().nanoTime();
            if (walk == null || startNs - walk.nextNs() >= 0) {
                AllocatorStats stats = caches.apply(pool::stats);
                String buckets = buckets(stats);
                String topClasses = topClasses(stats);
                long endNs = space.os().nanoTime();
                walk = new Walk(stats, buckets, topClasses, endNs, endNs + PAUSE_FACTOR * (endNs - startNs));
                last = walk;
            }
            return walk;
        } finally {
            walking.unlock();
        }
    }

    private static String buckets(AllocatorStats stats) {
        StringBuilder text = new StringBuilder();
        text.append("live ").append(stats.liveBytes());
        text.append(", waste ").append(stats.wasteBytes());
        text.append(", slabFree ").append(stats.slabFreeBytes());
        text.append(", lookaside ").append(stats.lookasideBytes());
        text.append(", spanDirty ").append(stats.spanDirtyBytes());
        text.append(", spanClean ").append(stats.spanCleanBytes());
        text.append(", quarantine ").append(stats.quarantineBytes());
        return text.append(", metadata ").append(stats.metadataBytes()).toString();
    }

    private void largest(StringBuilder text) {
        long bytes = 0;
        for (Zone zone : space.zones()) {
            bytes = Math.max(bytes, zone.largestFreeBytes());
        }
        text.append("largest free block ").append(bytes).append("; ");
    }

    /// The size classes that hold most live bytes.
    private static String topClasses(AllocatorStats stats) {
        StringBuilder text = new StringBuilder();
        List<SizeClassStats> rows = new ArrayList<>(stats.sizeClasses());
        rows.sort(Comparator.comparingLong(row -> -row.liveBlocks() * row.slotBytes()));
        String separator = "most in blocks of ";
        for (SizeClassStats row : rows.subList(0, Math.min(TOP_CLASSES, rows.size()))) {
            if (row.liveBlocks() > 0) {
                text.append(separator)
                        .append(row.slotBytes())
                        .append(" (")
                        .append(row.liveBlocks())
                        .append(')');
                separator = ", ";
            }
        }
        return text.append(separator.equals(", ") ? "; " : "").toString();
    }

    /// What the container uses, as far as the maintenance has read it.
    private void cgroup(StringBuilder text) {
        MemoryReading reading = pressure.lastReading();
        if (reading.usedPermille() != MemoryReading.UNKNOWN) {
            text.append("the cgroup uses ").append(reading.usedBytes()).append(" of ");
            text.append(reading.limitBytes()).append("; ");
        }
    }

    /// The nodes that the policy would have taken memory from and that had none.
    private void fullNodes(StringBuilder text, NumaPolicy policy) {
        for (Zone zone : space.nodeZones()) {
            boolean asked = policy.nodes().isEmpty() || policy.nodes().contains(zone.node()) || !policy.isStrict();
            if (asked && zone.pages().region().room().refusals() > 0) {
                text.append("node ").append(zone.node()).append(" has no free memory (policy ");
                text.append(policy).append("); ");
            }
        }
    }

    /// What most likely helps, the likeliest first.
    private List<String> remedies(long byteSize, AllocatorStats stats, boolean wasRefused) {
        List<String> all = new ArrayList<>();
        long limit = stats.limitBytes();
        if (byteSize > config.limitBytes()) {
            all.add("the request alone is above the limit: raise quarry.limit");
            return all;
        }
        if (wasRefused) {
            all.add("let the process have more: ulimit -v, vm.max_map_count, vm.overcommit_memory, the container's"
                    + " memory");
        }
        // Credit for less than a granule is of no use.
        long freeBytes = space.ledger().leftBytes() + stats.spanDirtyBytes() + stats.spanCleanBytes();
        if (!wasRefused && freeBytes - config.commitGranuleBytes() >= byteSize) {
            all.add("what is free lies in pieces: raise quarry.reserve, ask for smaller blocks, or keep long-lived ones"
                    + " apart in an allocator of their own");
        }
        if (stats.liveBytes() > limit / 2) {
            all.add("raise quarry.limit, or free more: most of it is in live blocks (report() shows of which size)");
        }
        if (stats.lookasideBytes() > limit / 16) {
            all.add("let threads keep less: lower quarry.lookaside.limit");
        }
        if (stats.quarantineBytes() > limit / 16) {
            all.add("lower quarry.quarantine.bytes");
        }
        if (stats.slabFreeBytes() > limit / 8) {
            all.add("slabs are partly free: blocks of one size that live long keep them");
        }
        if (stats.wasteBytes() > limit / 8) {
            all.add("much is lost to rounding: goodSize() tells what a size really takes");
        }
        if (config.exhaustion().kind() == ExhaustionPolicy.Kind.THROW) {
            all.add("let callers wait for others' frees: quarry.exhaustion=wait:100ms");
        }
        all.add("let services give up caches: register a Shrinker");
        all.add("raise quarry.limit");
        return all.subList(0, Math.min(REMEDIES, all.size()));
    }
}
