// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.report;

import dev.quarry.bench.result.Contender;
import dev.quarry.bench.result.Contender.Group;
import dev.quarry.bench.result.Results;
import dev.quarry.bench.result.Row;
import dev.quarry.bench.result.Workload;
import dev.quarry.bench.trace.Trace;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.OptionalDouble;
import java.util.stream.Collectors;

/// The results as a table for the reader. Ratios are to the best native allocator: below 1 is better than it.
public final class ResultTable {
    private static final double MIB = 1 << 20;
    private static final double NS_PER_MICROSECOND = 1e3;
    private static final String ABSENT = "-";
    private static final String INDENT = "  ";
    private static final int NAME_CHARACTERS = 20;
    private static final int CELL_CHARACTERS = 11;

    private final Results results;
    private final String referenceName;
    private final StringBuilder text = new StringBuilder();

    /// Prepares the table of complete results.
    ///
    /// @param referenceName the contender to which Quarry's mean is given besides that to the natives
    public ResultTable(Results results, String referenceName) {
        this.results = results;
        this.referenceName = referenceName;
    }

    public String print() {
        for (Workload workload : results.workloads()) {
            switch (workload.kind()) {
                case TRACE -> printTrace(workload);
                case PAIRS -> printPairs(workload);
                case EXCHANGE -> printExchange(workload);
            }
        }
        printMeans();
        printVersions();
        return text.toString();
    }

    private void printTrace(Workload workload) {
        Trace trace = workload.trace().orElseThrow().trace();
        line(String.format(
                Locale.ROOT,
                "%s: %,d operations, %.1f MiB live at the peak",
                workload.name(),
                trace.operations(),
                trace.peak().liveBytes() / MIB));
        columns("", "first ns", "best ns", "median ns", "ratio", "peak MiB", "ratio", "metadata");
        for (Row row : results.rows(workload)) {
            if (!printFailure(row)) {
                OptionalDouble held = row.heldBytes();
                columns(
                        row.contender().name(),
                        number(row.firstNs()),
                        number(row.bestNs()),
                        number(row.medianNs()),
                        number(timeRatio(workload, row)),
                        number(Results.ratio(held, OptionalDouble.of(MIB))),
                        number(Results.ratio(held, results.leastNativeHeldBytes(workload))),
                        percent(row.metadataShare()));
            }
        }
        line("");
    }

    private void printPairs(Workload workload) {
        line(workload.name() + ": malloc and free of 64 bytes, one thread; a pair is one operation");
        columns("", "first ns", "best ns", "median ns", "ratio");
        for (Row row : results.rows(workload)) {
            if (!printFailure(row)) {
                columns(
                        row.contender().name(),
                        number(row.firstNs()),
                        number(row.bestNs()),
                        number(row.medianNs()),
                        number(timeRatio(workload, row)));
            }
        }
        line("");
    }

    private void printExchange(Workload workload) {
        line(workload.name() + ": one thread allocates 64 bytes, another frees them; a ratio above 1 is faster");
        columns("", "million/s", "ratio");
        for (Row row : results.rows(workload)) {
            if (!printFailure(row)) {
                columns(
                        row.contender().name(),
                        number(Results.ratio(OptionalDouble.of(NS_PER_MICROSECOND), row.bestNs())),
                        number(Results.ratio(results.fastestNativeNs(workload), row.bestNs())));
            }
        }
        line("");
    }

    private void printMeans() {
        List<Contender> contenders = results.quarryContenders();
        if (contenders.isEmpty()) {
            return;
        }
        line("Geometric means over the traces: best rounds, to those of");
        columns("", "native", referenceName);
        for (Contender contender : contenders) {
            columns(
                    contender.name(),
                    number(results.meanRatioToNative(contender)),
                    number(results.meanRatioTo(referenceName, contender)));
        }
    }

    private void printVersions() {
        String versions = results.workloads().stream()
                .flatMap(workload -> results.rows(workload).stream())
                .filter(row -> row.contender().group() == Group.NATIVE)
                .map(row -> row.facts().get("version"))
                .filter(Objects::nonNull)
                .map(Object::toString)
                .distinct()
                .collect(Collectors.joining(", "));
        if (!versions.isEmpty()) {
            line("Native allocators: " + versions);
        }
    }

    private OptionalDouble timeRatio(Workload workload, Row row) {
        return Results.ratio(row.bestNs(), results.fastestNativeNs(workload));
    }

    private boolean printFailure(Row row) {
        row.failure().ifPresent(reason -> line(INDENT + row.contender().name() + " failed: " + reason));
        return row.failure().isPresent();
    }

    private static String number(OptionalDouble value) {
        return value.isPresent() ? String.format(Locale.ROOT, "%.2f", value.getAsDouble()) : ABSENT;
    }

    private static String percent(OptionalDouble share) {
        return share.isPresent() ? String.format(Locale.ROOT, "%.1f %%", 100 * share.getAsDouble()) : ABSENT;
    }

    private void columns(String name, String... cells) {
        StringBuilder line = new StringBuilder(INDENT).append(name);
        int end = NAME_CHARACTERS;
        for (String cell : cells) {
            end += CELL_CHARACTERS;
            line.repeat(' ', Math.max(1, end - cell.length() - line.length())).append(cell);
        }
        line(line.toString());
    }

    private void line(String line) {
        text.append(line).append(System.lineSeparator());
    }
}
