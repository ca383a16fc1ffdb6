// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.micro;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Warmup;

/// How the suites run and what they report: time an operation, with the subject's name a parameter, one value a fork.
///
/// Threads are of Netty's kind (see [FastThreads]): its pools have caches on no other, and nobody else minds.
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 4, time = 250, timeUnit = TimeUnit.MILLISECONDS)
@Fork(
        value = 3,
        jvmArgsAppend = {
            MicroBenchmark.NATIVE_ACCESS,
            MicroBenchmark.OLD_ACCESS,
            MicroBenchmark.HEAP,
            "-Djmh.executor=CUSTOM",
            "-Djmh.executor.class=dev.quarry.bench.micro.FastThreads"
        })
public abstract class MicroBenchmark {
    static final String NATIVE_ACCESS = "--enable-native-access=ALL-UNNAMED";

    /// JMH itself and Netty ask for it.
    static final String OLD_ACCESS = "--sun-misc-unsafe-memory-access=allow";

    /// The same for everybody, on any machine: what leaves its frees to the collector is as good as the heap is large.
    static final String HEAP = "-Xmx512m";
}
