// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.runner;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.quarry.bench.report.Json;
import dev.quarry.bench.runner.NativeHarness.UnavailableException;
import dev.quarry.bench.trace.TestTraces;
import dev.quarry.bench.trace.Trace;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NativeHarnessTest {
    private static final Path SOURCES = Path.of("native");
    private static final Duration LIMIT = Duration.ofSeconds(60);

    @TempDir
    Path directory;

    private Children children;

    @BeforeEach
    void create() {
        children = new Children(directory);
    }

    private Path build() throws IOException, UnavailableException {
        boolean hasCompiler = Stream.of(System.getenv("PATH").split(File.pathSeparator, -1))
                .anyMatch(entry -> Files.isExecutable(Path.of(entry, "cc")));
        assumeTrue(hasCompiler, "there is no C compiler on this machine");
        return new NativeHarness(children, SOURCES, directory).build();
    }

    private Map<String, Object> run(Path program, String... arguments) throws Exception {
        List<String> command = Stream.concat(Stream.of(program.toString()), Stream.of(arguments))
                .toList();
        return Json.readObject(children.run(command, Map.of(), LIMIT));
    }

    @Test
    void shouldReplayTheSameOperationsAsJava() throws Exception {
        Path program = build();
        Trace trace = TestTraces.named("test");
        Path unpacked = directory.resolve("test.qtr");
        trace.writeUnpacked(unpacked);

        Map<String, Object> rounds = run(program, "malloc", "rounds", unpacked.toString(), "3");
        assertEquals(trace.operations(), rounds.get("operations"));
        assertEquals(3, ((List<?>) rounds.get("roundNs")).size());
        assertEquals(
                trace.operations(),
                run(program, "void", "rounds", unpacked.toString(), "1").get("operations"));

        Map<String, Object> peak = run(program, "malloc", "peak", unpacked.toString());
        assertEquals(trace.peak().liveBytes(), peak.get("peakLiveBytes"));
        assertTrue(peak.get("heldAtPeakBytes") instanceof Long held && held >= 0, () -> "" + peak);
    }

    @Test
    void shouldRunTheOtherWorkloads() throws Exception {
        Path program = build();
        assertEquals(1000L, run(program, "malloc", "pairs", "2", "1000").get("operations"));
        assertTrue((Long) run(program, "malloc", "exchange", "1").get("operations") > 0);
    }

    @Test
    void shouldRefuseFilesThatAreNoTrace() throws Exception {
        Path program = build();
        Path file = Files.writeString(directory.resolve("text"), "this is not a trace at all");
        ChildFailedException e =
                assertThrows(ChildFailedException.class, () -> run(program, "malloc", "peak", file.toString()));
        assertEquals("exit code 2: " + file + ": not an unpacked trace of version 1", e.getMessage());
    }

    @Test
    void shouldCompileOnlyWhatIsStale() throws Exception {
        Path program = build();
        FileTime late = FileTime.from(Instant.parse("2100-01-01T00:00:00Z"));
        Files.setLastModifiedTime(program, late);
        build();
        assertEquals(late, Files.getLastModifiedTime(program));
        Files.setLastModifiedTime(program, FileTime.from(Instant.EPOCH));
        build();
        assertTrue(Files.getLastModifiedTime(program).toInstant().isAfter(Instant.EPOCH));
    }

    @Test
    void shouldSayWhereSourcesWereExpected() {
        NativeHarness harness = new NativeHarness(children, directory.resolve("absent"), directory);
        UnavailableException e = assertThrows(UnavailableException.class, harness::build);
        assertTrue(String.valueOf(e.getMessage()).startsWith("no C sources in " + directory), e.getMessage());
    }
}
