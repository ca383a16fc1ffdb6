// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.result;

import dev.quarry.bench.trace.Trace;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// What every contender does.
///
/// @param name as in the table
/// @param kind what the child processes are told to run
/// @param operations how many a round has, or 0 where a round ends by time
/// @param seconds how long a round lasts that ends by time, else 0
/// @param trace the trace, and the file from which the children read it; empty for the other kinds
public record Workload(String name, Kind kind, long operations, int seconds, Optional<TraceSource> trace) {
    private static final int PAIRS_PER_ROUND = 5_000_000;

    /// The three kinds of workloads.
    public enum Kind {
        TRACE,
        PAIRS,
        EXCHANGE
    }

    /// A trace and its unpacked file.
    public record TraceSource(Trace trace, Path unpacked) {}

    public static Workload ofTrace(Trace trace, Path unpacked) {
        return new Workload(
                trace.name(), Kind.TRACE, trace.operations(), 0, Optional.of(new TraceSource(trace, unpacked)));
    }

    /// Pairs of malloc and free of 64 bytes.
    public static Workload ofPairs() {
        return new Workload("pairs-64", Kind.PAIRS, PAIRS_PER_ROUND, 0, Optional.empty());
    }

    /// One thread allocates, another frees.
    public static Workload ofExchange(int seconds) {
        return new Workload("producer-consumer", Kind.EXCHANGE, 0, seconds, Optional.empty());
    }

    /// The end of a child's command line when it measures time.
    public List<String> timedArguments(int rounds) {
        String count = Integer.toString(rounds);
        return switch (kind) {
            case TRACE -> List.of("rounds", unpackedPath(), count);
            case PAIRS -> List.of("pairs", count, Long.toString(operations));
            case EXCHANGE -> List.of("exchange", Integer.toString(seconds));
        };
    }

    /// The end of a child's command line when it measures bytes held; for traces only.
    public List<String> peakArguments() {
        return List.of("peak", unpackedPath());
    }

    private String unpackedPath() {
        return trace.orElseThrow().unpacked().toString();
    }
}
