// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.micro;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Collection;
import org.junit.jupiter.api.Test;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/// In the steady state a malloc and a free make no garbage.
///
/// JMH's profiler divides what all threads of a JVM allocate by the operations. So even an object now and then on a
/// slow path would show, and so would one in the rounds of the maintenance thread.
class GarbageFreeTest {
    private static final double MAX_BYTES_PER_OPERATION = 0.01;

    /// Long enough for what the maintenance thread does once, two seconds after the start at the latest: it reads the
    /// machine's pressure for the first time and lays out the live file.
    private static final TimeValue WARMUP_ITERATION = TimeValue.milliseconds(1300);

    private static final TimeValue ITERATION = TimeValue.milliseconds(400);
    private static final String EXPORT = "--add-exports=java.base/jdk.internal.misc=ALL-UNNAMED";

    /// A small slot, the largest kind of slot that has a slab, and a block with a span of its own.
    private static final String[] BYTE_SIZES = {"64", "16639", "65536"};

    @Test
    void makesNoGarbageWithoutFlags() throws RunnerException {
        Collection<RunResult> results = new Runner(options(BYTE_SIZES).build()).run();
        assertEquals(2 * BYTE_SIZES.length, results.size());
        assertAll(results.stream().map(result -> () -> assertGarbageFree(result)));
    }

    @Test
    void makesNoGarbageWithInternalMemoryAccess() throws RunnerException {
        Collection<RunResult> results =
                new Runner(options("64").jvmArgsAppend(EXPORT).build()).run();
        assertEquals(2, results.size());
        assertAll(results.stream().map(result -> () -> assertGarbageFree(result)));
    }

    private static ChainedOptionsBuilder options(String... byteSizes) {
        return new OptionsBuilder()
                .include(PairBenchmark.class.getName())
                .param("subject", "facade", "local_arena")
                .param("byteSize", byteSizes)
                .addProfiler(GCProfiler.class)
                .jvmArgs("-Xmx256m", "--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow")
                .forks(1)
                .warmupIterations(2)
                .warmupTime(WARMUP_ITERATION)
                .measurementIterations(1)
                .measurementTime(ITERATION)
                .shouldFailOnError(true)
                .verbosity(VerboseMode.SILENT);
    }

    private static void assertGarbageFree(RunResult result) {
        double bytesPerOperation =
                result.getSecondaryResults().get("gc.alloc.rate.norm").getScore();
        assertTrue(
                bytesPerOperation < MAX_BYTES_PER_OPERATION,
                () -> "%s makes %f bytes of garbage per operation".formatted(name(result), bytesPerOperation));
    }

    private static String name(RunResult result) {
        return result.getParams().getParam("subject") + " with blocks of "
                + result.getParams().getParam("byteSize") + " bytes";
    }
}
