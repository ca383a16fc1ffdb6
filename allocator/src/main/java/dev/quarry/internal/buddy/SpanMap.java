// SPDX-License-Identifier: Apache-2.0
package dev.quarry.internal.buddy;

import static dev.quarry.numa.RawMemory.compareAndSetLong;
import static dev.quarry.numa.RawMemory.getLong;
import static dev.quarry.numa.RawMemory.getLongAcquire;
import static dev.quarry.numa.RawMemory.putLong;
import static dev.quarry.numa.RawMemory.putLongRelease;

/// What each page is: one record of sixteen bytes a page, out of line.
///
/// ```
/// word 0   63            32 31        16 15       8 7       0
///         | pages          | unused     | detail   | state   |    detail: order of a free block, class of a span
/// word 1   63                                               0
///         | next + 1                                         |    a cached span's link (a page); a free block has none
///         | requested bytes                                  |    an allocated span's
/// ```
///
/// | state         | the page starts                                   | written by            | mode      |
/// |---------------|---------------------------------------------------|-----------------------|-----------|
/// | `NONE`        | nothing: it lies inside something                  | zone lock             | release   |
/// | `FREE`        | a free block that is committed                     | zone lock             | release   |
/// | `UNCOMMITTED` | a free block without credit                        | zone lock             | release   |
/// | `SPAN`        | an allocated span                                  | whoever takes it      | release   |
/// | `CACHED`      | a span in an arena's lookaside list, or in transit | the freer, from `SPAN`| CAS       |
/// | `SLAB`        | a slab                                             | zone lock             | release   |
///
/// The freer's CAS from `SPAN` to `CACHED` makes a double free of a span impossible, whoever races.
public final class SpanMap {
    /// log2 of the page's bytes.
    public static final int PAGE_SHIFT = 12;

    /// Bytes of a page: the smallest unit that a region hands out.
    public static final int PAGE_BYTES = 1 << PAGE_SHIFT;

    /// Bytes of a record.
    public static final int RECORD_BYTES = 16;

    /// States: the low byte of word 0.
    public static final int NONE = 0;

    /// A free, committed block.
    public static final int FREE = 1;

    /// A free block that holds no credit.
    public static final int UNCOMMITTED = 2;

    /// An allocated span.
    public static final int SPAN = 3;

    /// A span in a lookaside list or in transit.
    public static final int CACHED = 4;

    /// The first page of a slab.
    public static final int SLAB = 5;

    private final long address;

    /// A map over raw memory that is usable as far as the region's frontier.
    /// @param address of the record of page 0
    public SpanMap(long address) {
        this.address = address;
    }

    /// {@return word 0}
    /// @param state  one of the states
    /// @param detail order or class
    /// @param pages  length
    static long word(int state, int detail, long pages) {
        return pages << 32 | (long) detail << 8 | state;
    }

    /// {@return the state in a word 0}
    /// @param word word 0
    public static int state(long word) {
        return (int) word & 0xFF;
    }

    /// {@return the order or class in a word 0}
    /// @param word word 0
    public static int detail(long word) {
        return (int) word >>> 8 & 0xFF;
    }

    /// {@return the length in pages in a word 0}
    /// @param word word 0
    public static long pages(long word) {
        return word >>> 32;
    }

    /// {@return word 0 of a page}
    /// @param page its index
    public long wordAcquire(long page) {
        return getLongAcquire(record(page));
    }

    /// Writes word 0 of a page.
    /// @param page   its index
    /// @param state  one of the states
    /// @param detail order or class
    /// @param pages  length
    public void setRelease(long page, int state, int detail, long pages) {
        putLongRelease(record(page), word(state, detail, pages));
    }

    /// Takes a span out of service, against all racing freers.
    /// @param page its first page
    /// @param word the word 0 that was read, of state [#SPAN]
    /// @return whether this caller won
    public boolean tryCache(long page, long word) {
        return compareAndSetLong(record(page), word, word - SPAN + CACHED);
    }

    /// {@return word 1: requested bytes, or links}
    /// @param page its index
    public long second(long page) {
        return getLong(record(page) + 8);
    }

    /// Writes word 1.
    /// @param page  its index
    /// @param value requested bytes, or links
    public void setSecond(long page, long value) {
        putLong(record(page) + 8, value);
    }

    private long record(long page) {
        return address + page * RECORD_BYTES;
    }
}
