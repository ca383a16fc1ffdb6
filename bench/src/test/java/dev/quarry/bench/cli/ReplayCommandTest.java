// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.quarry.bench.report.Json;
import dev.quarry.bench.trace.TestTraces;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The command as a user starts it: a JVM of its own, with an empty folder in the place of a checkout.
class ReplayCommandTest {
    @TempDir
    Path home;

    private CliProcess cli;
    private Path trace;

    @BeforeEach
    void create() throws IOException {
        cli = new CliProcess(home);
        trace = TestTraces.bytes().writeTo(home);
    }

    @Test
    void shouldPrintTheTableAndWriteTheSameAsJson() throws Exception {
        Path json = home.resolve("new/results.json");
        CliProcess.Result result = cli.run(
                "replay", trace.toString(), "--rounds=2", "--only=void-java,jdk-arena", "--json", json.toString());
        assertEquals(0, result.status(), result.errors());
        assertTrue(result.output().startsWith("test: 22 operations, 0.1 MiB live at the peak"), result.output());
        assertTrue(result.output().lines().anyMatch(line -> line.startsWith("  jdk-arena ")), result.output());
        assertTrue(result.errors().contains("[  1/3] test, jdk-arena, time"), result.errors());
        assertTrue(result.errors().contains("Not found, left out: the native allocators: "), result.errors());

        Map<String, Object> report = Json.readObject(Files.readString(json));
        Map<?, ?> workload = (Map<?, ?>) ((List<?>) report.get("workloads")).get(0);
        assertEquals("test", workload.get("name"));
        Map<?, ?> row = (Map<?, ?>) ((List<?>) workload.get("rows")).get(0);
        assertEquals("jdk-arena", row.get("name"));
        assertEquals(2, ((List<?>) ((List<?>) row.get("roundNsByFork")).get(0)).size());
        assertEquals(workload.get("peakLiveBytes"), ((Map<?, ?>) row.get("footprint")).get("heldAtPeakBytes"));
        assertNoScratch();
    }

    @Test
    void shouldMeasureQuarryInItsThreeModes() throws Exception {
        CliProcess.Result result = cli.run("replay", trace.toString(), "--rounds=2", "--only=quarry*,facade");
        assertEquals(0, result.status(), result.errors());
        for (String name : List.of("quarry", "quarry-export", "quarry-unchecked", "facade")) {
            assertTrue(result.output().lines().anyMatch(line -> line.startsWith("  " + name + " ")), result.output());
        }
    }

    @Test
    void shouldFailWhenAContenderFails() throws Exception {
        CliProcess.Result result =
                cli.run("replay", trace.toString(), "--rounds=1", "--only=quarry", "--jvm-arg=-XX:NoSuchFlag");
        assertEquals(1, result.status());
        assertTrue(result.output().contains("quarry failed: exit code 1: Unrecognized VM option"), result.output());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "replay --rounds=0 | --rounds takes a number from 1 to 1000, not 0",
                "replay --rounds=1001 | --rounds takes a number from 1 to 1000, not 1001",
                "replay --forks=0 | --forks takes a number from 1 to 100, not 0",
                "replay --rounds=many | Invalid value for option '--rounds': 'many' is not an int",
                "replay --no-such-option | Unknown option: '--no-such-option'",
                "no-such-command | Unmatched argument at index 0: 'no-such-command'",
                "replay absent.qtr.gz | absent.qtr.gz: no such file",
            })
    void shouldAnswerBadArgumentsInOneSentence(String arguments, String sentence) throws Exception {
        CliProcess.Result result = cli.run(arguments.split(" ", -1));
        assertEquals("quarry: " + sentence + System.lineSeparator(), result.errors());
        assertEquals(2, result.status());
    }

    @Test
    void shouldAnswerABrokenTraceInOneSentence() throws Exception {
        Path broken = Files.writeString(home.resolve("broken.qtr.gz"), "no trace");
        CliProcess.Result result = cli.run("replay", broken.toString());
        assertEquals(
                "quarry: " + broken + ": byte 0 of the unpacked trace: expected a sound gzip file (Not in GZIP format)"
                        + System.lineSeparator(),
                result.errors());
        assertEquals(2, result.status());
    }

    @Test
    void shouldNameTheContendersWhenOneIsUnknown() throws Exception {
        CliProcess.Result result = cli.run("replay", trace.toString(), "--only=ptmalloc");
        String sentence =
                "quarry: --only names 'ptmalloc', expected some of quarry, quarry-export, quarry-unchecked, facade,"
                        + " facade-export, facade-unchecked, netty-pooled, netty-adaptive, jdk-arena, void-java;"
                        + " left out: the native allocators: ";
        assertTrue(result.errors().startsWith(sentence), result.errors());
        assertEquals(1, result.errors().lines().count(), result.errors());
        assertEquals(2, result.status());
        assertNoScratch();
    }

    @Test
    void shouldRefuseResultsThatCannotBeWrittenBeforeMeasuring() throws Exception {
        Path file = Files.writeString(home.resolve("file"), "");
        Path json = file.resolve("results.json");
        CliProcess.Result result = cli.run("replay", trace.toString(), "--json", json.toString());
        assertEquals(
                "quarry: " + json + " cannot be written: file already exists" + System.lineSeparator(),
                result.errors());
        assertEquals(2, result.status());
        assertNoScratch();
    }

    @Test
    void shouldSayWhenTheDiskIsFull() throws Exception {
        Path full = Path.of("/dev/full");
        assumeTrue(Files.exists(full), "only Linux has a device that is always full");
        CliProcess.Result result =
                cli.run("replay", trace.toString(), "--rounds=1", "--only=void-java", "--json", full.toString());
        assertTrue(
                result.errors()
                        .endsWith("quarry: the results cannot be written to /dev/full: No space left on device"
                                + System.lineSeparator()),
                result.errors());
        assertEquals(2, result.status());
    }

    @Test
    void shouldEndItsChildrenWhenInterrupted() throws Exception {
        Process process = cli.start("replay", "--producer-consumer", "--only=quarry");
        try {
            cli.awaitErrors("[  1/1] producer-consumer");
            while (process.children().findAny().isEmpty()) {
                Thread.onSpinWait();
            }
            List<ProcessHandle> children = process.children().toList();
            new ProcessBuilder("kill", "-INT", Long.toString(process.pid()))
                    .start()
                    .waitFor();
            assertEquals(130, process.waitFor());
            children.forEach(child -> child.onExit().join());
            String errors = cli.errors();
            assertTrue(
                    errors.endsWith("quarry: interrupted; the child processes are ended, and no results were written."
                            + System.lineSeparator()),
                    errors);
            assertNoScratch();
        } finally {
            process.destroyForcibly();
        }
    }

    @Test
    void shouldListCommands() throws Exception {
        CliProcess.Result result = cli.run("--help");
        assertEquals(0, result.status());
        assertTrue(result.output().contains("  replay "), result.output());
        assertTrue(result.output().contains("  classpath "), result.output());
    }

    /// Nothing is left of the run's own folder.
    private void assertNoScratch() throws IOException {
        try (Stream<Path> files = Files.list(home.resolve("bench/target"))) {
            assertEquals(List.of(), files.filter(Files::isDirectory).toList());
        }
    }
}
