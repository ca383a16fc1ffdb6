// SPDX-License-Identifier: Apache-2.0
package dev.quarry.internal.slab;

import static dev.quarry.internal.buddy.SpanMap.PAGE_SHIFT;
import static dev.quarry.internal.slab.SizeClasses.FRAME_BYTES;

import dev.quarry.internal.buddy.PageAllocator;
import dev.quarry.internal.buddy.SpanMap;
import dev.quarry.internal.region.Region;
import dev.quarry.internal.region.Table;

/// Hands out consecutive parts of the tables' region, three for each region of pages:
///
/// ```
/// | records of its pages | dirty bits | free maps |     each whole frames
/// ```
///
/// Used once, by who makes the space.
final class PageTables {
    private final Region tables;
    private final long osPageBytes;
    private long offset;

    /// @param tables      the region
    /// @param osPageBytes the system's page
    /// @param offset      of the first part
    PageTables(Region tables, long osPageBytes, long offset) {
        this.tables = tables;
        this.osPageBytes = osPageBytes;
        this.offset = offset;
    }

    /// {@return what the tables of a region of pages take}
    /// @param regionBytes its length
    static long byteSize(long regionBytes) {
        return recordBytes(regionBytes) + dirtyBytes(regionBytes) + freeBytes(regionBytes);
    }

    Table records(long regionBytes) {
        return next(recordBytes(regionBytes));
    }

    Table dirty(long regionBytes) {
        return next(dirtyBytes(regionBytes));
    }

    Table free(long regionBytes) {
        return next(freeBytes(regionBytes));
    }

    private Table next(long bytes) {
        Table table = new Table(tables, offset, osPageBytes, false);
        offset += bytes;
        return table;
    }

    private static long recordBytes(long regionBytes) {
        return wholeFrames((regionBytes >>> PAGE_SHIFT) * SpanMap.RECORD_BYTES);
    }

    private static long dirtyBytes(long regionBytes) {
        return wholeFrames((regionBytes >>> PAGE_SHIFT >>> 3) + Long.BYTES);
    }

    private static long freeBytes(long regionBytes) {
        return wholeFrames(PageAllocator.freeBitsBytes(regionBytes >>> PAGE_SHIFT));
    }

    /// {@return bytes rounded up to whole frames, so that each table begins with an OS page of its own}
    /// @param bytes any number
    static long wholeFrames(long bytes) {
        return bytes + FRAME_BYTES - 1 & -FRAME_BYTES;
    }
}
