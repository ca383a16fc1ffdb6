// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.cli;

import dev.quarry.bench.report.JsonReport;
import dev.quarry.bench.report.ResultTable;
import dev.quarry.bench.result.Contender;
import dev.quarry.bench.result.Results;
import dev.quarry.bench.result.Workload;
import dev.quarry.bench.runner.Children;
import dev.quarry.bench.runner.Contenders;
import dev.quarry.bench.runner.NativeHarness;
import dev.quarry.bench.runner.Progress;
import dev.quarry.bench.runner.ReplayRun;
import dev.quarry.bench.trace.Trace;
import dev.quarry.bench.trace.TraceFile;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// `quarry replay`: Quarry, its competitors and the same recorded work for each of them.
@Command(
        name = "replay",
        description = "Replay recorded allocations against Quarry, Netty, the JDK and native allocators.")
final class ReplayCommand implements Callable<Integer> {
    private static final int MAX_ROUNDS = 1000;
    private static final int MAX_FORKS = 100;

    private static final DateTimeFormatter FILE_TIME =
            DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss").withZone(ZoneOffset.UTC);

    @Spec
    @SuppressWarnings("NullAway.Init") // Set by the parser before the call.
    private CommandSpec spec;

    @Mixin
    private final ReplayOptions options = new ReplayOptions();

    /// Outside of the prefix `quarry.`, which belongs to the allocator's options.
    private final Path home = Path.of(System.getProperty("bench.home", "."));
    private final Instant start = Instant.now();

    @Override
    public Integer call() throws IOException {
        checkRange("--rounds", options.effectiveRounds(), MAX_ROUNDS);
        checkRange("--forks", options.forks, MAX_FORKS);
        List<Trace> traces = readTraces();
        WorkDirectory directory = WorkDirectory.create(home);
        Children children = new Children(directory.scratch());
        try (JsonFile json = JsonFile.open(jsonPath(directory))) {
            Interruption interruption = Interruption.expect(() -> Interruption.abandon(children, json, directory));
            try {
                return measure(traces, directory, children, json);
            } finally {
                interruption.disarm();
            }
        } catch (CancellationException e) {
            return QuarryCli.EXIT_INTERRUPTED;
        } finally {
            directory.deleteScratch();
        }
    }

    private int measure(List<Trace> traces, WorkDirectory directory, Children children, JsonFile json)
            throws IOException {
        Lineup lineup =
                Lineup.find(options, new NativeHarness(children, home.resolve("bench/native"), directory.root()));
        List<Contender> contenders = select(lineup);
        lineup.missing().forEach(sentence -> System.err.println("Not found, left out: " + sentence));
        Results results = new ReplayRun(children, new Progress(System.err))
                .run(workloads(traces, directory), contenders, options.effectiveRounds(), options.forks);
        System.out.print(new ResultTable(results, Contenders.NETTY_ADAPTIVE).print());
        json.write(new JsonReport(results, Contenders.NETTY_ADAPTIVE).write(circumstances(lineup)));
        System.err.println("Results as JSON: " + json.path());
        if (System.out.checkError()) {
            throw new IOException("the table cannot be written to standard output; its figures are in " + json.path());
        }
        return results.hasFailures() ? QuarryCli.EXIT_FAILED : 0;
    }

    private void checkRange(String option, int value, int max) {
        if (value < 1 || value > max) {
            throw new ParameterException(
                    spec.commandLine(), "%s takes a number from 1 to %d, not %d".formatted(option, max, value));
        }
    }

    private List<Trace> readTraces() throws IOException {
        List<Trace> traces = new ArrayList<>();
        if (options.runsTraces()) {
            for (Path file : options.traces.isEmpty() ? shippedTraces() : options.traces) {
                traces.add(TraceFile.read(file));
            }
        }
        return traces;
    }

    private List<Path> shippedTraces() throws IOException {
        Path directory = home.resolve("bench/traces");
        if (Files.isDirectory(directory)) {
            try (Stream<Path> files = Files.list(directory)) {
                List<Path> traces = files.filter(file -> file.toString().endsWith(TraceFile.SUFFIX))
                        .sorted()
                        .toList();
                if (!traces.isEmpty()) {
                    return traces;
                }
            }
        }
        throw new FileNotFoundException("no traces in " + directory + "; name one, or run the launcher of a checkout");
    }

    /// Unpacks the traces once, so that each child only reads.
    private List<Workload> workloads(List<Trace> traces, WorkDirectory directory) throws IOException {
        List<Workload> workloads = new ArrayList<>();
        for (Trace trace : traces) {
            Path unpacked = directory.scratch().resolve(workloads.size() + ".qtr");
            unpack(trace, unpacked);
            workloads.add(Workload.ofTrace(trace, unpacked));
        }
        if (options.runsPairs()) {
            workloads.add(Workload.ofPairs());
        }
        if (options.runsProducerConsumer()) {
            workloads.add(Workload.ofExchange(options.exchangeSeconds()));
        }
        return workloads;
    }

    private static void unpack(Trace trace, Path file) throws IOException {
        try {
            trace.writeUnpacked(file);
        } catch (IOException e) {
            throw new IOException(
                    "%s cannot be unpacked to %s: %s".formatted(trace.name(), file, Reasons.reason(e)), e);
        }
    }

    private List<Contender> select(Lineup lineup) {
        List<String> names = lineup.contenders().stream().map(Contender::name).toList();
        for (String pattern : options.only) {
            if (names.stream().noneMatch(name -> ReplayOptions.matches(pattern, name))) {
                throw new ParameterException(
                        spec.commandLine(),
                        "--only names '%s', expected some of %s%s"
                                .formatted(pattern, String.join(", ", names), leftOut(lineup)));
            }
        }
        return lineup.contenders().stream()
                .filter(contender -> options.selects(contender.name()))
                .toList();
    }

    /// Why a name that others know may be missing here.
    private static String leftOut(Lineup lineup) {
        return lineup.missing().isEmpty() ? "" : "; left out: " + String.join("; ", lineup.missing());
    }

    private Path jsonPath(WorkDirectory directory) {
        return options.json != null
                ? options.json
                : directory.root().resolve("replay-" + FILE_TIME.format(start) + ".json");
    }

    private Map<String, Object> circumstances(Lineup lineup) {
        Map<String, Object> circumstances = new LinkedHashMap<>();
        circumstances.put("date", start);
        circumstances.put("machine", Machine.describe());
        circumstances.put("rounds", options.effectiveRounds());
        circumstances.put("forks", options.forks);
        circumstances.put("jvmFlags", Contenders.JVM_FLAGS);
        circumstances.put("quarryJvmArguments", options.jvmArguments);
        circumstances.put("notFound", lineup.missing());
        return circumstances;
    }
}
