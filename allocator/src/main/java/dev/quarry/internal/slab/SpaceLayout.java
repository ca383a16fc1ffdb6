// SPDX-License-Identifier: Apache-2.0
package dev.quarry.internal.slab;

import dev.quarry.AllocatorConfig;

/// How large the parts of a space are.
///
/// ```
/// data      | zone 0's region | zone 1's region | ... | interleaved |     one reservation, equal powers of two
/// metadata  | pool | frame table | page tables of the pool | of zone 0 | of zone 1 | ...
/// ```
///
/// With more than one node there is one zone more, whose OS pages the kernel spreads over several nodes.
///
/// @param zones           how many there are; the data has room for the next power of two
/// @param zoneBytes       of each zone's region, a power of two
/// @param dataBytes       of all, a power of two
/// @param poolBytes       of the metadata's pool
/// @param frameTableBytes of the frame table, whole frames
/// @param tableBytes      of frame table and page tables
/// @param metadataBytes   of pool and tables, rounded up to a power of two
record SpaceLayout(
        int zones,
        long zoneBytes,
        long dataBytes,
        long poolBytes,
        long frameTableBytes,
        long tableBytes,
        long metadataBytes) {
    private static final long MIN_POOL_BYTES = 8L << 20;
    private static final int POOL_FRACTION = 8;

    /// {@return the layout of an allocator's space}
    /// @param config its options
    /// @param nodes  how many NUMA nodes it uses
    static SpaceLayout of(AllocatorConfig config, int nodes) {
        int zones = nodes == 1 ? 1 : nodes + 1;
        int zoneCount = Integer.highestOneBit(zones * 2 - 1);
        long zoneBytes = config.reserveBytes();
        long dataBytes = zoneBytes * zoneCount;
        long poolBytes = Math.max(MIN_POOL_BYTES, Long.highestOneBit(dataBytes) / POOL_FRACTION);
        long frameTableBytes = PageTables.wholeFrames(FrameTable.byteSize(dataBytes));
        long tableBytes = frameTableBytes + PageTables.byteSize(poolBytes) + PageTables.byteSize(zoneBytes) * zoneCount;
        long metadataBytes = Long.highestOneBit((poolBytes + tableBytes) * 2 - 1);
        return new SpaceLayout(zones, zoneBytes, dataBytes, poolBytes, frameTableBytes, tableBytes, metadataBytes);
    }

    /// {@return log2 of the bytes of a zone's region}
    int zoneShift() {
        return Long.numberOfTrailingZeros(zoneBytes);
    }
}
