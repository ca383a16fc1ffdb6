// SPDX-License-Identifier: Apache-2.0
package dev.quarry.numa;

import java.util.Locale;

/// Byte counts for people.
final class ByteSizes {
    private static final String[] UNITS = {"KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};

    private ByteSizes() {}

    /// Exact in the largest unit that divides the count, otherwise rounded with the exact count beside it.
    static String describe(long byteSize) {
        if (byteSize < 1024) {
            return byteSize + (byteSize == 1 ? " byte" : " bytes");
        }
        int unit = (63 - Long.numberOfLeadingZeros(byteSize)) / 10;
        long unitBytes = 1L << (10 * unit);
        if (byteSize % unitBytes == 0) {
            return byteSize / unitBytes + " " + UNITS[unit - 1];
        }
        double rounded = (double) byteSize / unitBytes;
        return String.format(Locale.ROOT, "%.1f %s (%d bytes)", rounded, UNITS[unit - 1], byteSize);
    }
}
