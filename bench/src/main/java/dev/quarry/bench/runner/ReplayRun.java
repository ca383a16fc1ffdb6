// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.runner;

import dev.quarry.bench.report.Json;
import dev.quarry.bench.result.Contender;
import dev.quarry.bench.result.Results;
import dev.quarry.bench.result.Row;
import dev.quarry.bench.result.Timing;
import dev.quarry.bench.result.Workload;
import dev.quarry.bench.result.Workload.Kind;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Starts one process for each contender, workload and fork, and one more for each footprint. A process that fails
/// leaves its reason in its row, and the run goes on.
public final class ReplayRun {
    /// Enough for a best round of contenders that take a multiple of the others' time.
    private static final int MAX_SLOW_ROUNDS = 10;

    private static final Duration BASE_LIMIT = Duration.ofSeconds(60);
    private static final long LIMIT_NS_PER_OPERATION = 2_000;
    private static final long SLOW_LIMIT_NS_PER_OPERATION = 20_000;

    private final Children children;
    private final Progress progress;
    private final Results results = new Results();
    private final List<Step> steps = new ArrayList<>();

    /// One child process to come.
    private record Step(Row row, Workload workload, String what, List<String> arguments, Duration limit) {}

    public ReplayRun(Children children, Progress progress) {
        this.children = children;
        this.progress = progress;
    }

    /// Runs everything, one process after another.
    ///
    /// @param rounds in each process, fewer for slow contenders
    /// @param forks how many processes measure the time of the same contender and workload
    public Results run(List<Workload> workloads, List<Contender> contenders, int rounds, int forks) throws IOException {
        List<Step> peaks = new ArrayList<>();
        List<Step> timings = new ArrayList<>();
        for (Workload workload : workloads) {
            for (Contender contender : contenders) {
                if (workload.kind() == Kind.TRACE || contender.runsMicroWorkloads()) {
                    Row row = results.addRow(workload, contender);
                    timings.add(timing(row, workload, rounds));
                    if (workload.kind() == Kind.TRACE && contender.hasFootprint()) {
                        peaks.add(new Step(
                                row, workload, "footprint", workload.peakArguments(), limit(row, workload, 1)));
                    }
                }
            }
        }
        for (int fork = 0; fork < forks; fork++) {
            steps.addAll(timings);
        }
        steps.addAll(peaks);
        runSteps();
        return results;
    }

    private static Step timing(Row row, Workload workload, int rounds) {
        int ownRounds = row.contender().isSlow() ? Math.min(rounds, MAX_SLOW_ROUNDS) : rounds;
        return new Step(row, workload, "time", workload.timedArguments(ownRounds), limit(row, workload, ownRounds));
    }

    private static Duration limit(Row row, Workload workload, int rounds) {
        long nsPerOperation = row.contender().isSlow() ? SLOW_LIMIT_NS_PER_OPERATION : LIMIT_NS_PER_OPERATION;
        return BASE_LIMIT.plusSeconds(workload.seconds()).plusNanos(nsPerOperation * rounds * workload.operations());
    }

    private void runSteps() throws IOException {
        progress.start(steps.size());
        for (Step step : steps) {
            progress.next(step.workload.name(), step.row.contender().name(), step.what);
            if (step.row.failure().isEmpty()) {
                runStep(step);
            }
        }
        progress.finish();
    }

    private void runStep(Step step) throws IOException {
        Contender contender = step.row.contender();
        List<String> command = new ArrayList<>(contender.command());
        command.addAll(step.arguments);
        try {
            record(step, Json.readObject(children.run(command, contender.environment(), step.limit)));
        } catch (ChildFailedException | IllegalArgumentException e) {
            step.row.fail(String.valueOf(e.getMessage()));
        }
    }

    private static void record(Step step, Map<String, Object> output) throws ChildFailedException {
        checkLibrary(step.row.contender(), output);
        Object operations = output.remove("operations");
        if (output.remove("roundNs") instanceof List<?> elapsedNs && operations instanceof Long count && count > 0) {
            step.row.addFork(
                    Timing.of(count, elapsedNs.stream().map(Long.class::cast).toList()));
            step.row.facts().putAll(output);
        } else {
            step.row.peak().putAll(output);
        }
    }

    /// A preload that the loader refuses is a mere warning, and the figures would be those of the C library.
    private static void checkLibrary(Contender contender, Map<String, Object> output) throws ChildFailedException {
        Optional<Path> wanted = contender.library();
        if (wanted.isEmpty()) {
            return;
        }
        String used = String.valueOf(output.get("library"));
        if (!realPath(wanted.get()).equals(realPath(Path.of(used)))) {
            throw new ChildFailedException(
                    "preloading " + wanted.get() + " had no effect: malloc is that of " + used, false);
        }
    }

    private static Path realPath(Path path) {
        try {
            return path.toRealPath();
        } catch (IOException e) {
            return path;
        }
    }
}
