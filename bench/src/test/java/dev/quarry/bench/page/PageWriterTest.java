// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.page;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quarry.bench.report.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class PageWriterTest {
    private static final String EARLIER_PAGE = "an earlier page";
    private static final String ONE_CASE = """
            {"format": 1, "suite": "workloads", "scale": "full", "cases": [
              {"name": "made", "id": "W99", "threads": 1, "question": "Q?", "unit": "ns/op", "rows": [
                {"subject": "quarry", "group": "quarry", "processes": [
                  {"operations": 10, "roundNs": [100, 300, 200]},
                  {"operations": 10, "roundNs": [400]},
                  {"operations": 10, "roundNs": [120]}], "failure": null},
                {"subject": "glibc", "group": "native", "processes": [
                  {"operations": 10, "roundNs": [800]}], "failure": null},
                {"subject": "libc", "group": "java", "processes": [
                  {"operations": 10, "roundNs": [1600]}], "failure": null}]}],
              "missing": []}
            """;

    @TempDir
    Path folder;

    private Path run;

    @BeforeEach
    void copy() throws IOException {
        run = MadeUpRun.copyTo(folder);
    }

    private String page() throws IOException {
        Path file = PageWriter.write(run);
        assertEquals(run.resolve("index.html"), file);
        return Files.readString(file);
    }

    static Stream<String> neededFiles() {
        return MadeUpRun.fileNames().stream().filter(name -> !name.equals("notes.json"));
    }

    @Test
    void shouldSayInWordsHowQuarryStands() throws IOException {
        Files.delete(run.resolve("notes.json"));
        Files.writeString(run.resolve("workloads.json"), ONE_CASE);
        String page = page();
        // The median over the processes of the median over the rounds: 20, 40 and 12 ns.
        assertContains(page, "Quarry takes 0.25 of the time of glibc, the best competitor: 20.0 ns against 80.0 ns.");
        assertContains(
                page, "Quarry takes 0.13 of the time of libc by downcall, the best in Java: 20.0 ns against 160 ns.");
        assertContains(page, "<td>12.0 ns to 40.0 ns</td>");
    }

    @Test
    void shouldSayWhereQuarryIsBehindAndWhy() throws IOException {
        String page = page();
        assertContains(page, "<h3><a href=\"#workloads-alloc-test-2\">Workloads: alloc-test (W8), 2 threads</a></h3>");
        assertContains(page, "<b>Why:</b> Each free looks up the slab");
        assertContains(page, "<h3><a href=\"#jmh-pair\">Single calls in Java: pair</a></h3>");
        assertContains(page, "Quarry is slower than the best competitor in 1 of 5 cases.");
        assertContains(page, "<b>Why:</b> nobody has written it down.");
        assertFalse(page.contains("<a href=\"#workloads-larson-2\">"), "larson is not lost");
    }

    @Test
    void shouldNotCallBehindWhatIsPrintedAsOne() throws IOException {
        Files.delete(run.resolve("notes.json"));
        Files.writeString(run.resolve("workloads.json"), ONE_CASE.replace("800", "199.5"));
        assertFalse(page().contains("<a href=\"#workloads-made-1\">"), "1.003 is 1.00");
        Files.writeString(run.resolve("workloads.json"), ONE_CASE.replace("800", "198"));
        assertTrue(page().contains("<a href=\"#workloads-made-1\">"), "1.01 is more");
    }

    @Test
    void shouldSayWhatWasToBeReachedAndWhatWas() throws IOException {
        String page = page();
        assertContains(
                page, "each of them</th><td>at most 1.3</td><td>3 of 4; at worst 1.80 (alloc-test (W8), 2 threads)");
        assertContains(
                page,
                "in each case</th><td>at most 0.5</td><td>3 of 5; at worst 1.90 (pair, 64 KiB)</td><td><b>missed");
        assertContains(page, "of one: mstress (W5)</th><td>at least 1.9</td><td>1.92</td><td>reached</td>");
    }

    @Test
    void shouldSayHowMuchMoreMoreThreadsDo() throws IOException {
        String page = page();
        assertContains(
                page, "Quarry does 1.92 times the operations with 2 threads that it does with 1; the best competitor");
        assertContains(
                page, "Quarry does 2.00 times the operations with 4 threads that it does with 1; the best competitor");
        assertFalse(page.contains("<article id=\"scaling-larson\""), "larson ran with one number of threads");
    }

    @Test
    void shouldNameWhatIsMissingAndWhatFailed() throws IOException {
        String page = page();
        assertContains(page, "<dt>tcmalloc</dt><dd>was not there: apt-get install libtcmalloc-minimal4</dd>");
        assertContains(page, "W8, to the best native malloc but for tcmalloc: geometric mean</th>");
        assertContains(page, "failed: the process ended with code 134: free(): invalid pointer &lt;0x0&gt;</td>");
    }

    @Test
    void shouldLeaveOutAPlotWithNothingToSee() throws IOException {
        assertContains(page(), "data-plot=\"jmh-pair-ratios\"");
        Files.delete(run.resolve("index.html"));
        Files.writeString(run.resolve("jmh-pair.json"), "[" + call("void", 1, 0) + "]");
        String page = page();
        assertFalse(page.contains("jmh-pair-ratios"), "a plot of void alone");
        assertContains(page, "Quarry or every competitor has no figure here.");
    }

    @Test
    void shouldTakeTheTimeOfVoidFromThatOfCalls() throws IOException {
        Files.writeString(
                run.resolve("jmh-pair.json"),
                "[" + call("facade", 5, 1) + "," + call("netty_pooled", 11, 2) + "," + call("void", 1, 0) + "]");
        String page = page();
        assertContains(
                page, "Quarry takes 0.40 of the time of Netty pooled, the best competitor: 4.00 ns against 10.0 ns.");
        assertContains(page, "<td>4.00 ns ± 1.00 ns</td><td>10.0 ns ± 2.00 ns</td><td>1.00 ns ± 0.00 ns</td>");
    }

    /// An arena that all threads may use is compared with one of that kind, and not with the quickest of another.
    @Test
    void shouldCompareWithWhatMakesTheSamePromise() throws IOException {
        Files.writeString(
                run.resolve("jmh-pair.json"),
                "[" + call("quarry_shared_arena", 60_000, 10) + "," + call("quarry_segment", 20, 1) + ","
                        + call("jdk_confined", 25, 1) + "," + call("jdk_shared", 50_000, 10) + "]");
        String page = page();
        assertContains(
                page,
                "Quarry, newSharedArena takes 1.20 times the time of JDK shared arena, its counterpart:"
                        + " 60.0 µs against 50.0 µs.");
        assertContains(
                page, "Quarry, segment takes 0.80 of the time of JDK confined arena, the best competitor: 20.0 ns");
        assertFalse(page.contains("2,400 times"), "to the confined one");
    }

    private static String call(String subject, double ns, double errorNs) {
        return Json.write(Map.of(
                "benchmark",
                "made.up.PairBenchmark.pair",
                "threads",
                1,
                "params",
                Map.of("subject", subject, "byteSize", "64"),
                "primaryMetric",
                Map.of("score", ns, "scoreError", errorNs, "scoreUnit", "ns/op")));
    }

    @Test
    void shouldLetNothingOutOfItsElement() throws IOException {
        String page = page();
        assertContains(page, "Made-up CPU &lt;/script&gt; &amp; Sons");
        assertEquals(count("<script", page), count("</script", page), "script elements");
        assertEquals(3, count("</script", page), "data, library and script");
    }

    @Test
    void shouldCarryTheLicenceOfWhatItCarries() throws IOException {
        String page = page();
        assertContains(page, "Plots are drawn by D3 7");
        assertContains(page, "Permission to use, copy, modify, and/or distribute this software");
    }

    @Test
    void shouldBeTheSameForTheSameFiles() throws IOException {
        assertEquals(page(), page());
    }

    @ParameterizedTest
    @MethodSource("neededFiles")
    void shouldNameAMissingFileAndLeaveTheEarlierPage(String name) throws IOException {
        Files.writeString(run.resolve("index.html"), EARLIER_PAGE);
        Files.delete(run.resolve(name));
        assertEquals(run + " has no " + name + ", without which there is no page", refusal());
    }

    @ParameterizedTest
    @MethodSource("neededFiles")
    void shouldNameAFileThatIsNoJson(String name) throws IOException {
        Files.writeString(run.resolve("index.html"), EARLIER_PAGE);
        Files.writeString(run.resolve(name), "{");
        assertEquals(run.resolve(name) + " is no JSON", refusal());
    }

    @Test
    void shouldNameThePlaceOfWhatIsWrong() throws IOException {
        Files.writeString(run.resolve("index.html"), EARLIER_PAGE);
        Files.writeString(run.resolve("workloads.json"), ONE_CASE.replace("\"roundNs\": [400]", "\"rounds\": 1"));
        assertEquals(run + ": workloads.json: cases[0]: rows[0]: processes[1] has no \"roundNs\"", refusal());
    }

    @Test
    void shouldRefuseAFormatThatItDoesNotKnow() throws IOException {
        Files.writeString(run.resolve("index.html"), EARLIER_PAGE);
        Files.writeString(run.resolve("workloads.json"), ONE_CASE.replace("\"format\": 1", "\"format\": 2"));
        assertEquals(run + ": workloads.json: format is not 1, the only one that this version reads", refusal());
    }

    @Test
    void shouldRefuseANoteOnNoCase() throws IOException {
        Files.writeString(run.resolve("index.html"), EARLIER_PAGE);
        Files.writeString(run.resolve("notes.json"), "{\"workloads/larsen\": \"a slip\"}");
        assertTrue(refusal()
                .contains("notes.json has a note on \"workloads/larsen\", which is none of this run's cases: ["));
    }

    @Test
    void shouldRefuseAFolderThatIsNone() {
        Path nowhere = folder.resolve("nowhere");
        IOException e = assertThrows(IOException.class, () -> PageWriter.write(nowhere));
        assertEquals(nowhere + " is no folder with results", e.getMessage());
    }

    /// What the writer says; it must have changed nothing.
    private String refusal() throws IOException {
        Set<Path> before = files();
        IOException e = assertThrows(IOException.class, () -> PageWriter.write(run));
        assertEquals(EARLIER_PAGE, Files.readString(run.resolve("index.html")));
        assertEquals(before, files());
        return String.valueOf(e.getMessage());
    }

    private Set<Path> files() throws IOException {
        try (Stream<Path> files = Files.list(run)) {
            return Set.copyOf(files.toList());
        }
    }

    private static void assertContains(String page, String text) {
        List<String> near = page.lines()
                .filter(line -> line.contains(text.substring(0, 12)))
                .toList();
        assertTrue(page.contains(text), () -> "not in the page: " + text + "; lines that begin alike: " + near);
    }

    private static long count(String text, String page) {
        return Pattern.compile(Pattern.quote(text)).matcher(page).results().count();
    }
}
