// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.cli;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// The options of `quarry replay`, as the parser fills them in.
final class ReplayOptions {
    private static final int DEFAULT_ROUNDS = 24;
    private static final int QUICK_ROUNDS = 6;
    private static final int EXCHANGE_SECONDS = 3;
    private static final int QUICK_EXCHANGE_SECONDS = 1;

    @Parameters(paramLabel = "TRACE", description = "Trace files. Default: the shipped ones, and the other workloads.")
    List<Path> traces = List.of();

    @Option(names = "--rounds", paramLabel = "N", description = "Rounds in a process, 1 to 1000. Default: 24.")
    @Nullable
    Integer rounds;

    @Option(
            names = "--forks",
            paramLabel = "N",
            defaultValue = "1",
            description =
                    "Processes for each contender and workload, 1 to 100; the best round of all counts. Default: 1."
                            + " Where its memory lies makes a process fast or slow: take 3 or more for figures to publish.")
    int forks;

    @Option(names = "--json", paramLabel = "FILE", description = "Results. Default: bench/target/replay-<time>.json.")
    @Nullable
    Path json;

    @Option(
            names = "--only",
            paramLabel = "NAMES",
            split = ",",
            description = "Contenders to run, by the names in the table; a * at the end stands for any ending.")
    List<String> only = List.of();

    @Option(names = "--quick", description = "A first look: 6 rounds, 1 second for producer-consumer.")
    boolean quick;

    @Option(
            names = "--pairs",
            description = "Run malloc and free of 64 bytes on one thread; traces only if named as well.")
    boolean pairs;

    @Option(
            names = "--producer-consumer",
            description = "Run two threads, one allocates and one frees; traces only if named as well.")
    boolean producerConsumer;

    @Option(names = "--no-facade", description = "Leave out the rows of OffHeapAllocator; LocalArena's remain.")
    boolean withoutFacade;

    @Option(
            names = "--jvm-arg",
            paramLabel = "ARG",
            description = "Added to the command line of each JVM that runs Quarry; may be repeated.")
    List<String> jvmArguments = List.of();

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help and exit.")
    boolean helpRequested;

    int effectiveRounds() {
        if (rounds != null) {
            return rounds;
        }
        return quick ? QUICK_ROUNDS : DEFAULT_ROUNDS;
    }

    int exchangeSeconds() {
        return quick ? QUICK_EXCHANGE_SECONDS : EXCHANGE_SECONDS;
    }

    boolean runsTraces() {
        return !traces.isEmpty() || runsEverything();
    }

    boolean runsPairs() {
        return pairs || runsEverything();
    }

    boolean runsProducerConsumer() {
        return producerConsumer || runsEverything();
    }

    /// Nothing was named.
    private boolean runsEverything() {
        return traces.isEmpty() && !pairs && !producerConsumer;
    }

    /// Whether the name of a contender was asked for.
    boolean selects(String name) {
        return only.isEmpty() || only.stream().anyMatch(pattern -> matches(pattern, name));
    }

    static boolean matches(String pattern, String name) {
        return pattern.endsWith("*")
                ? name.startsWith(pattern.substring(0, pattern.length() - 1))
                : name.equals(pattern);
    }
}
