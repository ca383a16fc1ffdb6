// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.cli;

import dev.quarry.bench.suite.Scale;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/// The options of `quarry bench`.
final class BenchOptions {
    private static final int MAX_PROCESSES = 100;

    @Option(names = "--quick", description = "A look at everything in ten minutes on two cores. The default.")
    private boolean isQuick;

    @Option(names = "--full", description = "The sizes of the specifications and several processes a row: three hours.")
    private boolean isFull;

    @Option(
            names = "--only",
            paramLabel = "NAME",
            split = ",",
            description = "Only this benchmark: its name or id, or workloads, latency, memory or jmh; may be repeated.")
    List<String> only = List.of();

    @Option(
            names = "--processes",
            paramLabel = "N",
            description = "Processes for each row, but for JMH's suites. Default: 1 with --quick, 3 with --full.")
    private @Nullable Integer processes;

    @Option(
            names = "--out",
            paramLabel = "DIR",
            description = "A new folder for the results. Default: bench/results/<date>-<cpu>-<jdk>.")
    @Nullable
    Path out;

    @Option(names = "--resume", paramLabel = "DIR", description = "Go on with the run that was interrupted there.")
    @Nullable
    Path resume;

    @Option(
            names = "--compare",
            paramLabel = "DIR",
            arity = "2",
            description = "Measure nothing: say what is slower or faster in the second folder than in the first.")
    List<Path> compare = List.of();

    @Option(
            names = "--page",
            paramLabel = "DIR",
            description = "Measure nothing: write the page of a results folder anew.")
    @Nullable
    Path page;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help and exit.")
    boolean helpRequested;

    Scale scale() {
        return isFull ? Scale.FULL : Scale.QUICK;
    }

    int processes() {
        return processes == null ? scale().processes() : processes;
    }

    boolean compares() {
        return !compare.isEmpty();
    }

    private boolean choosesWhat() {
        return isQuick || isFull || !only.isEmpty() || processes != null;
    }

    /// Refuses what does not go together.
    void check(CommandLine commandLine) {
        if (isQuick && isFull) {
            throw new ParameterException(commandLine, "--quick and --full exclude each other");
        }
        if (resume != null && (choosesWhat() || out != null)) {
            throw new ParameterException(
                    commandLine, "--resume goes on with what was begun, and takes no other option");
        }
        if (compares() && (choosesWhat() || out != null || resume != null)) {
            throw new ParameterException(commandLine, "--compare measures nothing, and takes no other option");
        }
        if (page != null && (choosesWhat() || out != null || resume != null || compares())) {
            throw new ParameterException(commandLine, "--page measures nothing, and takes no other option");
        }
        if (compare.size() > 2) {
            throw new ParameterException(commandLine, "--compare takes two folders");
        }
        if (processes() < 1 || processes() > MAX_PROCESSES) {
            throw new ParameterException(
                    commandLine,
                    "--processes takes a number from 1 to %d, not %d".formatted(MAX_PROCESSES, processes()));
        }
    }
}
