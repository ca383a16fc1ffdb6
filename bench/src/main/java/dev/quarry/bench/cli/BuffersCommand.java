// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.cli;

import dev.quarry.bench.buffer.BufferCase;
import dev.quarry.bench.buffer.BufferResults;
import dev.quarry.bench.buffer.BufferRun;
import dev.quarry.bench.buffer.BufferTable;
import dev.quarry.bench.report.Json;
import dev.quarry.bench.runner.Children;
import dev.quarry.bench.runner.Progress;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// `quarry buffers`: Netty's buffers out of Netty's own pools and out of Quarry, under the allocation patterns of
/// servers.
@Command(
        name = "buffers",
        description = "Compare Netty's own pools and Quarry under the allocation patterns of servers.")
final class BuffersCommand implements Callable<Integer> {
    private static final int MAX_SECONDS = 3600;
    private static final int MAX_FORKS = 100;
    private static final int MAX_THREADS = 1024;

    @Spec
    @SuppressWarnings("NullAway.Init") // Set by the parser before the call.
    private CommandSpec spec;

    @Option(
            names = "--seconds",
            paramLabel = "N",
            defaultValue = "3",
            description = "For each process, of which the first third warms up. Default: ${DEFAULT-VALUE}.")
    private int seconds;

    @Option(
            names = "--forks",
            paramLabel = "N",
            defaultValue = "1",
            description = "Processes for each pool and case; the median counts. Default: ${DEFAULT-VALUE}.")
    private int forks;

    @Option(names = "--threads", paramLabel = "N", description = "Threads of a process. Default: one a processor.")
    private int threads = Runtime.getRuntime().availableProcessors();

    @Option(
            names = "--only",
            paramLabel = "TEXT",
            description = "Only cases whose name has this in it, such as api-gateway.")
    private @Nullable String only;

    @Option(names = "--json", paramLabel = "FILE", description = "Where to write the results, besides the table.")
    private @Nullable Path jsonPath;

    @Option(
            names = "--jvm-arg",
            paramLabel = "ARG",
            description = "Added to the command line of each JVM that runs Quarry; may be repeated.")
    private List<String> jvmArguments = List.of();

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help and exit.")
    boolean helpRequested;

    /// Outside of the prefix `quarry.`, which belongs to the allocator's options.
    private final Path home = Path.of(System.getProperty("bench.home", "."));

    private final Instant start = Instant.now();

    @Override
    public Integer call() throws IOException {
        checkRange("--seconds", seconds, MAX_SECONDS);
        checkRange("--forks", forks, MAX_FORKS);
        checkRange("--threads", threads, MAX_THREADS);
        List<BufferCase> cases = cases();
        WorkDirectory directory = WorkDirectory.create(home);
        Children children = new Children(directory.scratch());
        try (JsonFile json = jsonPath == null ? null : JsonFile.open(jsonPath)) {
            Interruption interruption = Interruption.expect(() -> Interruption.abandon(children, json, directory));
            try {
                return run(cases, children, json);
            } finally {
                interruption.disarm();
            }
        } catch (CancellationException e) {
            return QuarryCli.EXIT_INTERRUPTED;
        } finally {
            directory.deleteScratch();
        }
    }

    private List<BufferCase> cases() {
        List<BufferCase> all = BufferCase.all(threads, seconds);
        List<BufferCase> selected = all.stream()
                .filter(load -> only == null || load.name().contains(only))
                .toList();
        if (selected.isEmpty()) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--only '%s' is in no case's name: %s"
                            .formatted(
                                    only,
                                    String.join(
                                            "; ",
                                            all.stream().map(BufferCase::name).toList())));
        }
        return selected;
    }

    private int run(List<BufferCase> cases, Children children, @Nullable JsonFile json) throws IOException {
        BufferResults results = new BufferRun(children, new Progress(System.err), jvmArguments).run(cases, forks);
        System.out.print(new BufferTable(results).print());
        if (json != null) {
            json.write(Json.write(document(results)));
            System.err.println("Results as JSON: " + json.path());
        }
        if (System.out.checkError()) {
            throw new IOException("the table cannot be written to standard output");
        }
        return results.failures().isEmpty() ? 0 : QuarryCli.EXIT_FAILED;
    }

    private Map<String, Object> document(BufferResults results) {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("date", start);
        document.put("machine", Machine.describe());
        document.put("seconds", seconds);
        document.put("forks", forks);
        document.put("threads", threads);
        document.put("jvmFlags", BufferRun.JVM_FLAGS);
        document.put("quarryJvmArguments", jvmArguments);
        document.put("results", results.rows());
        document.put("failures", results.failures());
        return document;
    }

    private void checkRange(String option, int value, int max) {
        if (value < 1 || value > max) {
            throw new ParameterException(
                    spec.commandLine(), "%s takes a number from 1 to %d, not %d".formatted(option, max, value));
        }
    }
}
