// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.micro;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quarry.OffHeapAllocator;
import io.netty.buffer.PoolArenaMetric;
import io.netty.buffer.PooledByteBufAllocator;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.VerboseMode;

class JmhSuitesTest {
    private static final int CORES = 2;

    static List<String> names() {
        return JmhSuites.names();
    }

    /// Everything that a full run has, once, in this JVM.
    @ParameterizedTest
    @MethodSource("names")
    void shouldRunWithEverySubjectAndLeaveNoBlock(String suite) throws RunnerException {
        long liveBefore = liveBlocks();
        long nettyBefore = liveNettyBuffers();
        Collection<RunResult> results = new Runner(new OptionsBuilder()
                        .parent(JmhSuites.options(suite, false))
                        .param("byteSize", "64")
                        .mode(Mode.SingleShotTime)
                        .warmupIterations(0)
                        .measurementIterations(2)
                        .forks(0)
                        .shouldFailOnError(true)
                        .verbosity(VerboseMode.SILENT)
                        .build())
                .run();
        assertFalse(results.isEmpty());
        assertEquals(liveBefore, liveBlocks());
        assertEquals(nettyBefore, liveNettyBuffers());
    }

    private static long liveBlocks() {
        return OffHeapAllocator.system().stats().liveBlocks();
    }

    private static long liveNettyBuffers() {
        return PooledByteBufAllocator.DEFAULT.metric().directArenas().stream()
                .mapToLong(PoolArenaMetric::numActiveAllocations)
                .sum();
    }

    @Test
    void shouldTakeNoLongerThanPromised() {
        assertTrue(sum(true).compareTo(Duration.ofMinutes(4)) <= 0, () -> "quick: " + sum(true));
        assertTrue(sum(false).compareTo(Duration.ofMinutes(60)) <= 0, () -> "full: " + sum(false));
    }

    private static Duration sum(boolean quick) {
        return names().stream()
                .map(name -> JmhSuites.find(name).expectedTime(quick, CORES))
                .reduce(Duration.ZERO, Duration::plus);
    }

    @Test
    void shouldCoverEverySubjectAndEachSizeOfTheClaims() {
        List<String> sizes = List.of(
                JmhSuites.options("pair", false).getParameter("byteSize").get().toArray(new String[0]));
        assertEquals("8", sizes.get(0));
        assertTrue(sizes.contains("65536"));
        assertEquals("4194304", sizes.get(sizes.size() - 1));
        List<String> subjects = names().stream()
                .flatMap(name -> JmhSuites.options(name, false).getParameter("subject").get().stream())
                .distinct()
                .sorted()
                .toList();
        List<String> all = Arrays.stream(MicroSubject.values())
                .map(subject -> subject.name().toLowerCase(java.util.Locale.ROOT))
                .sorted()
                .toList();
        assertEquals(all, subjects);
    }

    @Test
    void shouldUseUpToTwiceAsManyThreadsAsThereAreCores() {
        JmhSuite threads = JmhSuites.find("threads");
        assertEquals(
                Stream.of("ThreadsBenchmark", "VirtualThreadsBenchmark")
                        .flatMap(name -> Stream.of(".threads1", ".threads2", ".threads4")
                                .map(method -> "dev.quarry.bench.micro." + name + method))
                        .toList(),
                threads.labels(false, CORES));
        assertEquals(4, threads.labels(true, CORES).size());
    }

    @Test
    void shouldNameWhatAResultLacks() {
        String label = "dev.quarry.bench.micro.BatchBenchmark.batch";
        List<Object> results = new ArrayList<>();
        for (String subject :
                JmhSuites.options("batch", true).getParameter("subject").get()) {
            for (String order : List.of("lifo", "random")) {
                results.add(Map.of(
                        "benchmark",
                        label,
                        "params",
                        Map.of("subject", subject, "order", order, "byteSize", "64", "more", "than asked for")));
            }
        }
        assertEquals(List.of(), JmhSuites.missing("batch", true, results));
        results.remove(0);
        assertEquals(
                List.of("batch {byteSize=64, order=lifo, subject=facade}"), JmhSuites.missing("batch", true, results));
    }

    @Test
    void shouldNameTheSuitesThatThereAre() {
        IllegalArgumentException e =
                assertThrows(IllegalArgumentException.class, () -> JmhSuites.options("pairs", true));
        assertTrue(String.valueOf(e.getMessage()).startsWith("no JMH suite pairs; there are pair, batch, "));
    }
}
