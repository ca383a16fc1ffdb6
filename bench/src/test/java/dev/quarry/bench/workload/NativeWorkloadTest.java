// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.workload;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.quarry.AllocatorConfig;
import dev.quarry.OffHeapAllocator;
import dev.quarry.bench.child.ChildMain;
import dev.quarry.bench.report.Json;
import dev.quarry.bench.runner.ChildFailedException;
import dev.quarry.bench.runner.Children;
import dev.quarry.bench.runner.Contenders;
import dev.quarry.bench.runner.NativeHarness;
import dev.quarry.bench.subject.Subject;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// The workloads in Java and in C are the same: they draw the same numbers and do as much.
class NativeWorkloadTest {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final List<String> MEMBERS =
            List.of("operations", "roundNs", "threads", "peakResidentBytes", "minorFaults", "checksum", "facts");

    @TempDir
    static Path directory;

    private static Children children;
    private static @Nullable Path program;
    private static OffHeapAllocator allocator;

    @BeforeAll
    static void build() throws Exception {
        children = new Children(directory);
        allocator = OffHeapAllocator.create(AllocatorConfig.builder().build());
        boolean hasCompiler = Stream.of(System.getenv("PATH").split(File.pathSeparator, -1))
                .anyMatch(entry -> Files.isExecutable(Path.of(entry, "cc")));
        program = hasCompiler ? new NativeHarness(children, Path.of("native"), directory).build() : null;
    }

    @AfterAll
    static void close() {
        allocator.close();
    }

    private static Map<String, Object> runNative(String... arguments) throws Exception {
        assumeTrue(program != null, "there is no C compiler on this machine");
        List<String> command = new ArrayList<>(List.of(String.valueOf(program), "workload"));
        command.addAll(List.of(arguments));
        return Json.readObject(children.run(command, Map.of(), LIMIT));
    }

    private static Map<String, Object> runChild(String... arguments) throws Exception {
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        command.addAll(Contenders.JVM_FLAGS);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), ChildMain.class.getName()));
        command.addAll(List.of(arguments));
        return Json.readObject(children.run(command, Map.of(), LIMIT));
    }

    private static Round round(WorkloadName name, int threads) {
        Oracle source = new Oracle(() -> new InstanceBlocks(allocator));
        return name.newWorkload(new Setting(source, threads, Scale.TINY)).round();
    }

    @ParameterizedTest
    @EnumSource(WorkloadName.class)
    void shouldDrawTheSameOnOneThread(WorkloadName name) throws Exception {
        Map<String, Object> inC = runNative(name.argument(), "tiny", "1");
        Round inJava = round(name, 1);
        assertEquals(inC.get("operations"), inJava.operations());
        assertEquals(inC.get("checksum"), inJava.checksum());
    }

    /// But for `rptest`, where a thread makes lists for others only as long as none has come to its end.
    @ParameterizedTest
    @EnumSource(value = WorkloadName.class, mode = EnumSource.Mode.EXCLUDE, names = "RPTEST")
    void shouldDrawTheSameOnThreeThreads(WorkloadName name) throws Exception {
        Map<String, Object> inC = runNative(name.argument(), "tiny", "3");
        Round inJava = round(name, 3);
        assertEquals(inC.get("operations"), inJava.operations());
        assertEquals(inC.get("checksum"), inJava.checksum());
    }

    @Test
    void shouldSayTheSameOfItself() throws Exception {
        for (Map<String, Object> result : List.of(
                runNative("glibc-simple", "tiny", "2"), runChild("facade", "workload", "glibc-simple", "tiny", "2"))) {
            assertTrue(result.keySet().containsAll(MEMBERS), () -> "" + result);
            assertEquals(72_000L, result.get("operations"));
            assertEquals(2L, result.get("threads"));
            assertEquals(1, ((List<?>) result.get("roundNs")).size());
        }
    }

    @Test
    void shouldRunOnTheCLibraryByDowncall() throws Exception {
        Map<String, Object> plain = runChild("libc", "workload", "rptest", "tiny", "1");
        Map<String, Object> critical = runChild("libc_critical", "workload", "rptest", "tiny", "1");
        assertEquals(plain.get("checksum"), critical.get("checksum"));
    }

    @Test
    void shouldRefuseWhatThereIsNot() throws Exception {
        ChildFailedException unknown = assertThrows(ChildFailedException.class, () -> runNative("larsen", "tiny"));
        assertEquals("exit code 2: no workload 'larsen'", unknown.getMessage());
        assertThrows(IllegalArgumentException.class, () -> WorkloadName.of("larsen"));
    }

    @Test
    void shouldNotRunWhatReadsItsBlocksOnBlocksThatOverlap() {
        String[] arguments = {"mstress", "tiny", "1"};
        assertThrows(IllegalArgumentException.class, () -> WorkloadRun.measure(Subject.VOID, arguments, 0));
    }
}
