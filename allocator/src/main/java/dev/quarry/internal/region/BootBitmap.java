// SPDX-License-Identifier: Apache-2.0
package dev.quarry.internal.region;

/// The allocator's first allocator: a bitmap, first fit, over the first pages of the metadata.
///
/// It serves while nothing else stands: the span map that the buddy needs cannot come from the buddy. Once the buddy
/// stands, [#retire] closes it and tells which whole pages were never used; those go to the buddy. This is the life of
/// the kernel's bootmem.
///
/// One bit a line of [#LINE_BYTES]. Used by one thread, during construction only.
public final class BootBitmap {
    /// Unit of allocation in bytes: a cache line.
    public static final int LINE_BYTES = 64;

    private final long base;
    private final int lines;
    private final long[] used;
    private boolean retired;

    /// Takes charge of zeroed, usable memory.
    /// @param base     first address, line-aligned
    /// @param byteSize a multiple of the line
    public BootBitmap(long base, int byteSize) {
        this.base = base;
        this.lines = byteSize / LINE_BYTES;
        this.used = new long[(lines + 63) >>> 6];
    }

    /// Allocates the lowest run of lines that is free.
    /// @param byteSize      bytes wanted
    /// @param byteAlignment a power of two; at least a line is kept to
    /// @return the address
    /// @throws IllegalStateException if it does not fit, or the bitmap has retired
    public long allocate(int byteSize, int byteAlignment) {
        if (retired) {
            throw new IllegalStateException("the boot bitmap has retired");
        }
        int wanted = (byteSize + LINE_BYTES - 1) / LINE_BYTES;
        int step = Math.max(1, byteAlignment / LINE_BYTES);
        for (int first = 0; first + wanted <= lines; first += step) {
            if (isFree(first, wanted)) {
                mark(first, wanted);
                return base + (long) first * LINE_BYTES;
            }
        }
        throw new IllegalStateException("the boot bitmap has no " + byteSize + " bytes left of " + lines * LINE_BYTES
                + "; " + usedBytes() + " are used");
    }

    /// Ends the bitmap's service.
    /// @param pageBytes size of a page, a multiple of the line
    /// @return for each page whether none of its lines was ever handed out
    public boolean[] retire(int pageBytes) {
        retired = true;
        int linesPerPage = pageBytes / LINE_BYTES;
        boolean[] unused = new boolean[lines / linesPerPage];
        for (int page = 0; page < unused.length; page++) {
            unused[page] = isFree(page * linesPerPage, linesPerPage);
        }
        return unused;
    }

    /// {@return the bytes handed out}
    public int usedBytes() {
        int count = 0;
        for (long word : used) {
            count += Long.bitCount(word);
        }
        return count * LINE_BYTES;
    }

    private boolean isFree(int first, int count) {
        for (int line = first; line < first + count; line++) {
            if ((used[line >>> 6] & 1L << line) != 0) {
                return false;
            }
        }
        return true;
    }

    private void mark(int first, int count) {
        for (int line = first; line < first + count; line++) {
            used[line >>> 6] |= 1L << line;
        }
    }
}
