// SPDX-License-Identifier: Apache-2.0
package dev.quarry;

import java.util.List;

/// A family of units for whole numbers: bytes, nanoseconds, percent, or plain counts.
///
/// A quantity is written as digits and a unit without anything between them, in upper or lower case: `64m`, `10ms`,
/// `512`.
final class QuantityUnits {
    /// What [#parse] gives for a text that is no quantity, or one that no `long` can hold.
    static final long INVALID = -1;

    static final QuantityUnits BYTES = new QuantityUnits(
            "size",
            "bytes",
            "a size such as 64m, 1g or 65536",
            List.of(
                    new Unit("", 1),
                    new Unit("k", 1L << 10),
                    new Unit("m", 1L << 20),
                    new Unit("g", 1L << 30),
                    new Unit("t", 1L << 40)),
            "ib");

    static final QuantityUnits NANOSECONDS = new QuantityUnits(
            "time",
            "nanoseconds",
            "a time such as 250us, 10ms or 5s",
            List.of(
                    new Unit("ns", 1),
                    new Unit("us", 1_000),
                    new Unit("ms", 1_000_000),
                    new Unit("s", 1_000_000_000),
                    new Unit("m", 60_000_000_000L),
                    new Unit("h", 3_600_000_000_000L)),
            "");

    static final QuantityUnits PERCENT =
            new QuantityUnits("percentage", "percent", "a percentage such as 85%", List.of(new Unit("%", 1)), "");

    static final QuantityUnits COUNT = new QuantityUnits("count", "", "a whole number", List.of(new Unit("", 1)), "");

    /// More digits than this overflow a `long` or start with needless zeros.
    private static final int MAX_DIGITS = 18;

    private final String kind;
    private final String baseUnit;
    private final String example;
    private final List<Unit> smallestFirst;
    private final String optionalEnding;

    private QuantityUnits(
            String kind, String baseUnit, String example, List<Unit> smallestFirst, String optionalEnding) {
        this.kind = kind;
        this.baseUnit = baseUnit;
        this.example = example;
        this.smallestFirst = smallestFirst;
        this.optionalEnding = optionalEnding;
    }

    /// One word for the family: `size`, `time`, `percentage` or `count`.
    String kind() {
        return kind;
    }

    /// The unit in which [#parse] answers; empty for counts.
    String baseUnit() {
        return baseUnit;
    }

    /// What a quantity of this family looks like.
    String example() {
        return example;
    }

    /// The quantity in the base unit, or [#INVALID]. A zero needs no unit. Never throws.
    long parse(String text) {
        int digits = 0;
        while (digits < text.length() && isDigit(text.charAt(digits))) {
            digits++;
        }
        if (digits == 0 || digits > MAX_DIGITS) {
            return INVALID;
        }
        long count = Long.parseLong(text, 0, digits, 10);
        String symbol = text.substring(digits);
        if (count == 0 && symbol.isEmpty()) {
            return 0;
        }
        long factor = factorOf(symbol);
        return factor == INVALID || count > Long.MAX_VALUE / factor ? INVALID : count * factor;
    }

    /// The quantity in the largest unit that holds it without a fraction; a zero has no unit.
    String format(long value) {
        Unit best = smallestFirst.getFirst();
        for (Unit unit : smallestFirst) {
            if (value % unit.factor == 0) {
                best = unit;
            }
        }
        return value == 0 ? "0" : value / best.factor + best.symbol;
    }

    private long factorOf(String symbol) {
        for (Unit unit : smallestFirst) {
            if (symbol.equalsIgnoreCase(unit.symbol)
                    || (!unit.symbol.isEmpty() && symbol.equalsIgnoreCase(unit.symbol + optionalEnding))) {
                return unit.factor;
            }
        }
        return INVALID;
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    /// One unit: its symbol in lower case, and how many of the base unit it is.
    private record Unit(String symbol, long factor) {}
}
