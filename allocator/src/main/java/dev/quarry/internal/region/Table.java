// SPDX-License-Identifier: Apache-2.0
package dev.quarry.internal.region;

import dev.quarry.numa.NativeMemoryException;
import org.jspecify.annotations.Nullable;

/// A table with one entry a page or frame of a region, committed as far as the region has grown.
///
/// Fresh memory reads as zero, so an entry that was never written is zero. Not thread-safe: used under its zone's lock.
public final class Table {
    private final Region region;
    private final long offset;
    private final long osPageBytes;
    private final boolean readable;
    private long usableBytes;

    /// A table inside a region of tables.
    /// @param region      the tables' region
    /// @param offset      of the table in it, a multiple of the OS page
    /// @param osPageBytes the system's page
    /// @param readable    whether the system has made all of it readable already, so that only credit is to be taken
    public Table(Region region, long offset, long osPageBytes, boolean readable) {
        this.readable = readable;
        this.region = region;
        this.offset = offset;
        this.osPageBytes = osPageBytes;
    }

    /// Makes the first bytes of the table usable.
    /// @param byteSize how many
    /// @return whether they are usable
    public boolean tryCover(long byteSize) {
        if (byteSize <= usableBytes) {
            return true;
        }
        long wanted = byteSize + osPageBytes - 1 & -osPageBytes;
        long more = wanted - usableBytes;
        if (!(readable ? region.tryCredit(more) : region.tryCommit(offset + usableBytes, more))) {
            return false;
        }
        usableBytes = wanted;
        return true;
    }

    /// {@return what the system said when it last refused memory for the tables; null where the limit did}
    public @Nullable NativeMemoryException lastFailure() {
        return region.lastFailure();
    }

    /// {@return the address of the first entry}
    public long address() {
        return region.base() + offset;
    }
}
