// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quarry.bench.report.Json;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BuffersCommandTest {
    @TempDir
    Path home;

    private CliProcess cli;

    @BeforeEach
    void create() throws Exception {
        cli = new CliProcess(home);
    }

    @Test
    void shouldComparePoolsUnderAPattern() throws Exception {
        Path json = home.resolve("results.json");
        CliProcess.Result result = cli.run(
                "buffers", "--seconds=1", "--threads=1", "--only=api-gateway, 1,024 live, platform", "--json=" + json);
        assertEquals(0, result.status(), result.errors());
        List<String> lines = result.output().lines().toList();
        assertTrue(lines.get(0).endsWith("adaptive    pooled    quarry     ratio   garbage"), result.output());
        assertTrue(
                lines.get(1).matches("api-gateway, 1,024 live, platform( +\\d+\\.\\d){3} +\\d+\\.\\d\\d +0\\.\\d\\d"),
                result.output());
        assertTrue(lines.stream().anyMatch(line -> line.matches("api-gateway.*( +\\d+){3} +\\d\\.\\d\\d")));
        Map<String, Object> document = Json.readObject(Files.readString(json));
        assertTrue(document.get("results") instanceof List<?> rows && rows.size() == 3, document.toString());
        assertEquals(List.of(), document.get("failures"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"pair", "virtual"})
    void shouldMeasureTheOtherLoads(String name) throws Exception {
        CliProcess.Result result = cli.run("buffers", "--seconds=1", "--only=" + name);
        assertEquals(0, result.status(), result.errors());
        assertTrue(result.output().lines().anyMatch(line -> line.matches(".*" + name + ".*\\d\\.\\d\\d")));
        assertFalse(result.output().contains("failed"), result.output());
        assertEquals(name.equals("virtual"), result.output().contains("resident"), result.output());
    }

    @Test
    void shouldSayWhatFailed() throws Exception {
        CliProcess.Result result = cli.run("buffers", "--seconds=1", "--only=pair", "--jvm-arg=-Dquarry.limit=much");
        assertEquals(QuarryCli.EXIT_FAILED, result.status(), result.errors());
        assertTrue(result.output().contains("pair of 64 bytes, event-loop, quarry failed: exit code 1"));
        assertTrue(result.output().lines().skip(1).findFirst().orElseThrow().contains(" - "), result.output());
    }

    @ParameterizedTest
    @CsvSource({
        "--seconds=0, '--seconds takes a number from 1 to 3600, not 0'",
        "--forks=-1, '--forks takes a number from 1 to 100, not -1'",
        "--threads=0, '--threads takes a number from 1 to 1024, not 0'",
        "--only=mail, '--only ''mail'' is in no case''s name: pair of 64 bytes'",
        "--json=/proc/none/at/all, /proc/none/at/all cannot be written",
        "--pools=1, Unknown option",
    })
    void shouldRefuseBadArguments(String argument, String expected) throws Exception {
        CliProcess.Result result = cli.run("buffers", argument);
        assertEquals(QuarryCli.EXIT_BAD_INPUT, result.status(), result.errors());
        assertTrue(result.errors().contains(expected), result.errors());
        assertEquals(1, result.errors().lines().count(), result.errors());
        assertEquals("", result.output());
    }
}
