// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quarry.bench.compare.RunFiles;
import dev.quarry.bench.report.Json;
import dev.quarry.bench.suite.FakeCatalog;
import dev.quarry.bench.suite.ResultFolder;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/// The command in a JVM of its own, over cases that are shell scripts.
@Timeout(120)
class BenchCommandTest {
    @TempDir
    Path home;

    private CliProcess cli;

    @BeforeEach
    void create() throws IOException {
        cli = new CliProcess(home).withMain(FakeBench.class);
    }

    private CliProcess.Result bench(String... arguments) throws Exception {
        return cli.run(arguments);
    }

    private Map<String, Object> read(Path file) throws IOException {
        return Json.readObject(Files.readString(file));
    }

    private List<String> calls() throws IOException {
        Path calls = home.resolve("calls");
        return Files.exists(calls) ? Files.readAllLines(calls) : List.of();
    }

    /// The folders that runs have made by themselves.
    private List<Path> folders() throws IOException {
        try (Stream<Path> folders = Files.list(home.resolve("bench/results"))) {
            return folders.sorted().toList();
        }
    }

    @Test
    void shouldWriteWhatTheProcessesSaid() throws Exception {
        Files.createFile(home.resolve("go"));
        Path out = home.resolve("out");
        CliProcess.Result result = bench("--quick", "--processes=2", "--out=" + out);
        assertEquals(1, result.status(), result.errors());
        assertTrue(result.errors().contains("[  1/11] workloads plain, quarry, about "), result.errors());
        assertTrue(result.errors().contains("workloads plain, broken failed: exit code 3: no luck"), result.errors());
        assertTrue(result.errors().contains("Not found, left out: absent: apt-get install absent"), result.errors());

        Map<String, Object> workloads = read(out.resolve("workloads.json"));
        assertEquals("quick", workloads.get("scale"));
        assertEquals(
                List.of(Map.of("subject", "absent", "reason", "apt-get install absent")), workloads.get("missing"));
        List<?> cases = (List<?>) workloads.get("cases");
        Map<?, ?> plain = (Map<?, ?>) cases.get(0);
        assertEquals("W-plain", plain.get("id"));
        assertEquals(2L, plain.get("threads"));
        Map<?, ?> memory =
                (Map<?, ?>) ((List<?>) read(out.resolve("memory.json")).get("cases")).get(0);
        assertEquals(3L, memory.get("threads"), "as the facts have it");
        Map<?, ?> quarry = (Map<?, ?>) ((List<?>) plain.get("rows")).get(0);
        assertEquals("quarry", quarry.get("group"));
        assertEquals(2, ((List<?>) quarry.get("processes")).size());
        assertTrue(quarry.containsKey("failure") && quarry.get("failure") == null, quarry.toString());
        Map<?, ?> broken = (Map<?, ?>) ((List<?>) plain.get("rows")).get(1);
        assertEquals("exit code 3: no luck", broken.get("failure"));
        assertEquals(List.of(), broken.get("processes"));

        Map<String, Object> environment = read(out.resolve("env.json"));
        assertEquals(List.of("pair"), environment.get("jmhSuites"));
        List<?> failures = (List<?>) environment.get("failures");
        assertEquals("workloads plain, broken: exit code 3: no luck", failures.get(0));
        assertTrue(failures.size() > 1, "JMH's file is empty");
        assertTrue(
                failures.stream()
                        .skip(1)
                        .map(Object::toString)
                        .allMatch(failure -> failure.startsWith("jmh pair: no figure for ")),
                failures::toString);
        assertEquals("1.0", ((Map<?, ?>) environment.get("versions")).get("native"));
        assertEquals("[]\n", Files.readString(out.resolve("jmh-pair.json")));
        try (Stream<Path> files = Files.list(out)) {
            assertEquals(
                    List.of("env.json", "index.html", "jmh-pair.json", "latency.json", "memory.json", "workloads.json"),
                    files.map(file -> file.getFileName().toString()).sorted().toList());
        }
        assertEquals(
                1, Collections.frequency(calls(), "broken workload plain quick"), "a row that fails is left alone");
    }

    @ParameterizedTest
    @ValueSource(strings = {"INT", "KILL"})
    void shouldGoOnWhereItStopped(String signal) throws Exception {
        Process process = cli.start("--quick");
        List<ProcessHandle> children = List.of();
        try {
            while (!calls().contains("quarry workload waits quick")) {
                Thread.onSpinWait();
            }
            children = process.descendants().toList();
            new ProcessBuilder("kill", "-" + signal, Long.toString(process.pid()))
                    .start()
                    .waitFor();
            boolean isAsked = signal.equals("INT");
            assertEquals(isAsked ? 130 : 137, process.waitFor());
            if (isAsked) {
                children.forEach(child -> child.onExit().join());
                assertTrue(cli.errors().contains("and the same command goes on from what is kept in "), cli.errors());
            }
            Path folder = folders().get(0);
            assertTrue(ResultFolder.isUnfinished(folder));
            assertFalse(Files.exists(folder.resolve("workloads.json")));

            Files.createFile(home.resolve("go"));
            CliProcess.Result result = bench("--quick");
            assertEquals(1, result.status(), result.errors());
            assertTrue(result.errors().contains("Going on: 2 of 6 processes are done."), result.errors());
            assertEquals(List.of(folder), folders());
            assertFalse(ResultFolder.isUnfinished(folder));
            assertEquals(2, ((List<?>) read(folder.resolve("workloads.json")).get("cases")).size());
            // Each process once, but for the one that was interrupted.
            assertEquals(new HashSet<>(calls()).size() + 1, calls().size(), calls().toString());
        } finally {
            children.forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
    }

    @Test
    void shouldGoOnWithTheFolderThatIsNamed() throws Exception {
        Path folder = interrupted();
        CliProcess.Result result = bench("--resume=" + folder);
        assertEquals(0, result.status(), result.errors());
        assertEquals(List.of("native workload waits full", "only-full workload waits full"), callsAfterInterruption());
        assertEquals("full", read(folder.resolve("workloads.json")).get("scale"));
    }

    @Test
    void shouldNotGoOnWithAnotherCommit() throws Exception {
        Path folder = interrupted();
        Path run = folder.resolve("unfinished/run.json");
        Files.writeString(run, Files.readString(run).replace("\"commit\": \"\"", "\"commit\": \"abc\""));
        CliProcess.Result result = bench("--resume=" + folder);
        assertEquals(2, result.status());
        assertEquals(
                "quarry: the run in " + folder + " cannot go on with something else: commit: now none, then abc"
                        + System.lineSeparator(),
                result.errors());
        assertTrue(ResultFolder.isUnfinished(folder));
    }

    /// A terminal tells the children of Ctrl-C as well, and a child may be seen to end before the own end begins.
    @Test
    void shouldKeepNothingOfAChildThatWasInterrupted() throws Exception {
        Path folder = home.resolve("run");
        Process process = cli.start("--only=W-waits", "--out=" + folder);
        try {
            while (calls().isEmpty()) {
                Thread.onSpinWait();
            }
            long child = process.children().findFirst().orElseThrow().pid();
            new ProcessBuilder("kill", "-INT", Long.toString(child)).start().waitFor();
            assertEquals(130, process.waitFor());
            assertTrue(cli.errors().contains("quarry: interrupted; "), cli.errors());
            Files.createFile(home.resolve("go"));
            assertEquals(0, bench("--resume=" + folder).status(), cli.errors());
        } finally {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
    }

    /// A folder in which one of the three processes of `--full --processes=1 --only=W-waits` is done.
    private Path interrupted() throws Exception {
        Path folder = home.resolve("run");
        Files.createFile(home.resolve("go-quarry"));
        Process process = cli.start("--full", "--processes=1", "--only=W-waits", "--out=" + folder);
        while (!calls().contains("native workload waits full")) {
            Thread.onSpinWait();
        }
        List<ProcessHandle> children = process.descendants().toList();
        process.destroyForcibly().waitFor();
        children.forEach(ProcessHandle::destroyForcibly);
        Files.createFile(home.resolve("go"));
        return folder;
    }

    private List<String> callsAfterInterruption() throws IOException {
        return calls().subList(2, calls().size());
    }

    @Test
    void shouldWriteNothingOverOtherResults() throws Exception {
        Path out = Files.createDirectory(home.resolve("out"));
        Path results = Files.writeString(out.resolve("workloads.json"), "mine");
        CliProcess.Result result = bench("--only=pair", "--out=" + out);
        assertEquals(2, result.status());
        assertEquals(
                "quarry: " + out + ": not empty, and results are never written over others" + System.lineSeparator(),
                result.errors());
        assertEquals("mine", Files.readString(results));
        assertEquals(List.of(), calls());
    }

    @Test
    void shouldTakeANewFolderForASecondRunOnTheSameDay() throws Exception {
        assertEquals(0, bench("--only=F1").status());
        assertEquals(0, bench("--only=F1").status());
        assertEquals(2, folders().size());
        assertEquals(folders().get(0) + "-2", folders().get(1).toString());
    }

    @ParameterizedTest
    @CsvSource({"100, 0, Worse beyond the noise: 0 of 1", "150, 1, Worse beyond the noise: 1 of 1"})
    void shouldSayByItsExitCodeWhetherAnythingBecameWorse(long ns, int status, String line) throws Exception {
        Path a = new RunFiles(home.resolve("a"))
                .workload("larson", "quarry", List.of(List.of(100L)))
                .write();
        Path b = new RunFiles(home.resolve("b"))
                .workload("larson", "quarry", List.of(List.of(ns)))
                .write();
        CliProcess.Result result = execute("--compare", a.toString(), b.toString());
        assertEquals(status, result.status(), result.errors());
        assertTrue(result.output().contains(line + System.lineSeparator()), result.output());
    }

    @Test
    void shouldNameTheFileThatIsMissing() throws Exception {
        Path a = new RunFiles(home.resolve("a")).write();
        Files.delete(a.resolve("memory.json"));
        CliProcess.Result result = execute("--compare", a.toString(), a.toString());
        assertEquals(2, result.status());
        assertEquals("quarry: " + a.resolve("memory.json") + " is missing" + System.lineSeparator(), result.errors());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--only=plian | --only names 'plian', which is no benchmark; the nearest: plain",
                "--only=pair,wait | --only names 'wait', which is no benchmark; the nearest: waits",
                "--quick --full | --quick and --full exclude each other",
                "--processes=0 | --processes takes a number from 1 to 100, not 0",
                "--resume=absent | no run was interrupted in absent: absent/unfinished/run.json is missing",
                "--resume=absent --full | --resume goes on with what was begun, and takes no other option",
                "--compare a b --quick | --compare measures nothing, and takes no other option",
                "--compare absent b | absent is not a folder",
                "--page absent | absent is no folder with results",
                "--page absent --only pair | --page measures nothing, and takes no other option",
                "--no-such-option | Unknown option: '--no-such-option'",
            })
    void shouldAnswerBadInputInOneSentence(String arguments, String sentence) throws Exception {
        CliProcess.Result result = execute(arguments.split(" ", -1));
        assertEquals(2, result.status());
        assertTrue(result.errors().startsWith("quarry: " + sentence), result.errors());
        assertEquals(1, result.errors().lines().count(), result.errors());
        assertEquals(List.of(), calls());
    }

    /// The command in this JVM, where it starts no process.
    private CliProcess.Result execute(String... arguments) {
        StringWriter output = new StringWriter();
        StringWriter errors = new StringWriter();
        int status = QuarryCli.complaining(new CommandLine(new BenchCommand(new FakeCatalog(home))))
                .setOut(new PrintWriter(output))
                .setErr(new PrintWriter(errors))
                .execute(arguments);
        return new CliProcess.Result(status, output.toString(), errors.toString());
    }
}
