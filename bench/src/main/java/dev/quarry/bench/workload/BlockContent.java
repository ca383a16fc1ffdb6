// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.workload;

import static dev.quarry.bench.workload.EveryByte.ALL;
import static dev.quarry.numa.RawMemory.asAddress;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

/// Writes and reads whole blocks as the C library's `memset` does it: by words, of which the last ones overlap those
/// before them, so that short blocks need few branches.
///
/// Behind [dev.quarry.numa.RawMemory#asAddress], and with offsets that are masked, no access is checked.
final class BlockContent {
    private static final int BULK_BYTES = 512;
    private static final int OFFSET_MASK = BULK_BYTES - 1;
    private static final long EACH_BYTE = 0x0101_0101_0101_0101L;

    private BlockContent() {}

    /// Sets every byte.
    ///
    /// The method is longer than what C2 inlines (`FreqInlineSize`), and means to be: a call, as `memset` is one in the
    /// program in C. Inlined it took registers and the compiler's budget from the calls that are measured.
    static void fill(long block, int byteSize, int value) {
        if (byteSize >= BULK_BYTES) {
            fillLong(block, byteSize, value);
            return;
        }
        final long word = (value & 0xff) * EACH_BYTE;
        long address = asAddress(block);
        if (byteSize >= 32) {
            for (int left = byteSize; ; ) {
                ALL.set(JAVA_LONG_UNALIGNED, address, word);
                ALL.set(JAVA_LONG_UNALIGNED, address + 8, word);
                ALL.set(JAVA_LONG_UNALIGNED, address + 16, word);
                ALL.set(JAVA_LONG_UNALIGNED, address + 24, word);
                if (left == 32) {
                    break;
                }
                final int step = Math.min(32, left - 32);
                left -= step;
                address = asAddress(address + step);
            }
        } else if (byteSize >= 16) {
            final long last = address + (byteSize - 16 & OFFSET_MASK);
            ALL.set(JAVA_LONG_UNALIGNED, address, word);
            ALL.set(JAVA_LONG_UNALIGNED, address + 8, word);
            ALL.set(JAVA_LONG_UNALIGNED, last, word);
            ALL.set(JAVA_LONG_UNALIGNED, last + 8, word);
        } else if (byteSize >= 8) {
            ALL.set(JAVA_LONG_UNALIGNED, address, word);
            ALL.set(JAVA_LONG_UNALIGNED, address + (byteSize - 8 & OFFSET_MASK), word);
        } else if (byteSize >= 4) {
            ALL.set(JAVA_INT_UNALIGNED, address, (int) word);
            ALL.set(JAVA_INT_UNALIGNED, address + (byteSize - 4 & OFFSET_MASK), (int) word);
        } else {
            for (int offset = 0; offset < byteSize; offset++) {
                ALL.set(JAVA_BYTE, address + offset, (byte) word);
            }
        }
    }

    private static void fillLong(long address, int byteSize, int value) {
        ALL.asSlice(address, byteSize).fill((byte) value);
    }

    /// Reads every byte, of a block of at least 4.
    static long read(long block, int byteSize) {
        final long address = asAddress(block);
        if (byteSize < Long.BYTES) {
            return (long) ALL.get(JAVA_INT_UNALIGNED, address)
                    + ALL.get(JAVA_INT_UNALIGNED, address + (byteSize - 4 & BULK_BYTES - 1));
        }
        long sum = 0;
        final int last = byteSize - Long.BYTES;
        for (int offset = 0; offset < last; offset += Long.BYTES) {
            sum += ALL.get(JAVA_LONG_UNALIGNED, address + offset);
        }
        return sum + ALL.get(JAVA_LONG_UNALIGNED, address + last);
    }
}
