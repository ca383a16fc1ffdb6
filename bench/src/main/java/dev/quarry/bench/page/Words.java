// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.page;

import java.util.Locale;

/// Figures as the page prints them, and sentences about them.
final class Words {
    private static final double UNITS_PER_STEP = 1000;
    private static final double BYTES_PER_STEP = 1024;

    private Words() {}

    /// With about three digits that count.
    static String number(double value) {
        double size = Math.abs(value);
        String format = size >= 100 ? "%,.0f" : size >= 10 ? "%.1f" : size >= 0.1 || size == 0 ? "%.2f" : "%.3f";
        return String.format(Locale.ROOT, format, value);
    }

    static String time(double ns) {
        return scaled(ns, UNITS_PER_STEP, "ns", "µs", "ms", "s");
    }

    static String bytes(double bytes) {
        if (Math.abs(bytes) < BYTES_PER_STEP) {
            return String.format(Locale.ROOT, "%.0f B", bytes);
        }
        return scaled(bytes, BYTES_PER_STEP, "B", "KiB", "MiB", "GiB");
    }

    /// A size that is a parameter, exactly.
    static String size(double bytes) {
        return bytes % BYTES_PER_STEP == 0
                ? bytes(bytes).replaceFirst("\\.0+ ", " ")
                : String.format(Locale.ROOT, "%,.0f B", bytes);
    }

    /// A case's figure with its unit, which for nanoseconds grows with the figure.
    static String figure(double value, String unit) {
        return unit.startsWith("ns") ? time(value) : number(value) + " " + unit;
    }

    static String threads(int count) {
        return count == 1 ? "1 thread" : count + " threads";
    }

    /// `0.62 of` or `1.42 times`: what stands before "the time of".
    static String share(double ratio) {
        return number(ratio) + (ratio < 1 ? " of" : " times");
    }

    /// How a row of Quarry's stands to the best of some competitors.
    ///
    /// @param verb with what is compared: "takes %s the time of", in which the ratio is put
    /// @param rank what the competitor is the best of
    static String standing(String verb, Measured quarry, Measured competitor, String rank, String unit) {
        double ratio = quarry.middle() / competitor.middle();
        boolean isNoise = quarry.value()
                .flatMap(value -> competitor.value().map(value::overlaps))
                .orElse(false);
        return quarry.label() + " " + String.format(Locale.ROOT, verb, share(ratio)) + " " + competitor.label() + ", "
                + rank + ": " + figure(quarry.middle(), unit) + " against " + figure(competitor.middle(), unit)
                + (isNoise ? "; their error bars overlap." : ".");
    }

    private static String scaled(double value, double step, String... units) {
        double scaled = value;
        int unit = 0;
        while (Math.abs(scaled) >= step && unit < units.length - 1) {
            scaled /= step;
            unit++;
        }
        return number(scaled) + " " + units[unit];
    }
}
