// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.suite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quarry.bench.suite.SuiteCase.Seconds;
import dev.quarry.bench.suite.SuiteSubject.Group;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ResultFolderTest {
    private static final RunIdentity IDENTITY =
            new RunIdentity("abc", "", "quick", 1, List.of("workloads larson"), "a JVM", "AMD EPYC");
    private static final Step STEP = new Step(
            new SuiteCase(
                    Suite.WORKLOADS,
                    "larson",
                    0,
                    "W1",
                    "?",
                    "ns/op",
                    new Seconds(1, 2),
                    List.of("quarry"),
                    List.of(),
                    true),
            new SuiteSubject("quarry", Group.QUARRY, "", List.of(), List.of(), Map.of()),
            1);

    @TempDir
    Path home;

    private Path path() {
        return home.resolve("run");
    }

    @Test
    void shouldKeepWhatAProcessSaid() throws Exception {
        try (ResultFolder folder = ResultFolder.create(path(), IDENTITY)) {
            folder.keep(STEP, "{\"operations\": 1}");
        }
        ResultFolder.Kept kept = keptOnResumption();
        assertEquals(Optional.of("{\"operations\": 1}\n"), kept.output());
        assertEquals(Optional.empty(), kept.failure());
    }

    @Test
    void shouldKeepWhyAProcessFailed() throws Exception {
        try (ResultFolder folder = ResultFolder.create(path(), IDENTITY)) {
            folder.keepFailure(STEP, "no luck");
        }
        ResultFolder.Kept kept = keptOnResumption();
        assertEquals(Optional.empty(), kept.output());
        assertEquals(Optional.of("no luck"), kept.failure());
    }

    private ResultFolder.Kept keptOnResumption() throws IOException {
        try (ResultFolder folder = ResultFolder.resume(path(), IDENTITY)) {
            return folder.kept(STEP).orElseThrow();
        }
    }

    @Test
    void shouldBeOneRunsAtATime() throws Exception {
        try (ResultFolder folder = ResultFolder.create(path(), IDENTITY)) {
            IOException e = assertThrows(IOException.class, () -> ResultFolder.resume(path(), IDENTITY));
            assertEquals("another run goes on in " + folder.path() + " at this moment", e.getMessage());
        }
        ResultFolder.resume(path(), IDENTITY).close();
    }

    @Test
    void shouldHoldNothingButResultsAtTheEnd() throws Exception {
        try (ResultFolder folder = ResultFolder.create(path(), IDENTITY)) {
            folder.keep(STEP, "{}");
            folder.finish(Map.of("a.json", "1", "b.json", "2"));
        }
        assertFalse(ResultFolder.isUnfinished(path()));
        try (Stream<Path> files = Files.walk(path())) {
            assertEquals(
                    List.of(path(), path().resolve("a.json"), path().resolve("b.json")),
                    files.sorted().toList());
        }
    }

    @Test
    void shouldNotBeMadeWhereThereIsAnything() throws Exception {
        Files.writeString(Files.createDirectory(path()).resolve("notes"), "mine");
        assertThrows(FileAlreadyExistsException.class, () -> ResultFolder.create(path(), IDENTITY));
        Path file = Files.writeString(home.resolve("file"), "");
        assertThrows(FileAlreadyExistsException.class, () -> ResultFolder.create(file, IDENTITY));
    }

    @ParameterizedTest
    @CsvSource({
        "def, '', quick, 1, larson, a JVM, AMD EPYC, 'commit: now def, then abc'",
        "abc, 12, quick, 1, larson, a JVM, AMD EPYC, 'changes: now 12, then none'",
        "abc, '', full, 1, larson, a JVM, AMD EPYC, 'scale: now full, then quick'",
        "abc, '', quick, 2, larson, a JVM, AMD EPYC, 'processes: now 2, then 1'",
        "abc, '', quick, 1, xmalloc, a JVM, AMD EPYC, 'cases: now [workloads xmalloc], then [workloads larson]'",
        "abc, '', quick, 1, larson, another, AMD EPYC, 'jvm: now another, then a JVM'",
        "abc, '', quick, 1, larson, a JVM, Intel, 'cpu: now Intel, then AMD EPYC'",
    })
    void shouldGoOnWithTheSameOnly(
            String commit, String changes, String scale, int processes, String name, String jvm, String cpu, String why)
            throws Exception {
        ResultFolder.create(path(), IDENTITY).close();
        RunIdentity other = new RunIdentity(commit, changes, scale, processes, List.of("workloads " + name), jvm, cpu);
        IOException e = assertThrows(IOException.class, () -> ResultFolder.resume(path(), other));
        assertEquals("the run in " + path() + " cannot go on with something else: " + why, e.getMessage());
    }

    @Test
    void shouldSayWhenTheRecordIsDamaged() throws Exception {
        ResultFolder.create(path(), IDENTITY).close();
        Path record = path().resolve("unfinished/run.json");
        Files.writeString(record, "{\"commit\": ");
        IOException e = assertThrows(IOException.class, () -> ResultFolder.identity(path()));
        assertEquals(record + " is damaged", e.getMessage());
        Files.writeString(record, "{}");
        e = assertThrows(IOException.class, () -> ResultFolder.identity(path()));
        assertEquals(record + " is damaged: processes or cases are missing", e.getMessage());
    }

    @Test
    void shouldFindTheSameRunAgainOnAnotherDay() throws Exception {
        LocalDate day = LocalDate.of(2026, 11, 21);
        Path first = ResultPlace.choose(home, IDENTITY, day, 2);
        assertEquals("2026-11-21-epyc-2cpu-jdk" + Runtime.version().feature(), String.valueOf(first.getFileName()));
        ResultFolder.create(first, IDENTITY).close();
        assertEquals(first, ResultPlace.choose(home, IDENTITY, day.plusDays(1), 2));

        RunIdentity other = new RunIdentity("def", "", "quick", 1, List.of(), "a JVM", "AMD EPYC");
        assertEquals(first + "-2", ResultPlace.choose(home, other, day, 2).toString());
    }

    @ParameterizedTest
    @CsvSource({
        "AMD EPYC, epyc",
        "AMD EPYC 7R13 Processor, epyc-7r13",
        "AMD EPYC 7763 64-Core Processor, epyc-7763",
        "Intel(R) Xeon(R) Platinum 8375C CPU @ 2.90GHz, xeon-platinum-8375c",
        "unknown, unknown",
        "'', unknown",
    })
    void shouldNameTheCpuShortly(String model, String name) {
        assertEquals(name, ResultPlace.cpuName(model));
        assertTrue(name.matches("[a-z0-9-]+"));
    }
}
