// SPDX-License-Identifier: Apache-2.0
package dev.quarry;

import java.util.List;

/// One consistent snapshot of an allocator's accounting.
///
/// Every committed byte is in exactly one bucket. At every quiescent moment:
///
/// `committed = live + waste + slabFree + lookaside + spanDirty + spanClean + quarantine + metadata`
///
/// The sum of live and waste bytes is exact. Their split is exact for blocks that have a span of their own and sampled
/// for blocks in slabs, where counting each request would slow every allocation down.
///
/// Byte counts are in bytes, all others are plain counts. Counts of events start at 0 with the allocator and only grow.
///
/// @param reservedBytes address space reserved; holds no memory by itself
/// @param committedBytes memory made usable, and counted against the limit
/// @param limitBytes the most that may be committed at any moment
/// @param liveBytes requested by the application and not freed
/// @param liveBlocks blocks handed out and not freed, a count
/// @param wasteBytes size of live blocks' slots or spans, less what was requested
/// @param slabFreeBytes in slabs, and neither handed out nor on a lookaside list
/// @param lookasideBytes free slots on arenas' lookaside lists
/// @param spanDirtyBytes free spans that still hold old contents, and so OS pages
/// @param spanCleanBytes free spans that are committed but hold no OS pages: purged, or never touched
/// @param quarantineBytes freed blocks held back from reuse by the checks
/// @param metadataBytes the allocator's own records
/// @param mallocs blocks handed out since the start, a count
/// @param frees blocks taken back since the start, a count
/// @param remoteFrees those of the frees that were done by a thread which does not own the block, a count
/// @param invalidFrees frees that were refused, a count
/// @param nodes one entry for each node that the allocator uses, by ascending node
/// @param sizeClasses one entry for each size class, by ascending slot size
public record AllocatorStats(
        long reservedBytes,
        long committedBytes,
        long limitBytes,
        long liveBytes,
        long liveBlocks,
        long wasteBytes,
        long slabFreeBytes,
        long lookasideBytes,
        long spanDirtyBytes,
        long spanCleanBytes,
        long quarantineBytes,
        long metadataBytes,
        long mallocs,
        long frees,
        long remoteFrees,
        long invalidFrees,
        List<NodeStats> nodes,
        List<SizeClassStats> sizeClasses) {
    /// Copies the lists.
    public AllocatorStats {
        nodes = List.copyOf(nodes);
        sizeClasses = List.copyOf(sizeClasses);
    }

    /// {@return whether the buckets add up to the committed bytes, as they do at every quiescent moment}
    public boolean identityHolds() {
        return committedBytes
                == liveBytes
                        + wasteBytes
                        + slabFreeBytes
                        + lookasideBytes
                        + spanDirtyBytes
                        + spanCleanBytes
                        + quarantineBytes
                        + metadataBytes;
    }

    /// {@return the memory that the allocator takes from the machine, in bytes: committed, less the clean spans}
    public long heldBytes() {
        return committedBytes - spanCleanBytes;
    }
}
