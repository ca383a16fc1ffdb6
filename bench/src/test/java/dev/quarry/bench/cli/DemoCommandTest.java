// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quarry.bench.report.Json;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The command as a user starts it: a JVM of its own, with an empty folder in the place of a checkout.
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD) // Some waits cannot be interrupted.
class DemoCommandTest {
    private static final List<String> POOLS = List.of("adaptive", "pooled", "quarry");
    private static final String[] SHORT = {"demo", "--seconds=15", "--idle-seconds=0"};

    @TempDir
    Path home;

    private CliProcess cli;

    @BeforeEach
    void create() throws IOException {
        cli = new CliProcess(home);
    }

    @Test
    void shouldPrintTheTableAndTheReportAndWriteTheSameAsJson() throws Exception {
        Path json = home.resolve("demo.json");
        int port = freePort();
        CliProcess.Result result = cli.run(withShort("--json=" + json, "--port=" + port));
        assertEquals(0, result.status(), result.errors());
        assertTrue(result.errors().contains("[3/3] quarry: 64 connections to port " + port), result.errors());
        List<?> rows = (List<?>) Json.readObject(Files.readString(json)).get("pools");
        for (int i = 0; i < POOLS.size(); i++) {
            String[] cells = row(result, POOLS.get(i));
            Map<?, ?> figures = (Map<?, ?>) rows.get(i);
            assertEquals(POOLS.get(i), figures.get("name"));
            assertEquals(9, cells.length, Arrays.toString(cells));
            double previousMs = 0;
            for (int cell = 1; cell < 8; cell++) {
                assertTrue(Double.parseDouble(cells[cell].replace(",", "")) > 0, Arrays.toString(cells));
            }
            for (int cell = 2; cell < 5; cell++) {
                double latencyMs = Double.parseDouble(cells[cell]);
                assertTrue(latencyMs >= previousMs, Arrays.toString(cells));
                previousMs = latencyMs;
            }
            assertEquals("0", cells[8], "bytes live");
            assertTrue((long) figures.get("requests") > 0, figures.toString());
            assertTrue((long) figures.get("recordedBuffers") > 0, figures.toString());
        }
        assertTrue(
                result.output().contains(((Map<?, ?>) rows.get(2)).get("report").toString()), result.output());
        assertTrue(result.output().contains("Quarry allocator \"quarry\""), result.output());
        assertNoScratch();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "demo --seconds=41 | --seconds takes a number from 42 to 86400, not 41",
                "demo --seconds=11 --idle-seconds=0 | --seconds takes a number from 12 to 86400, not 11",
                "demo --seconds=long | Invalid value for option '--seconds': 'long' is not an int",
                "demo --idle-seconds=-1 | --idle-seconds takes a number from 0 to 43200, not -1",
                "demo --port=65536 | --port takes a number from 0 to 65535, not 65536",
                "demo --no-such-option | Unknown option: '--no-such-option'",
            })
    void shouldAnswerBadArgumentsInOneSentence(String arguments, String sentence) throws Exception {
        CliProcess.Result result = cli.run(arguments.split(" ", -1));
        assertEquals("quarry: " + sentence + System.lineSeparator(), result.errors());
        assertEquals(2, result.status());
    }

    @Test
    void shouldSayThatThePortIsInUse() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            CliProcess.Result result = cli.run("demo", "--port=" + taken.getLocalPort());
            assertEquals(
                    "quarry: port " + taken.getLocalPort() + " cannot be used: Address already in use"
                            + System.lineSeparator(),
                    result.errors());
            assertEquals(2, result.status());
        }
    }

    @Test
    void shouldSayWhyAServerDidNotStart() throws Exception {
        CliProcess.Result result = cli.run(withShort("--jvm-arg=-XX:NoSuchFlag"));
        assertEquals(
                "quarry: the server on adaptive failed: exit code 1: Unrecognized VM option 'NoSuchFlag'"
                        + System.lineSeparator(),
                result.errors());
        assertEquals(1, result.status());
        assertEquals("", result.output());
        assertNoScratch();
    }

    /// The client complains as well, but the server is what failed.
    @Test
    void shouldSayThatTheServerDied() throws Exception {
        Process process = cli.start("demo");
        try {
            child(process, "ClientMain");
            child(process, "ServerMain").destroyForcibly();
            assertEquals(1, process.waitFor());
            assertTrue(
                    cli.errors()
                            .endsWith("quarry: the server on adaptive failed: exit code 137: no message"
                                    + System.lineSeparator()),
                    cli.errors());
            assertNoScratch();
        } finally {
            process.destroyForcibly();
        }
    }

    @Test
    void shouldSayThatTheClientDied() throws Exception {
        Process process = cli.start("demo");
        try {
            ProcessHandle server = child(process, "ServerMain");
            child(process, "ClientMain").destroyForcibly();
            assertEquals(1, process.waitFor());
            server.onExit().join();
            assertTrue(
                    cli.errors()
                            .endsWith("quarry: the client of the server on adaptive failed: exit code 137: no message"
                                    + System.lineSeparator()),
                    cli.errors());
        } finally {
            process.destroyForcibly();
        }
    }

    @Test
    void shouldEndItsChildrenWhenInterrupted() throws Exception {
        Path json = home.resolve("demo.json");
        Process process = cli.start("demo", "--json=" + json);
        try {
            List<ProcessHandle> children = List.of(child(process, "ServerMain"), child(process, "ClientMain"));
            new ProcessBuilder("kill", "-INT", Long.toString(process.pid()))
                    .start()
                    .waitFor();
            assertEquals(130, process.waitFor());
            children.forEach(child -> child.onExit().join());
            assertTrue(
                    cli.errors()
                            .endsWith("quarry: interrupted; the child processes are ended, and no results were written."
                                    + System.lineSeparator()),
                    cli.errors());
            assertNoScratch();
            assertTrue(Files.notExists(json));
        } finally {
            process.destroyForcibly();
        }
    }

    /// A server does not outlive the command, however that ends.
    @Test
    void shouldLeaveNoServerBehindWhenItIsKilled() throws Exception {
        Process process = cli.start("demo");
        try {
            ProcessHandle server = child(process, "ServerMain");
            process.destroyForcibly();
            server.onExit().join();
        } finally {
            process.destroyForcibly();
        }
    }

    private static String[] withShort(String... more) {
        return Stream.concat(Arrays.stream(SHORT), Arrays.stream(more)).toArray(String[]::new);
    }

    private static String[] row(CliProcess.Result result, String pool) {
        return result.output()
                .lines()
                .filter(line -> line.startsWith("  " + pool + " "))
                .map(line -> line.strip().split(" +", -1))
                .findFirst()
                .orElseThrow(() -> new AssertionError(result.output()));
    }

    /// Waits for the child that runs a class.
    private ProcessHandle child(Process process, String mainClass) throws IOException {
        while (true) {
            for (ProcessHandle child : process.children().toList()) {
                if (commandLine(child).contains("demo." + mainClass)) {
                    return child;
                }
            }
            assertTrue(process.isAlive(), cli.errors());
            Thread.onSpinWait();
        }
    }

    /// All of it, where the JDK gives the first 4 KiB.
    private static String commandLine(ProcessHandle process) {
        try {
            return Files.readString(Path.of("/proc", Long.toString(process.pid()), "cmdline"));
        } catch (IOException e) {
            return ""; // it has ended
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return probe.getLocalPort();
        }
    }

    /// Nothing is left of the run's own folder.
    private void assertNoScratch() throws IOException {
        try (Stream<Path> files = Files.list(home.resolve("bench/target"))) {
            assertEquals(List.of(), files.filter(Files::isDirectory).toList());
        }
    }
}
