// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.child;

import dev.quarry.bench.latency.LatencyMeasurement;
import dev.quarry.bench.memory.MemoryRun;
import dev.quarry.bench.memory.Scale;
import dev.quarry.bench.report.Json;
import dev.quarry.bench.subject.BlockMemory;
import dev.quarry.bench.subject.Subject;
import dev.quarry.bench.trace.Trace;
import dev.quarry.bench.trace.TraceFile;
import dev.quarry.bench.workload.WorkloadRun;
import dev.quarry.numa.RawMemory;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/// Measures one subject on one workload and prints one JSON object, as `bench/native/replay.c` does. The arguments:
///
/// - `SUBJECT rounds TRACE N`: N timed rounds
/// - `SUBJECT peak TRACE`: one round, not timed: bytes held at the trace's peak and at evenly spread points
/// - `SUBJECT pairs N COUNT`: N rounds of COUNT pairs of malloc and free of 64 bytes
/// - `SUBJECT exchange SECONDS`: one thread allocates, another frees
/// - `SUBJECT memory NAME tiny|quick|full`: what a case of [dev.quarry.bench.memory.MemoryCase] reads
/// - `SUBJECT latency NAME SCALE`: see [LatencyMeasurement]
/// - `SUBJECT workload NAME SCALE [THREADS]`: see [WorkloadRun]
public final class ChildMain {
    private ChildMain() {}

    public static void main(String[] arguments) throws Exception {
        Subject subject = Subject.of(arguments[0]);
        Map<String, Object> result = new LinkedHashMap<>();
        result.put("memoryAccess", RawMemory.accessMode());
        result.putAll(onThreadOf(subject, () -> measure(subject, arguments)));
        System.out.println(Json.write(result));
    }

    private static Map<String, Object> measure(Subject subject, String[] arguments) throws Exception {
        return switch (arguments[1]) {
            case "rounds" -> ReplayMeasurement.rounds(subject, readTrace(arguments), Integer.parseInt(arguments[3]));
            case "peak" -> {
                BlockMemory.fillBlocks();
                yield ReplayMeasurement.peak(subject, readTrace(arguments));
            }
            case "pairs" ->
                PairMeasurement.rounds(subject, Integer.parseInt(arguments[2]), Integer.parseInt(arguments[3]));
            case "workload" -> WorkloadRun.measure(subject, arguments, 2);
            case "latency" -> LatencyMeasurement.run(subject, arguments[2], arguments[3]);
            case "exchange" -> new ExchangeMeasurement(subject).run(Integer.parseInt(arguments[2]));
            case "memory" -> MemoryRun.run(subject, arguments[2], Scale.of(arguments[3]));
            default -> throw new IllegalArgumentException("no mode " + arguments[1]);
        };
    }

    private static Trace readTrace(String[] arguments) throws IOException {
        return TraceFile.readUnpacked(Path.of(arguments[2]));
    }

    private static <T> T onThreadOf(Subject subject, Callable<T> work) throws Exception {
        FutureTask<T> task = new FutureTask<>(work);
        subject.newThread(task).start();
        try {
            return task.get();
        } catch (ExecutionException e) {
            throw e.getCause() instanceof Exception cause ? cause : e;
        }
    }
}
