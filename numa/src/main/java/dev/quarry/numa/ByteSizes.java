// SPDX-License-Identifier: Apache-2.0
package dev.quarry.numa;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Byte counts for people.
final class ByteSizes {
    private static final String[] UNITS = {"KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};

    /// The letters of the short form, each standing for 1024 times its forerunner.
    private static final String LETTERS = "kmgt";

    private static final Pattern SHORT_FORM = Pattern.compile("(\\d{1,18})([kmgtKMGT]?)");

    private ByteSizes() {}

    /// Reads a count in short form.
    ///
    /// @throws IllegalArgumentException if it is none; the message quotes it
    static long parse(String text) {
        Matcher matcher = SHORT_FORM.matcher(text);
        if (matcher.matches()) {
            long number = Long.parseLong(matcher.group(1));
            int shift = 10 * (1 + LETTERS.indexOf(matcher.group(2).toLowerCase(Locale.ROOT)));
            shift = matcher.group(2).isEmpty() ? 0 : shift;
            if (number <= Long.MAX_VALUE >> shift) {
                return number << shift;
            }
        }
        throw new IllegalArgumentException("'" + text + "', expected a size such as 65536, 512m or 16g");
    }

    /// Exact, in the largest unit that divides the count: `16g`.
    static String shortForm(long byteSize) {
        int unit = byteSize == 0 ? 0 : Math.min(Long.numberOfTrailingZeros(byteSize) / 10, LETTERS.length());
        return (byteSize >> (10 * unit)) + (unit == 0 ? "" : LETTERS.substring(unit - 1, unit));
    }

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
