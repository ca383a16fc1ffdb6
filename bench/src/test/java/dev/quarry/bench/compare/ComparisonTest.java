// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.compare;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quarry.bench.compare.Change.Verdict;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ComparisonTest {
    private static final long MIB = 1 << 20;

    /// Three processes whose medians are 98, 100 and 104.
    private static final List<List<Long>> HUNDRED =
            List.of(List.of(97L, 98L, 99L), List.of(99L, 100L, 110L), List.of(103L, 104L, 104L));

    @TempDir
    Path home;

    private RunFiles a;
    private RunFiles b;

    @BeforeEach
    void create() {
        a = new RunFiles(home.resolve("a"));
        b = new RunFiles(home.resolve("b"));
    }

    private Comparison compare() throws IOException {
        return Comparison.of(RunFolder.read(a.write()), RunFolder.read(b.write()));
    }

    private List<Verdict> verdicts() throws IOException {
        return compare().changes().stream().map(Change::verdict).toList();
    }

    private static List<List<Long>> times(int percent) {
        return HUNDRED.stream()
                .map(rounds -> rounds.stream().map(ns -> ns * percent / 10).toList())
                .toList();
    }

    @ParameterizedTest
    @CsvSource({
        "1000, NOISE", // the same
        "1040, NOISE", // less than what counts
        "1200, WORSE", // each process slower than each of before
        "800, BETTER",
    })
    void shouldTellChangeFromNoise(int percent, Verdict verdict) throws IOException {
        a.workload("larson", "quarry", times(1000));
        b.workload("larson", "quarry", times(percent));
        Comparison comparison = compare();
        assertEquals(verdict, comparison.changes().get(0).verdict());
        assertEquals(
                percent / 1000.0,
                comparison.changes().get(0).ratio().orElseThrow().figure(),
                0.001);
        assertEquals(verdict == Verdict.WORSE, comparison.isWorse());
    }

    /// The medians are 30 % apart, but one process of each run is like those of the other.
    @Test
    void shouldCallItNoiseWhenProcessesDifferAsMuchAsRuns() throws IOException {
        a.workload("larson", "quarry", List.of(List.of(100L), List.of(100L), List.of(135L)));
        b.workload("larson", "quarry", List.of(List.of(130L), List.of(130L), List.of(95L)));
        assertEquals(List.of(Verdict.NOISE), verdicts());
    }

    @ParameterizedTest
    @CsvSource({"112, NOISE", "120, WORSE"})
    void shouldAskForMoreWhereThereAreFewProcesses(long ns, Verdict verdict) throws IOException {
        a.workload("larson", "quarry", List.of(List.of(100L, 100L, 101L)));
        b.workload("larson", "quarry", List.of(List.of(ns, ns, ns + 1)));
        assertEquals(List.of(verdict), verdicts());
    }

    @Test
    void shouldLookAtQuarryOnly() throws IOException {
        a.workload("larson", "jemalloc", times(1000));
        b.workload("larson", "jemalloc", times(2000));
        assertEquals(List.of(), compare().changes());
    }

    @ParameterizedTest
    @CsvSource({
        "100, 100, NOISE, NOISE, NOISE",
        "120, 100, WORSE, NOISE, NOISE",
        "100, 50, NOISE, BETTER, BETTER",
    })
    void shouldCompareWhatIsHeld(long peakMib, long endMib, Verdict atPeak, Verdict atEnd, Verdict resident)
            throws IOException {
        a.memory("robson", "quarry", 100 * MIB, 100 * MIB);
        b.memory("robson", "quarry", peakMib * MIB, endMib * MIB);
        assertEquals(List.of(atPeak, atEnd, resident), verdicts());
    }

    @Test
    void shouldNotDivideByNearlyNothing() throws IOException {
        a.memory("robson", "quarry", 100 * MIB, 0);
        b.memory("robson", "quarry", 100 * MIB, 40_960);
        assertEquals(List.of(Verdict.NOISE, Verdict.NOISE, Verdict.NOISE), verdicts());
    }

    @Test
    void shouldCompareLatencies() throws IOException {
        a.latency("mstress", "quarry", List.of(1000L, 1100L, 1050L));
        b.latency("mstress", "quarry", List.of(2000L, 2100L, 2050L));
        List<Change> changes = compare().changes();
        assertEquals(1, changes.size(), "only the percentiles that are there");
        assertEquals(
                "mstress, 2 threads, malloc p99.99", changes.get(0).a().key().text());
        assertEquals(Verdict.WORSE, changes.get(0).verdict());
    }

    @ParameterizedTest
    @CsvSource({
        "avgt, 10, 0.1, 11, 0.1, WORSE",
        "avgt, 10, 0.6, 11, 0.6, NOISE", // the intervals overlap
        "avgt, 10, 20, 11, 0.1, NOISE", // the error is larger than the score
        "avgt, 10, 0.1, 9, 0.1, BETTER",
        "avgt, 10, 0.1, 10.3, 0.1, NOISE", // less than what counts
        "thrpt, 10, 0.1, 9, 0.1, WORSE",
        "thrpt, 10, 0.1, 11, 0.1, BETTER",
        "avgt, 10, '\"NaN\"', 13, 0.1, WORSE", // by its size alone
    })
    void shouldCompareJmhByItsOwnErrors(
            String mode, double score, String error, double otherScore, String otherError, Verdict verdict)
            throws IOException {
        a.jmh(mode, "local_arena", score, error);
        b.jmh(mode, "local_arena", otherScore, otherError);
        List<Change> changes = compare().changes();
        assertEquals(
                "pair.pair, byteSize 64, 1 thread", changes.get(0).a().key().text());
        assertEquals("local_arena", changes.get(0).a().key().subject());
        assertEquals(verdict, changes.get(0).verdict());
    }

    @Test
    void shouldCountANewFailureAsWorse() throws IOException {
        a.workload("larson", "quarry", times(1000)).failedWorkload("mleak", "quarry", "no luck");
        b.failedWorkload("larson", "quarry", "no luck").workload("mleak", "quarry", times(1000));
        Comparison comparison = compare();
        assertEquals(
                List.of(Verdict.FAILS_NOW, Verdict.WORKS_NOW),
                comparison.changes().stream().map(Change::verdict).toList());
        assertTrue(comparison.isWorse());
    }

    @Test
    void shouldNameWhatOnlyOneRunHas() throws IOException {
        a.workload("larson", "quarry", times(1000)).workload("mleak", "quarry", times(1000));
        b.workload("larson", "quarry", times(1300)).workload("rptest", "quarry", times(1000));
        RunFolder first = RunFolder.read(a.write());
        RunFolder second = RunFolder.read(b.write());
        String table = new CompareTable(first, second, Comparison.of(first, second)).print();
        assertTrue(table.contains("Only in A: workloads mleak, 2 threads, quarry"), table);
        assertTrue(table.contains("Only in B: workloads rptest, 2 threads, quarry"), table);
        assertTrue(table.lines().anyMatch(line -> line.matches("larson, 2 threads +quarry .*WORSE")), table);
        assertTrue(table.contains("Better beyond the noise: 0 of 1"), table);
        assertTrue(table.contains("  workloads larson, 2 threads, quarry: 1.300 times A"), table);
    }

    @ParameterizedTest
    @ValueSource(strings = {"env.json", "workloads.json", "memory.json", "latency.json", "jmh-pair.json"})
    void shouldNameTheFileThatIsMissing(String name) throws IOException {
        Path folder = a.write();
        Files.delete(folder.resolve(name));
        IOException e = assertThrows(IOException.class, () -> RunFolder.read(folder));
        assertEquals(folder.resolve(name) + " is missing", e.getMessage());
    }

    @Test
    void shouldSayWhatIsWrongInAFile() throws IOException {
        Path folder = a.write();
        Path file = folder.resolve("workloads.json");
        Files.writeString(file, "{\"format\": 1}");
        IOException e = assertThrows(IOException.class, () -> RunFolder.read(folder));
        assertEquals(
                "a file in " + folder + " is not what it should be: workloads.json has no \"cases\"", e.getMessage());
        Files.writeString(file, "{\"format\": ");
        e = assertThrows(IOException.class, () -> RunFolder.read(folder));
        assertEquals(file + " is not JSON", e.getMessage());
    }

    @Test
    void shouldNotCompareDifferentWork() throws IOException {
        b.ofScale("quick");
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, this::compare);
        assertFalse(String.valueOf(e.getMessage()).isEmpty());
        assertTrue(String.valueOf(e.getMessage()).endsWith("they measure different work"), e.getMessage());
    }
}
