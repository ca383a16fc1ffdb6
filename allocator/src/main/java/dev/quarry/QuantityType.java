// SPDX-License-Identifier: Apache-2.0
package dev.quarry;

import org.jspecify.annotations.Nullable;

/// A whole number with a unit, within a range; where the option allows it, the word `auto` in its place.
///
/// @param units what the number counts
/// @param min the least value, in the base unit
/// @param max the greatest value, in the base unit
/// @param powerOfTwo whether only powers of two pass
/// @param orAuto whether [#AUTO] passes too, whatever the range
/// @param percentages whether a percentage passes too, from 1% to 100%
record QuantityType(QuantityUnits units, long min, long max, boolean powerOfTwo, boolean orAuto, boolean percentages)
        implements OptionType<Long> {
    /// The value that leaves the choice to the allocator.
    static final long AUTO = 0;

    private static final String AUTO_WORD = "auto";

    /// What a percentage is kept as, less the percentage: no number that anybody means is so small.
    private static final long PERCENTAGES = Long.MIN_VALUE;

    /// A size, its bounds written as sizes.
    static QuantityType size(String min, String max) {
        return between(QuantityUnits.BYTES, min, max);
    }

    /// A time, its bounds written as times.
    static QuantityType time(String min, String max) {
        return between(QuantityUnits.NANOSECONDS, min, max);
    }

    /// A plain count.
    static QuantityType count(int min, int max) {
        return new QuantityType(QuantityUnits.COUNT, min, max, false, false, false);
    }

    /// A part of something.
    static QuantityType percentage() {
        return between(QuantityUnits.PERCENT, "1%", "100%");
    }

    private static QuantityType between(QuantityUnits units, String min, String max) {
        return new QuantityType(units, units.parse(min), units.parse(max), false, false, false);
    }

    /// Whether a value of an option that takes percentages is one.
    static boolean isPercentage(long value) {
        return value > PERCENTAGES && value <= PERCENTAGES + 100;
    }

    /// The percentage that a value stands for.
    static int percentage(long value) {
        return (int) (value - PERCENTAGES);
    }

    /// The same range, powers of two only.
    QuantityType onlyPowersOfTwo() {
        return new QuantityType(units, min, max, true, orAuto, percentages);
    }

    /// The same range, and [#AUTO].
    QuantityType orAutomatic() {
        return new QuantityType(units, min, max, powerOfTwo, true, percentages);
    }

    /// The same range, and percentages.
    QuantityType orPercentage() {
        return new QuantityType(units, min, max, powerOfTwo, orAuto, true);
    }

    /// The nearest value inside the bounds.
    long clamp(long value) {
        return Math.clamp(value, min, max);
    }

    @Override
    public String kind() {
        return units.kind();
    }

    @Override
    public String unit() {
        return units.baseUnit();
    }

    @Override
    public String expected() {
        return units.example() + ", from " + units.format(min) + " to " + units.format(max)
                + (powerOfTwo ? ", a power of two" : "") + (percentages ? ", or 1% to 100%" : "")
                + (orAuto ? ", or auto" : "");
    }

    @Override
    public @Nullable Long parse(String text) {
        if (orAuto && text.equalsIgnoreCase(AUTO_WORD)) {
            return AUTO;
        }
        long value = percentages && text.endsWith("%") ? parsePercentage(text) : units.parse(text);
        return value != QuantityUnits.INVALID && accepts(value) ? value : null;
    }

    private static long parsePercentage(String text) {
        long percentage = QuantityUnits.COUNT.parse(text.substring(0, text.length() - 1));
        return percentage >= 1 && percentage <= 100 ? PERCENTAGES + percentage : QuantityUnits.INVALID;
    }

    @Override
    public boolean accepts(Long value) {
        if (orAuto && value == AUTO || percentages && isPercentage(value)) {
            return true;
        }
        return value >= min && value <= max && (!powerOfTwo || Long.bitCount(value) == 1);
    }

    @Override
    public String format(Long value) {
        if (percentages && isPercentage(value)) {
            return percentage(value) + "%";
        }
        return orAuto && value == AUTO ? AUTO_WORD : units.format(value);
    }
}
