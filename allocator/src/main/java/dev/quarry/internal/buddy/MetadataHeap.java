// SPDX-License-Identifier: Apache-2.0
package dev.quarry.internal.buddy;

import static dev.quarry.internal.buddy.SpanMap.PAGE_BYTES;
import static dev.quarry.internal.buddy.SpanMap.PAGE_SHIFT;
import static dev.quarry.numa.RawMemory.getLong;
import static dev.quarry.numa.RawMemory.putLong;

import dev.quarry.OutOfOffHeapMemoryError;
import dev.quarry.internal.region.BootBitmap;
import dev.quarry.internal.region.Region;
import dev.quarry.internal.region.Table;
import dev.quarry.numa.NativeMemoryException;
import java.util.concurrent.locks.ReentrantLock;

/// Where descriptors with their link arrays and arena records come from: memory that no block's address reaches.
///
/// At first a [BootBitmap] over the first pages serves; when the buddy stands it retires and its unused pages go there.
/// Afterwards records up to [#MAX_RECORD_BYTES] are rounded to one of four sizes a doubling, cut from whole pages,
/// and recycled by size; larger ones are runs of pages.
///
/// Thread-safe: one short lock, reached only when a slab is made or retired, or a thread comes.
public final class MetadataHeap {
    /// Largest record that is cut from pages.
    public static final int MAX_RECORD_BYTES = 1 << 13;

    private static final int BOOT_BYTES = 4 * PAGE_BYTES;
    private static final int MIN_SHIFT = 6;
    private static final int STEPS = 4;
    private static final int CLASSES = (13 - MIN_SHIFT) * STEPS + 1;
    private static final int CHUNK_PAGES = 2;

    private final ReentrantLock lock = new ReentrantLock();
    private final long base;
    private final PageAllocator pages;
    private final BootBitmap boot;
    private final long[] freeHeads = new long[CLASSES];
    private long bump;
    private long bumpEnd;
    private long usedBytes;

    /// Takes charge of the metadata's region and starts the boot bitmap.
    /// @param region       of which nothing is committed
    /// @param records      table for the metadata's own span map
    /// @param dirtyBits    table for its dirty map
    /// @param freeBits     table for its maps of free blocks
    /// @param granuleBytes how much is committed at least when it grows
    public MetadataHeap(Region region, Table records, Table dirtyBits, Table freeBits, long granuleBytes) {
        this.base = region.base();
        this.pages = new PageAllocator(region, records, dirtyBits, freeBits, Growth.NOTHING_MORE, granuleBytes);
        long first = pages.allocate(BOOT_BYTES >>> PAGE_SHIFT, 0);
        if (first != 0) {
            NativeMemoryException refused = region.lastFailure() == null ? records.lastFailure() : region.lastFailure();
            throw new OutOfOffHeapMemoryError("the first pages of the metadata could not be committed: "
                    + (refused == null ? "the limit is too low" : refused));
        }
        this.boot = new BootBitmap(base, BOOT_BYTES);
    }

    /// Allocates before the buddy is in service.
    /// @param byteSize bytes wanted
    /// @return the address of zeroed, line-aligned memory that is never freed
    public long bootAllocate(int byteSize) {
        usedBytes += byteSize;
        return boot.allocate(byteSize, BootBitmap.LINE_BYTES);
    }

    /// Retires the boot bitmap: the pages it never used go to the buddy.
    /// @return how many pages those were
    public int retireBoot() {
        boolean[] unused = boot.retire(PAGE_BYTES);
        int first = 0;
        while (first < unused.length && !unused[first]) {
            first++;
        }
        for (int page = first; page < unused.length; page++) {
            if (!unused[page]) {
                throw new IllegalStateException("first fit left a hole before page " + page);
            }
        }
        pages.map().setRelease(0, SpanMap.SPAN, 0, Math.max(first, 1));
        if (first < unused.length) {
            pages.map().setRelease(first, SpanMap.CACHED, 0, unused.length - first);
            pages.free(first, unused.length - first, 0);
        }
        return unused.length - first;
    }

    /// Allocates a record.
    /// @param byteSize its bytes
    /// @return the address of zeroed memory aligned to a cache line, or 0 when credit or memory is wanting
    public long allocate(int byteSize) {
        lock.lock();
        try {
            long address = byteSize > MAX_RECORD_BYTES ? allocateRun(byteSize) : allocateRecord(classOf(byteSize));
            usedBytes += address == 0 ? 0 : roundedBytes(byteSize);
            return address;
        } finally {
            lock.unlock();
        }
    }

    /// Frees a record.
    /// @param address  what [#allocate] returned
    /// @param byteSize the same size
    public void free(long address, int byteSize) {
        lock.lock();
        try {
            usedBytes -= roundedBytes(byteSize);
            if (byteSize > MAX_RECORD_BYTES) {
                long runPages = byteSize + PAGE_BYTES - 1L >>> PAGE_SHIFT;
                pages.free(address - base >>> PAGE_SHIFT, runPages, runPages);
            } else {
                int sizeClass = classOf(byteSize);
                putLong(address, freeHeads[sizeClass]);
                freeHeads[sizeClass] = address;
            }
        } finally {
            lock.unlock();
        }
    }

    /// {@return the bytes in records now}
    public long usedBytes() {
        return usedBytes;
    }

    /// {@return the metadata's pages}
    public PageAllocator pages() {
        return pages;
    }

    /// Walks the metadata's pages.
    /// @throws IllegalStateException naming the first invariant that does not hold
    public void verify() {
        lock.lock();
        try {
            pages.verify();
        } finally {
            lock.unlock();
        }
    }

    private long allocateRecord(int sizeClass) {
        int bytes = classBytes(sizeClass);
        long head = freeHeads[sizeClass];
        if (head != 0) {
            freeHeads[sizeClass] = getLong(head);
            zero(head, bytes);
            return head;
        }
        if (bumpEnd - bump < bytes && !refillBump()) {
            return 0;
        }
        long address = bump;
        bump += bytes;
        return address;
    }

    /// What is left of the chunk is cut into the largest records that fit, so nothing is lost.
    private boolean refillBump() {
        long page = pages.allocate(CHUNK_PAGES, 0);
        if (page == BuddyAllocator.NOTHING) {
            return false;
        }
        while (bumpEnd - bump >= 1 << MIN_SHIFT) {
            int sizeClass = classOf((int) (bumpEnd - bump));
            if (classBytes(sizeClass) > bumpEnd - bump) {
                sizeClass--;
            }
            putLong(bump, freeHeads[sizeClass]);
            freeHeads[sizeClass] = bump;
            bump += classBytes(sizeClass);
        }
        pages.map().setRelease(page, SpanMap.SPAN, 0, CHUNK_PAGES);
        bump = base + (page << PAGE_SHIFT);
        bumpEnd = bump + CHUNK_PAGES * PAGE_BYTES;
        if (!pages.lastWasClean()) {
            zero(bump, bumpEnd - bump);
        }
        return true;
    }

    private long allocateRun(int byteSize) {
        long runPages = byteSize + PAGE_BYTES - 1L >>> PAGE_SHIFT;
        long page = pages.allocate(runPages, 0);
        if (page == BuddyAllocator.NOTHING) {
            return 0;
        }
        pages.map().setRelease(page, SpanMap.SPAN, 0, runPages);
        long address = base + (page << PAGE_SHIFT);
        if (!pages.lastWasClean()) {
            zero(address, runPages << PAGE_SHIFT);
        }
        return address;
    }

    /// Word by word: the bulk fill may put an object on the heap, and a heap without room would break off half-way.
    private static void zero(long address, long bytes) {
        for (long offset = 0; offset < bytes; offset += Long.BYTES) {
            putLong(address + offset, 0);
        }
    }

    private static long roundedBytes(int byteSize) {
        return byteSize > MAX_RECORD_BYTES ? byteSize + PAGE_BYTES - 1L & -PAGE_BYTES : classBytes(classOf(byteSize));
    }

    /// Classes are 64, 80, 96, 112, 128, 160 ... 8192, rounded up to lines.
    private static int classOf(int byteSize) {
        if (byteSize <= 1 << MIN_SHIFT) {
            return 0;
        }
        int shift = 31 - Integer.numberOfLeadingZeros(byteSize - 1);
        int step = byteSize - 1 >>> shift - 2 & STEPS - 1;
        return (shift - MIN_SHIFT) * STEPS + step + 1;
    }

    private static int classBytes(int sizeClass) {
        if (sizeClass == 0) {
            return 1 << MIN_SHIFT;
        }
        int shift = MIN_SHIFT + (sizeClass - 1) / STEPS;
        int step = (sizeClass - 1) % STEPS + 1;
        int bytes = (1 << shift) + (step << shift - 2);
        return bytes + BootBitmap.LINE_BYTES - 1 & -BootBitmap.LINE_BYTES;
    }
}
