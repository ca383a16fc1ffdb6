// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.quarry.bench.memory.PlannedAllocator.Freed;
import dev.quarry.bench.report.Json;
import dev.quarry.bench.runner.ChildFailedException;
import dev.quarry.bench.runner.Children;
import dev.quarry.bench.runner.NativeAllocator;
import dev.quarry.bench.runner.NativeHarness;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// The C program asks for the same blocks as the cases in Java, and reads the same members.
class NativeMemoryTest {
    private static final Duration LIMIT = Duration.ofSeconds(60);

    @TempDir
    static Path directory;

    private static Path program = Path.of("");

    @BeforeAll
    static void build() throws Exception {
        boolean hasCompiler = Stream.of(System.getenv("PATH").split(File.pathSeparator, -1))
                .anyMatch(entry -> Files.isExecutable(Path.of(entry, "cc")));
        assumeTrue(hasCompiler, "there is no C compiler on this machine");
        program = new NativeHarness(new Children(directory), Path.of("native"), directory).build();
    }

    private static Map<String, Object> run(Map<String, String> environment, String name, String scale)
            throws Exception {
        List<String> command = List.of(program.toString(), "memory", name, scale);
        return Json.readObject(new Children(directory).run(command, environment, LIMIT));
    }

    @ParameterizedTest
    @EnumSource
    void shouldAskForTheSameBlocksAsJava(MemoryCase memoryCase) throws Exception {
        PlannedAllocator allocator = new PlannedAllocator(1, Freed.GONE);
        Measurement measurement = new Measurement(allocator, Scale.TINY, Thread::new, allocator::heldBytes);
        Map<String, @Nullable Object> inJava =
                Json.readObject(Json.write(MemoryRun.run(memoryCase, measurement, allocator)));
        Map<String, Object> inC = run(Map.of(), memoryCase.label(), "tiny");
        assertEquals(inJava.get("requestedBytes"), inC.get("requestedBytes"));
        assertEquals(requestedByStage(inJava), requestedByStage(inC));
        assertEquals(figureMeaning(inJava), figureMeaning(inC));
    }

    private static List<String> requestedByStage(Map<String, @Nullable Object> result) {
        List<String> stages = new ArrayList<>();
        for (Object stage : assertInstanceOf(List.class, result.get("stages"))) {
            Map<?, ?> members = assertInstanceOf(Map.class, stage);
            stages.add(members.get("stage") + ": " + members.get("requestedBytes"));
        }
        return stages;
    }

    private static Object figureMeaning(Map<String, @Nullable Object> result) {
        return assertInstanceOf(
                String.class, assertInstanceOf(Map.class, result.get("facts")).get(Figure.MEANING));
    }

    /// Where an allocator is installed, it is the one that is measured, and it tells what it holds.
    @Test
    void shouldReadWhatEachAllocatorSays() throws Exception {
        for (NativeAllocator allocator : NativeAllocator.ALL) {
            if (allocator.isPreloaded() && allocator.library().isEmpty()) {
                continue;
            }
            Map<String, String> environment = allocator
                    .library()
                    .map(library -> Map.of("LD_PRELOAD", library.toString()))
                    .orElse(Map.of());
            Map<String, Object> result = run(environment, "redis", "tiny");
            Map<?, ?> peak = assertInstanceOf(Map.class, result.get("peak"));
            long usableBytes = assertInstanceOf(Long.class, peak.get("usableBytes"));
            long committedBytes = assertInstanceOf(Long.class, peak.get("committedBytes"));
            assertTrue(committedBytes >= usableBytes, () -> allocator.label() + ": " + peak);
            long residentBytes = assertInstanceOf(Long.class, peak.get("residentBytes"));
            assertTrue(residentBytes > usableBytes / 2, () -> allocator.label() + ": " + peak);
        }
    }

    @Test
    void shouldRefuseUnknownNames() {
        assertEquals(
                "exit code 2: no memory case 'nonsense'",
                assertThrows(ChildFailedException.class, () -> run(Map.of(), "nonsense", "tiny"))
                        .getMessage());
        assertEquals(
                "exit code 2: no scale 'huge': tiny, quick or full",
                assertThrows(ChildFailedException.class, () -> run(Map.of(), "robson", "huge"))
                        .getMessage());
    }
}
