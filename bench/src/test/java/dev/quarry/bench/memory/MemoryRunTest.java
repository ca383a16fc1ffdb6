// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quarry.bench.report.Json;
import dev.quarry.bench.runner.Children;
import dev.quarry.bench.runner.Contenders;
import dev.quarry.bench.subject.Subject;
import io.netty.buffer.AdaptiveByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.util.concurrent.FastThreadLocalThread;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// The cases against real allocators.
class MemoryRunTest {
    private static final Duration LIMIT = Duration.ofSeconds(60);

    /// Of a peak of 6 MiB.
    private static final double NOISE_BYTES = 2 << 20;

    private static long bytes(Map<?, ?> result, String name) {
        return assertInstanceOf(Long.class, result.get(name));
    }

    /// Quarry itself says whether a block is live at the end, and whether its accounts add up.
    @ParameterizedTest
    @EnumSource
    void shouldRunOnQuarry(MemoryCase memoryCase) {
        assertHoldsWhatIsUsable(run(memoryCase, new QuarryAllocator()));
    }

    /// What the kernel says is left out: it costs a collection of the heap each time.
    private static Map<String, @Nullable Object> run(MemoryCase memoryCase, MeasuredAllocator allocator) {
        Measurement measurement = new Measurement(allocator, Scale.TINY, FastThreadLocalThread::new, () -> 0);
        return MemoryRun.run(memoryCase, measurement, allocator);
    }

    @ParameterizedTest
    @EnumSource(names = {"REDIS", "STRANDING", "ROBSON"})
    void shouldRunOnNetty(MemoryCase memoryCase) {
        assertHoldsWhatIsUsable(run(memoryCase, new NettyAllocator(PooledByteBufAllocator.DEFAULT)));
        assertHoldsWhatIsUsable(run(memoryCase, new NettyAllocator(new AdaptiveByteBufAllocator(true))));
    }

    @ParameterizedTest
    @EnumSource(names = {"REDIS", "STRANDING", "ROBSON"})
    void shouldRunOnTheCLibrary(MemoryCase memoryCase) {
        Map<String, @Nullable Object> result = run(memoryCase, new LibcAllocator());
        assertTrue(bytes(result, "usableBytes") >= bytes(result, "requestedBytes"));
    }

    private static void assertHoldsWhatIsUsable(Map<String, @Nullable Object> result) {
        assertTrue(bytes(result, "usableBytes") >= bytes(result, "requestedBytes"));
        Map<?, ?> peak = assertInstanceOf(Map.class, result.get("peak"));
        assertTrue(bytes(peak, "committedBytes") >= bytes(peak, "usableBytes"));
    }

    /// In a process of its own, as it is measured: elsewhere the heap comes and goes.
    @Test
    void shouldSeeWhatTheKernelHolds(@TempDir Path directory) throws Exception {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(Contenders.JVM_FLAGS);
        command.addAll(MemoryRun.JVM_FLAGS);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), "dev.quarry.bench.child.ChildMain"));
        command.addAll(List.of("facade", "memory", "release", "tiny"));
        Map<String, Object> result = Json.readObject(new Children(directory).run(command, Map.of(), LIMIT));
        Map<?, ?> peak = assertInstanceOf(Map.class, result.get("peak"));
        Map<?, ?> end = assertInstanceOf(Map.class, result.get("end"));
        assertEquals(bytes(peak, "requestedBytes"), bytes(peak, "residentBytes"), NOISE_BYTES);
        assertEquals(0, bytes(end, "residentBytes"), NOISE_BYTES);
    }

    @Test
    void shouldRefuseWhatItCannotMeasure() {
        assertEquals(
                "no memory case nonsense",
                assertThrows(
                                IllegalArgumentException.class,
                                () -> MemoryRun.run(Subject.FACADE, "nonsense", Scale.TINY))
                        .getMessage());
        assertEquals(
                "no memory case runs on jdk_arena",
                assertThrows(
                                IllegalArgumentException.class,
                                () -> MemoryRun.run(Subject.JDK_ARENA, "robson", Scale.TINY))
                        .getMessage());
    }
}
