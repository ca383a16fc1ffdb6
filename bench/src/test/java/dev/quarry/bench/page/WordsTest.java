// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.page;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WordsTest {
    private static Measured measured(String label, double low, double middle, double high) {
        return new Measured(label, Group.JAVA, Optional.of(new Spread(middle, low, high)), Optional.empty());
    }

    @ParameterizedTest
    @CsvSource({"0, 0.00", "0.0123, 0.012", "0.5, 0.50", "9.994, 9.99", "12.34, 12.3", "1234.5, '1,235'"})
    void shouldPrintAboutThreeDigits(double value, String expected) {
        assertEquals(expected, Words.number(value));
    }

    @ParameterizedTest
    @CsvSource({"0.5, 0.50 ns", "999, 999 ns", "1500, 1.50 µs", "2.5e6, 2.50 ms", "3e9, 3.00 s", "7e12, '7,000 s'"})
    void shouldPrintTimesInTheirUnit(double ns, String expected) {
        assertEquals(expected, Words.time(ns));
    }

    @ParameterizedTest
    @CsvSource({"17, 17 B", "1536, 1.50 KiB", "1048576, 1.00 MiB", "25276502016, 23.5 GiB"})
    void shouldPrintBytesInTheirUnit(double bytes, String expected) {
        assertEquals(expected, Words.bytes(bytes));
    }

    @ParameterizedTest
    @CsvSource({"8, 8 B", "1024, 1 KiB", "16639, '16,639 B'", "4194304, 4 MiB"})
    void shouldPrintParametersExactly(double bytes, String expected) {
        assertEquals(expected, Words.size(bytes));
    }

    @Test
    void shouldSayWhenErrorBarsOverlap() {
        Measured quarry = measured("Quarry", 9, 10, 12);
        assertEquals(
                "Quarry takes 0.91 of the time of other, the best: 10.0 ns against 11.0 ns; their error bars overlap.",
                Words.standing("takes %s the time of", quarry, measured("other", 10.5, 11, 11), "the best", "ns"));
        assertEquals(
                "Quarry takes 2.00 times the time of other, the best: 10.0 ns against 5.00 ns.",
                Words.standing("takes %s the time of", quarry, measured("other", 5, 5, 8), "the best", "ns"));
    }
}
