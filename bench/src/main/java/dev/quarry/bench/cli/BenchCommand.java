// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.cli;

import dev.quarry.bench.compare.CompareTable;
import dev.quarry.bench.compare.Comparison;
import dev.quarry.bench.compare.RunFolder;
import dev.quarry.bench.page.PageWriter;
import dev.quarry.bench.runner.Children;
import dev.quarry.bench.suite.ResultFolder;
import dev.quarry.bench.suite.SuiteCatalog;
import dev.quarry.bench.suite.SuiteNames;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// `quarry bench`: the whole suite, or parts of it, and the comparison of two runs.
@Command(
        name = "bench",
        description = "Measure Quarry and its competitors: time, latency and memory; or compare two such runs.",
        footer = {
            "",
            "Ctrl-C ends the child processes; the same command then goes on where it stopped.",
            "",
            "--compare tells change from noise by intervals: for workloads, latency and",
            "memory that of a bootstrap over processes and their rounds, for JMH's suites",
            "JMH's own errors. A change counts where the interval does not hold 1, from 5 %%",
            "on; with fewer than three processes, which tell little of noise, from 15 %% on.",
            "",
            "Exit code: 0; 1 if a process failed or anything became worse; 2 for bad input."
        })
final class BenchCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // Set by the parser before the call.
    private CommandSpec spec;

    @Mixin
    private final BenchOptions options = new BenchOptions();

    /// Outside of the prefix `quarry.`, which belongs to the allocator's options.
    private final Path home = Path.of(System.getProperty("bench.home", "."));

    private final SuiteCatalog catalog;

    /// For the parser.
    BenchCommand() {
        this(SuiteCatalog.shipped());
    }

    BenchCommand(SuiteCatalog catalog) {
        this.catalog = catalog;
    }

    @Override
    public Integer call() throws IOException {
        options.check(spec.commandLine());
        if (options.page != null) {
            spec.commandLine().getOut().println("Results: " + PageWriter.write(options.page));
            return 0;
        }
        return options.compares() ? compare() : run(request());
    }

    private int compare() throws IOException {
        RunFolder a = RunFolder.read(options.compare.get(0));
        RunFolder b = RunFolder.read(options.compare.get(1));
        Comparison comparison;
        try {
            comparison = Comparison.of(a, b);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
        }
        PrintWriter out = spec.commandLine().getOut();
        out.print(new CompareTable(a, b, comparison).print());
        if (out.checkError()) {
            throw new IOException("the comparison cannot be written to standard output");
        }
        return comparison.isWorse() ? QuarryCli.EXIT_FAILED : 0;
    }

    private RunRequest request() throws IOException {
        if (options.resume != null) {
            return RunRequest.of(ResultFolder.identity(options.resume), catalog);
        }
        SuiteNames names = new SuiteNames(catalog.cases());
        for (String name : options.only) {
            if (!names.isKnown(name)) {
                throw new ParameterException(
                        spec.commandLine(),
                        "--only names '%s', which is no benchmark; the nearest: %s"
                                .formatted(name, String.join(", ", NearestNames.of(name, names.all()))));
            }
        }
        return new RunRequest(options.scale(), options.processes(), names.select(options.only, options.scale()));
    }

    private int run(RunRequest request) throws IOException {
        WorkDirectory directory = WorkDirectory.create(home);
        Children children = new Children(directory.scratch());
        BenchRun run = new BenchRun(home, request, directory, children);
        Interruption interruption = Interruption.expect(run::abandon);
        try {
            return run.run(catalog, options.resume != null ? options.resume : options.out);
        } catch (CancellationException e) {
            run.abandon();
            return QuarryCli.EXIT_INTERRUPTED;
        } finally {
            interruption.disarm();
            directory.deleteScratch();
        }
    }
}
