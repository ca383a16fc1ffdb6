// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.latency;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.quarry.OffHeapAllocator;
import dev.quarry.bench.report.Json;
import dev.quarry.bench.runner.Children;
import dev.quarry.bench.runner.NativeHarness;
import dev.quarry.bench.subject.Blocks;
import dev.quarry.bench.subject.Subject;
import dev.quarry.bench.workload.Mix64;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LatencyTest {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final long INTERVAL_NS = TimeUnit.MICROSECONDS.toNanos(10);

    @TempDir
    Path directory;

    /// An allocator of which each call takes a while.
    private static final class SlowBlocks extends Blocks {
        private final long callNs;

        SlowBlocks(long callNs) {
            this.callNs = callNs;
        }

        @Override
        public long malloc(long byteSize) {
            waitFor(callNs);
            return 1;
        }

        @Override
        public void free(long address) {}

        private void waitFor(long ns) {
            long startNs = System.nanoTime();
            while (System.nanoTime() - startNs < ns) {
                Thread.onSpinWait();
            }
        }

        @Override
        public long calloc(long count, long elementByteSize) {
            throw new UnsupportedOperationException();
        }

        @Override
        public long realloc(long address, long byteSize) {
            throw new UnsupportedOperationException();
        }

        @Override
        public long alignedAlloc(long byteAlignment, long byteSize) {
            throw new UnsupportedOperationException();
        }
    }

    @Test
    void shouldMeasureAsManyMallocsAsFreesAndLeaveNoBlock() throws Exception {
        long liveBefore = OffHeapAllocator.system().stats().liveBlocks();
        Map<String, Object> result = LatencyMeasurement.run(Subject.FACADE, "mstress", "tiny");
        assertEquals(liveBefore, OffHeapAllocator.system().stats().liveBlocks());
        assertDistributions(Json.readObject(Json.write(result)));
    }

    @Test
    void shouldMeasureTheSameInC() throws Exception {
        assertDistributions(runNative("mstress"));
    }

    private static void assertDistributions(Map<String, Object> result) {
        for (Map<?, ?> schedule : List.of(result, member(result, "open"))) {
            Map<?, ?> mallocs = member(schedule, "malloc");
            Map<?, ?> frees = member(schedule, "free");
            assertTrue(count(mallocs) >= 180_000, () -> "an iteration of both threads: " + mallocs);
            assertTrue(Math.abs(count(mallocs) - count(frees)) <= 2, () -> mallocs + " and " + frees);
            assertAscending(mallocs);
            assertAscending(frees);
        }
        Map<?, ?> facts = member(result, "facts");
        assertEquals("closed", facts.get("mallocAndFree"));
        assertTrue(((Number) facts.get("timerCostNs")).doubleValue() > 0, facts::toString);
        assertTrue((Long) facts.get("timerResolutionNs") > 0, facts::toString);
        assertTrue(count(member(result, "timer")) > 0);
    }

    private static Map<?, ?> member(Map<?, ?> object, String name) {
        return (Map<?, ?>) object.get(name);
    }

    private static long count(Map<?, ?> distribution) {
        return (Long) distribution.get("count");
    }

    private static void assertAscending(Map<?, ?> distribution) {
        Map<?, ?> percentiles = member(distribution, "percentiles");
        long before = 0;
        for (String percent : List.of("50", "90", "99", "99.9", "99.99", "99.999", "100")) {
            long ns = (Long) percentiles.get(percent);
            assertTrue(ns >= before, percentiles::toString);
            before = ns;
        }
    }

    /// The same samples, drawn by the same generator, into HdrHistogram and into the histogram of the C program.
    @Test
    void shouldCountInCAsHdrHistogramDoes() throws Exception {
        Histogram histogram = CallTimes.newHistogram();
        Mix64 random = new Mix64(43);
        for (int i = 0; i < 100_000; i++) {
            histogram.recordValue(random.next() >>> (24 + i % 40));
        }
        Object expected = Json.read(Json.write(CallTimes.summary(histogram)));
        assertEquals(expected, runNative("histogram").get("histogram"));
    }

    private Map<String, Object> runNative(String name) throws Exception {
        boolean hasCompiler = Stream.of(System.getenv("PATH").split(File.pathSeparator, -1))
                .anyMatch(entry -> Files.isExecutable(Path.of(entry, "cc")));
        assumeTrue(hasCompiler, "there is no C compiler on this machine");
        Children children = new Children(directory);
        Path program = new NativeHarness(children, Path.of("native"), directory).build();
        return Json.readObject(children.run(List.of(program.toString(), "latency", name, "tiny"), Map.of(), LIMIT));
    }

    /// One call takes as long as a hundred intervals: in the open schedule the next hundred are late.
    @Test
    void shouldCountFromTheIntendedStartInTheOpenSchedule() {
        CallTimes closed = callAfterASlowOne(TimedBlocks.CLOSED);
        CallTimes open = callAfterASlowOne(INTERVAL_NS);
        assertTrue(late(closed) < 20, () -> late(closed) + " of 200 calls are late, and none waited");
        assertTrue(late(open) >= 40, () -> late(open) + " of 200 calls waited for the slow one");
    }

    private static long late(CallTimes times) {
        return times.freeNs.getCountBetweenValues(100 * INTERVAL_NS / 2, Long.MAX_VALUE);
    }

    private static CallTimes callAfterASlowOne(long intervalNs) {
        CallTimes times = new CallTimes();
        TimedBlocks blocks = new TimedBlocks(new SlowBlocks(100 * INTERVAL_NS), times, intervalNs);
        blocks.malloc(1);
        for (int call = 0; call < 200; call++) {
            blocks.free(1);
        }
        return times;
    }

    @Test
    void shouldRefuseUnknownCases() {
        assertThrows(IllegalArgumentException.class, () -> LatencyMeasurement.run(Subject.FACADE, "larson", "tiny"));
    }
}
