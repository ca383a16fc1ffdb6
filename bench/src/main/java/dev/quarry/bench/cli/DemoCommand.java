// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.cli;

import dev.quarry.bench.demo.DemoPlan;
import dev.quarry.bench.demo.DemoReport;
import dev.quarry.bench.demo.DemoRow;
import dev.quarry.bench.demo.DemoRun;
import dev.quarry.bench.demo.DemoTable;
import dev.quarry.bench.runner.ChildFailedException;
import dev.quarry.bench.runner.Children;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
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

/// `quarry demo`: the same Netty server under the same load, on Netty's own pools and on Quarry.
@Command(name = "demo", description = "Run a Netty server under load, on Netty's own pools and on Quarry, and compare.")
final class DemoCommand implements Callable<Integer> {
    private static final int MAX_SECONDS = 24 * 60 * 60;
    private static final int MAX_PORT = 65_535;

    @Spec
    @SuppressWarnings("NullAway.Init") // Set by the parser before the call.
    private CommandSpec spec;

    @Option(
            names = "--seconds",
            paramLabel = "N",
            defaultValue = "120",
            description = "For everything; each pool gets a third. Default: ${DEFAULT-VALUE}.")
    private int seconds;

    @Option(
            names = "--idle-seconds",
            paramLabel = "N",
            defaultValue = "10",
            description = "For how long each server is left alone before its memory is read again;"
                    + " a part of --seconds. Default: ${DEFAULT-VALUE}.")
    private int idleSeconds;

    @Option(
            names = "--port",
            paramLabel = "N",
            defaultValue = "0",
            description = "Of the servers, on the loopback address. Default: any that is free.")
    private int port;

    @Option(names = "--json", paramLabel = "FILE", description = "Where to write the results, besides the table.")
    private @Nullable Path jsonPath;

    @Option(
            names = "--jvm-arg",
            paramLabel = "ARG",
            description = "Added to the command line of each server's JVM; may be repeated.")
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
        DemoPlan plan = plan();
        checkPort();
        WorkDirectory directory = WorkDirectory.create(home);
        Children children = new Children(directory.scratch());
        try (JsonFile json = jsonPath == null ? null : JsonFile.open(jsonPath)) {
            Interruption interruption = Interruption.expect(() -> Interruption.abandon(children, json, directory));
            try {
                return run(plan, new DemoRun(plan, children, directory.scratch(), System.err), json);
            } finally {
                interruption.disarm();
            }
        } catch (CancellationException e) {
            return QuarryCli.EXIT_INTERRUPTED;
        } finally {
            directory.deleteScratch();
        }
    }

    private int run(DemoPlan plan, DemoRun demo, @Nullable JsonFile json) throws IOException {
        List<DemoRow> rows;
        try {
            rows = demo.run();
        } catch (ChildFailedException e) {
            spec.commandLine().getErr().println("quarry: " + e.getMessage());
            return QuarryCli.EXIT_FAILED;
        }
        System.out.print(new DemoTable(rows, plan.idle()).print());
        rows.stream().map(DemoRow::report).filter(report -> !report.isEmpty()).forEach(System.out::println);
        if (json != null) {
            json.write(new DemoReport(rows, plan).write(Map.of("date", start, "machine", Machine.describe())));
            System.err.println("Results as JSON: " + json.path());
        }
        if (System.out.checkError()) {
            throw new IOException("the table cannot be written to standard output");
        }
        return 0;
    }

    private DemoPlan plan() {
        checkRange("--idle-seconds", idleSeconds, 0, MAX_SECONDS / 2);
        Duration idle = Duration.ofSeconds(idleSeconds);
        checkRange("--seconds", seconds, DemoPlan.minTotal(idle).toSeconds(), MAX_SECONDS);
        checkRange("--port", port, 0, MAX_PORT);
        return new DemoPlan(Duration.ofSeconds(seconds), idle, port, jvmArguments);
    }

    private void checkRange(String option, int value, long min, long max) {
        if (value < min || value > max) {
            throw new ParameterException(
                    spec.commandLine(), "%s takes a number from %d to %d, not %d".formatted(option, min, max, value));
        }
    }

    /// Before anything is started: each server would fail on it.
    private void checkPort() {
        try (ServerSocket probe = new ServerSocket()) {
            probe.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        } catch (IOException e) {
            throw new ParameterException(
                    spec.commandLine(), "port %d cannot be used: %s".formatted(port, Reasons.reason(e)), e);
        }
    }
}
