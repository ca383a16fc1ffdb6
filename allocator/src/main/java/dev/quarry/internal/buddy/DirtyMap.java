// SPDX-License-Identifier: Apache-2.0
package dev.quarry.internal.buddy;

import static dev.quarry.numa.RawMemory.getLong;
import static dev.quarry.numa.RawMemory.putLong;

/// Which pages may hold something else than zero: one bit a page, out of line.
///
/// A page is clean from its commit or purge until something that was allocated over it is freed. Clean free pages cost
/// no memory, and what is allocated from clean pages only needs no zeroing. Not thread-safe: used under its zone's
/// lock.
final class DirtyMap {
    private final long address;

    DirtyMap(long address) {
        this.address = address;
    }

    /// {@return how many pages of a range are dirty}
    long count(long page, long pages) {
        long dirty = 0;
        for (long at = page; at < page + pages; ) {
            long mask = mask(at, page + pages);
            dirty += Long.bitCount(getLong(word(at)) & mask);
            at = (at | 63) + 1;
        }
        return dirty;
    }

    /// Marks a range dirty. Whole words are written without having been read: of a large run they are in no cache.
    /// @return the pages of the range
    long set(long page, long pages) {
        for (long at = page; at < page + pages; ) {
            long word = word(at);
            long mask = mask(at, page + pages);
            putLong(word, mask == -1 ? mask : getLong(word) | mask);
            at = (at | 63) + 1;
        }
        return pages;
    }

    /// Marks a range clean.
    void clear(long page, long pages) {
        for (long at = page; at < page + pages; ) {
            long word = word(at);
            putLong(word, getLong(word) & ~mask(at, page + pages));
            at = (at | 63) + 1;
        }
    }

    private long word(long page) {
        return address + (page >>> 6 << 3);
    }

    /// The bits of one word that belong to `[page, end)`.
    private static long mask(long page, long end) {
        long from = -1L << page;
        long bits = Math.min(end - (page & ~63L), 64);
        return bits == 64 ? from : from & (1L << bits) - 1;
    }
}
