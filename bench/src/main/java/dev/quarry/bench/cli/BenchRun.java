// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.cli;

import dev.quarry.bench.page.PageWriter;
import dev.quarry.bench.runner.Children;
import dev.quarry.bench.runner.NativeHarness;
import dev.quarry.bench.suite.Checkout;
import dev.quarry.bench.suite.Environment;
import dev.quarry.bench.suite.Lineup;
import dev.quarry.bench.suite.Plan;
import dev.quarry.bench.suite.ResultFiles;
import dev.quarry.bench.suite.ResultFolder;
import dev.quarry.bench.suite.ResultPlace;
import dev.quarry.bench.suite.RunIdentity;
import dev.quarry.bench.suite.SuiteCatalog;
import dev.quarry.bench.suite.SuiteProgress;
import dev.quarry.bench.suite.SuiteRun;
import java.io.IOException;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/// One run of the suite, from the choice of its folder to its results.
final class BenchRun {
    private final Path home;
    private final RunRequest request;
    private final WorkDirectory directory;
    private final Children children;
    private final boolean isTerminal = StandardError.isTerminal();
    private final Map<String, Object> machine = Machine.describe();

    /// Ctrl-C reaches this process and its child, and whichever of them is seen first ends the run.
    private final AtomicBoolean isAbandoned = new AtomicBoolean();

    /// Where an interruption finds what is kept.
    private volatile @Nullable Path place;

    BenchRun(Path home, RunRequest request, WorkDirectory directory, Children children) {
        this.home = home;
        this.request = request;
        this.directory = directory;
        this.children = children;
    }

    /// Runs it.
    ///
    /// @param wanted the folder that the user names, if any
    /// @return the exit code
    int run(SuiteCatalog catalog, @Nullable Path wanted) throws IOException {
        RunIdentity identity = request.identity(Checkout.read(children, home), machine);
        try (ResultFolder folder = openFolder(wanted, identity)) {
            place = folder.path();
            return run(catalog, identity, folder);
        }
    }

    private int run(SuiteCatalog catalog, RunIdentity identity, ResultFolder folder) throws IOException {
        Lineup lineup =
                catalog.lineup(children, new NativeHarness(children, home.resolve("bench/native"), directory.root()));
        lineup.missing()
                .forEach(missing ->
                        System.err.printf("Not found, left out: %s: %s%n", missing.subject(), missing.reason()));
        Plan plan = new Plan(request.scale(), request.processes(), request.cases(), lineup);
        SuiteProgress progress = new SuiteProgress(System.err, isTerminal, System::nanoTime, request.scale());
        new SuiteRun(plan, children, folder, progress).run();
        List<String> failures =
                new ResultFiles(plan, folder).write(Environment.describe(machine, plan, identity, folder));
        place = null;
        failures.forEach(failure -> System.err.println("Failed: " + failure));
        System.err.println("Results: " + PageWriter.write(folder.path()));
        return failures.isEmpty() ? 0 : QuarryCli.EXIT_FAILED;
    }

    private ResultFolder openFolder(@Nullable Path wanted, RunIdentity identity) throws IOException {
        Path folder = wanted != null
                ? wanted
                : ResultPlace.choose(
                        home.resolve("bench/results"),
                        identity,
                        LocalDate.now(ZoneOffset.UTC),
                        Runtime.getRuntime().availableProcessors());
        return ResultFolder.isUnfinished(folder)
                ? ResultFolder.resume(folder, identity)
                : ResultFolder.create(folder, identity);
    }

    /// Ends the children when the process is asked to end; what they have done until now is kept.
    void abandon() {
        if (isAbandoned.getAndSet(true)) {
            return;
        }
        children.endAll();
        directory.deleteScratch();
        Path kept = place;
        System.err.printf(
                "%squarry: interrupted; the child processes are ended%s.%n",
                isTerminal ? System.lineSeparator() : "",
                kept == null ? "" : ", and the same command goes on from what is kept in " + kept);
    }
}
