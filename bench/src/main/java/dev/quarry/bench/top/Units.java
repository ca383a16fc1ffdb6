// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.top;

import java.util.Locale;

/// Numbers as people read them.
final class Units {
    private static final String[] BYTE_UNITS = {"B", "KiB", "MiB", "GiB", "TiB"};
    private static final String[] COUNT_UNITS = {"", "k", "M", "G", "T"};
    private static final long NS_A_MICROSECOND = 1_000;
    private static final long NS_A_MILLISECOND = 1_000_000;
    private static final long NS_A_SECOND = 1_000_000_000;

    private Units() {}

    static String bytes(long bytes) {
        return bytes((double) bytes);
    }

    static String count(long count) {
        return count((double) count);
    }

    static String bytes(double bytes) {
        return scaled(bytes, 1024, " ", BYTE_UNITS);
    }

    static String count(double count) {
        return scaled(count, 1000, "", COUNT_UNITS);
    }

    private static String scaled(double value, int step, String gap, String[] units) {
        int unit = 0;
        double rest = value;
        while (Math.abs(rest) >= step && unit < units.length - 1) {
            rest /= step;
            unit++;
        }
        String format = unit == 0 ? "%.0f%s%s" : "%.1f%s%s";
        return String.format(Locale.ROOT, format, rest, gap, units[unit]).stripTrailing();
    }

    static String duration(long ns) {
        if (ns < NS_A_MICROSECOND) {
            return ns + " ns";
        }
        if (ns < NS_A_MILLISECOND) {
            return ns / NS_A_MICROSECOND + " us";
        }
        return ns < NS_A_SECOND
                ? ns / NS_A_MILLISECOND + " ms"
                : String.format(Locale.ROOT, "%.1f s", (double) ns / NS_A_SECOND);
    }

    static String age(long ms) {
        long seconds = Math.max(0, ms / 1_000);
        if (seconds < 60) {
            return seconds + " s";
        }
        if (seconds < 3_600) {
            return seconds / 60 + " min " + seconds % 60 + " s";
        }
        return seconds / 3_600 + " h " + seconds % 3_600 / 60 + " min";
    }
}
