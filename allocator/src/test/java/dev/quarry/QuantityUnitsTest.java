// SPDX-License-Identifier: Apache-2.0
package dev.quarry;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class QuantityUnitsTest {
    @ParameterizedTest
    @CsvSource({
        "0, 0",
        "1, 1",
        "65536, 65536",
        "00064, 64",
        "1k, 1024",
        "64m, 67108864",
        "64M, 67108864",
        "64MiB, 67108864",
        "64mib, 67108864",
        "1g, 1073741824",
        "2G, 2147483648",
        "3t, 3298534883328",
        "8388607t, 9223370937343148032",
        "999999999999999999, 999999999999999999",
    })
    void shouldReadSizes(String text, long bytes) {
        assertEquals(bytes, QuantityUnits.BYTES.parse(text));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "k",
                "m64",
                "-1",
                "-64m",
                "+64m",
                "64 m",
                " 64m",
                "64m ",
                "6.4m",
                "64q",
                "64mm",
                "64mb",
                "64b",
                "64ib",
                "1_000",
                "1,000",
                "0x10",
                "1e6",
                "auto",
                "NaN",
                "١m",
                "64м",
                "8388608t",
                "9999999t",
                "9223372036854775807t",
                "9223372036854775808",
                "1000000000000000000",
                "99999999999999999999999999999999"
            })
    void shouldRefuseWhatIsNoSize(String text) {
        assertEquals(QuantityUnits.INVALID, QuantityUnits.BYTES.parse(text));
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0",
        "0s, 0",
        "17ns, 17",
        "250us, 250000",
        "10ms, 10000000",
        "10MS, 10000000",
        "5s, 5000000000",
        "1m, 60000000000",
        "2h, 7200000000000",
        "9223372036s, 9223372036000000000",
    })
    void shouldReadTimes(String text, long nanoseconds) {
        assertEquals(nanoseconds, QuantityUnits.NANOSECONDS.parse(text));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "5", "1", "ms", "-5s", "5 s", "5sec", "5d", "5k", "1.5s", "5iB", "9223372037s", "9999999h"})
    void shouldRefuseWhatIsNoTime(String text) {
        assertEquals(QuantityUnits.INVALID, QuantityUnits.NANOSECONDS.parse(text));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "-1", "1k", "1.0", "one", "1s", "99999999999999999999"})
    void shouldRefuseWhatIsNoCount(String text) {
        assertEquals(QuantityUnits.INVALID, QuantityUnits.COUNT.parse(text));
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0",
        "1, 1",
        "1023, 1023",
        "1024, 1k",
        "1536, 1536",
        "1572864, 1536k",
        "67108864, 64m",
        "-5, -5",
        "9223372036854775807, 9223372036854775807",
    })
    void shouldPrintSizesInTheLargestUnitWithoutFraction(long bytes, String text) {
        assertEquals(text, QuantityUnits.BYTES.format(bytes));
    }

    @ParameterizedTest
    @CsvSource({"0, 0", "1, 1ns", "1500, 1500ns", "250000000, 250ms", "60000000000, 1m", "90000000000, 90s", "-7, -7ns"
    })
    void shouldPrintTimesInTheLargestUnitWithoutFraction(long nanoseconds, String text) {
        assertEquals(text, QuantityUnits.NANOSECONDS.format(nanoseconds));
    }
}
