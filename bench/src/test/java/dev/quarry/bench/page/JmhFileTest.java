// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.page;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.quarry.bench.page.JmhFile.Entry;
import dev.quarry.bench.report.Json;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class JmhFileTest {
    private static final String ENTRY = """
            [{"benchmark": "dev.made.up.PairBenchmark.pair", "mode": "avgt", "threads": 2,
              "params": {"subject": "netty_pooled", "byteSize": "64"},
              "primaryMetric": {"score": SCORE, "scoreError": ERROR, "scoreUnit": "UNIT"},
              "secondaryMetrics": {"gc.alloc.rate.norm": {"score": 24.5}}}]
            """;

    private static Entry entry(String score, String error, String unit) {
        String text = ENTRY.replace("SCORE", score).replace("ERROR", error).replace("UNIT", unit);
        return JmhFile.of("pair", Fields.of("jmh-pair.json", Json.read(text)))
                .entries()
                .get(0);
    }

    @Test
    void shouldReadAnEntry() {
        Entry entry = entry("10.0", "2.0", "ns/op");
        assertEquals("netty_pooled", entry.subject());
        assertEquals(new JmhFile.Case("PairBenchmark", "pair", 2, Map.of("byteSize", "64")), entry.caseOf());
        assertEquals(new Spread(10, 8, 12), entry.ns());
        assertEquals(Optional.of(24.5), entry.garbageBytes());
    }

    @Test
    void shouldTakeOneMeasurementWithoutError() {
        assertEquals(new Spread(10, 10, 10), entry("10.0", "\"NaN\"", "ns/op").ns());
    }

    @Test
    void shouldNotLetAnErrorBarReachBelowNothing() {
        assertEquals(new Spread(10, 0, 25), entry("10.0", "15.0", "ns/op").ns());
    }

    @Test
    void shouldUnderstandAllUnits() {
        assertEquals(new Spread(2000, 1000, 3000), entry("2.0", "1.0", "us/op").ns());
        // 10 in a microsecond are 100 ns each, 20 are 50.
        assertEquals(
                new Spread(100, 100, 100), entry("10.0", "\"NaN\"", "ops/us").ns());
        assertEquals(
                new Spread(100, 1000.0 / 15, 200),
                entry("10.0", "5.0", "ops/us").ns());
    }

    @Test
    void shouldRefuseAUnitThatIsNone() {
        BadResultsException e = assertThrows(BadResultsException.class, () -> entry("1.0", "0.5", "MB/sec"));
        assertEquals(
                "jmh-pair.json[0]: primaryMetric: scoreUnit is neither a time per operation nor operations per time",
                e.getMessage());
    }

    @Test
    void shouldRefuseAnEntryOfNobody() {
        String text = ENTRY.replace("\"subject\": \"netty_pooled\", ", "")
                .replace("SCORE", "1.0")
                .replace("ERROR", "1.0")
                .replace("UNIT", "ns/op");
        BadResultsException e = assertThrows(
                BadResultsException.class, () -> JmhFile.of("pair", Fields.of("jmh-pair.json", Json.read(text))));
        assertEquals("jmh-pair.json[0] has no parameter \"subject\"", e.getMessage());
        assertEquals(
                List.of(),
                JmhFile.of("pair", Fields.of("jmh-pair.json", List.of())).entries());
    }
}
