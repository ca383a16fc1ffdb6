// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.result;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quarry.bench.report.ResultTable;
import dev.quarry.bench.result.Contender.Group;
import dev.quarry.bench.trace.TestTraces;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

class ResultsTest {
    private final Contender quarry = contender("quarry", Group.QUARRY);
    private final Contender glibc = contender("glibc", Group.NATIVE);
    private final Contender mimalloc = contender("mimalloc", Group.NATIVE);
    private final Contender netty = contender("netty-adaptive", Group.JAVA);
    private final Workload first = Workload.ofTrace(TestTraces.named("first"), Path.of("first.qtr"));
    private final Workload second = Workload.ofTrace(TestTraces.named("second"), Path.of("second.qtr"));
    private final Workload pairs = Workload.ofPairs();
    private final Results results = new Results();

    private static Contender contender(String name, Group group) {
        return new Contender(name, group, List.of(name), Map.of(), Optional.empty(), false, "");
    }

    private Row add(Workload workload, Contender contender, long... roundNs) {
        Row row = results.addRow(workload, contender);
        for (long ns : roundNs) {
            row.addFork(new Timing(List.of(ns + 1.0, (double) ns)));
        }
        return row;
    }

    @Test
    void shouldCompareWithTheFastestAndTheMostFrugalNative() {
        add(first, quarry, 6).peak().put("heldAtPeakBytes", 10L);
        add(first, glibc, 8).peak().put("heldAtPeakBytes", 20L);
        add(first, mimalloc, 4).peak().put("heldAtPeakBytes", 40L);
        assertEquals(OptionalDouble.of(4), results.fastestNativeNs(first));
        assertEquals(OptionalDouble.of(20), results.leastNativeHeldBytes(first));
    }

    @Test
    void shouldTakeGeometricMeansOverTracesOnly() {
        add(first, quarry, 8);
        add(first, mimalloc, 4);
        add(second, quarry, 32);
        add(second, mimalloc, 4);
        add(pairs, quarry, 1000);
        add(pairs, mimalloc, 1);
        assertEquals(4, results.meanRatioToNative(quarry).orElseThrow(), 1e-9);
        assertEquals(4, results.meanRatioTo("mimalloc", quarry).orElseThrow(), 1e-9);
        assertEquals(List.of(quarry), results.quarryContenders());
    }

    @Test
    void shouldHaveNoRatioWithoutNatives() {
        add(first, quarry, 8);
        assertTrue(results.fastestNativeNs(first).isEmpty());
        assertTrue(results.meanRatioToNative(quarry).isEmpty());
    }

    @Test
    void shouldTakeTheLeastOfTheForks() {
        Row row = add(first, quarry, 8, 5, 7);
        assertEquals(5, row.bestNs().orElseThrow());
        assertEquals(6, row.firstNs().orElseThrow());
        assertEquals(5.5, row.medianNs().orElseThrow());
    }

    @Test
    void shouldPrintEveryRowWithItsRatios() {
        Row row = add(first, quarry, 6);
        row.peak().put("heldAtPeakBytes", 3L << 20);
        row.peak().put("atPeak", Map.of("metadataBytes", 1L, "committedBytes", 16L));
        Row fastest = add(first, mimalloc, 4);
        fastest.peak().put("heldAtPeakBytes", 2L << 20);
        fastest.facts().put("version", "mimalloc 2.0.9");
        add(first, netty, 40);
        results.addRow(first, glibc).fail("exit code 1: no luck");
        String table = new ResultTable(results, "netty-adaptive").print();
        assertLine("quarry 7.00 6.00 6.50 1.50 3.00 1.50 6.3 %", table);
        assertLine("mimalloc 5.00 4.00 4.50 1.00 2.00 1.00 -", table);
        assertLine("netty-adaptive 41.00 40.00 40.50 10.00 - - -", table);
        assertLine("glibc failed: exit code 1: no luck", table);
        assertLine("quarry 1.50 0.15", table);
        assertLine("Native allocators: mimalloc 2.0.9", table);
        assertTrue(results.hasFailures());
    }

    @Test
    void shouldPrintExchangesAsRates() {
        Workload exchange = Workload.ofExchange(1);
        add(exchange, quarry, 20);
        add(exchange, mimalloc, 10);
        String table = new ResultTable(results, "netty-adaptive").print();
        assertLine("quarry 50.00 0.50", table);
        assertLine("mimalloc 100.00 1.00", table);
        assertFalse(results.hasFailures());
    }

    /// One line of the table says this, whatever its columns' widths.
    private static void assertLine(String expected, String table) {
        List<String> lines =
                table.lines().map(line -> line.strip().replaceAll(" +", " ")).toList();
        assertTrue(lines.contains(expected), () -> "no line '" + expected + "' in\n" + table);
    }
}
