// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.workload;

import static dev.quarry.bench.workload.EveryByte.ALL;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

/// Writes and reads whole blocks, by words as far as they go; the last word overlaps the one before it.
final class BlockContent {
    private static final int BULK_BYTES = 512;
    private static final long EACH_BYTE = 0x0101_0101_0101_0101L;

    private BlockContent() {}

    /// Sets every byte.
    static void fill(long address, long byteSize, int value) {
        if (byteSize >= BULK_BYTES) {
            ALL.asSlice(address, byteSize).fill((byte) value);
        } else if (byteSize >= Long.BYTES) {
            long word = (value & 0xff) * EACH_BYTE;
            long last = byteSize - Long.BYTES;
            for (long offset = 0; offset < last; offset += Long.BYTES) {
                ALL.set(JAVA_LONG_UNALIGNED, address + offset, word);
            }
            ALL.set(JAVA_LONG_UNALIGNED, address + last, word);
        } else {
            fillShort(address, (int) byteSize, value);
        }
    }

    private static void fillShort(long address, int byteSize, int value) {
        if (byteSize >= Integer.BYTES) {
            int word = (value & 0xff) * (int) EACH_BYTE;
            ALL.set(JAVA_INT_UNALIGNED, address, word);
            ALL.set(JAVA_INT_UNALIGNED, address + byteSize - Integer.BYTES, word);
        } else {
            for (int offset = 0; offset < byteSize; offset++) {
                ALL.set(JAVA_BYTE, address + offset, (byte) value);
            }
        }
    }

    /// Reads every byte, of a block of at least 4.
    static long read(long address, long byteSize) {
        if (byteSize < Long.BYTES) {
            return (long) ALL.get(JAVA_INT_UNALIGNED, address)
                    + ALL.get(JAVA_INT_UNALIGNED, address + byteSize - Integer.BYTES);
        }
        long sum = 0;
        long last = byteSize - Long.BYTES;
        for (long offset = 0; offset < last; offset += Long.BYTES) {
            sum += ALL.get(JAVA_LONG_UNALIGNED, address + offset);
        }
        return sum + ALL.get(JAVA_LONG_UNALIGNED, address + last);
    }
}
