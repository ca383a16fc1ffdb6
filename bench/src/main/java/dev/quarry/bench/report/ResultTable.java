// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.report;

import dev.quarry.bench.result.Contender;
import dev.quarry.bench.result.Results;
import dev.quarry.bench.result.Row;
import dev.quarry.bench.result.Workload;
import dev.quarry.bench.trace.Trace;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;

/// The results as a table for the reader. Ratios are to the best native allocator: below 1 is better than it.
public final class ResultTable {
    private static final double MIB = 1 << 20;
    private static final String ABSENT = "-";

    private final Results results;
    private final String referenceName;
    private final StringBuilder text = new StringBuilder();

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
        return text.toString();
    }

    private void printTrace(Workload workload) {
        Trace trace = workload.trace().orElseThrow().trace();
        line(
                "%s: %,d operations, %.1f MiB live at the peak",
                workload.name(), trace.operations(), trace.peak().liveBytes() / MIB);
        line("  %-20s %9s %9s %9s %7s %10s %7s", "", "first ns", "best ns", "median", "ratio", "peak MiB", "ratio");
        for (Row row : results.rows(workload)) {
            if (!printFailure(row)) {
                OptionalDouble held = row.heldBytes();
                line(
                        "  %-20s %9s %9s %9s %7s %10s %7s",
                        row.contender().name(),
                        number(row.firstNs()),
                        number(row.bestNs()),
                        number(row.medianNs()),
                        number(timeRatio(workload, row)),
                        number(held.isPresent() ? OptionalDouble.of(held.getAsDouble() / MIB) : held),
                        number(Results.ratio(held, results.leastNativeHeldBytes(workload))));
            }
        }
        line("");
    }

    private void printPairs(Workload workload) {
        line("%s: malloc and free of 64 bytes, one thread", workload.name());
        line("  %-20s %9s %9s %9s %7s", "", "first ns", "best ns", "median", "ratio");
        for (Row row : results.rows(workload)) {
            if (!printFailure(row)) {
                line(
                        "  %-20s %9s %9s %9s %7s",
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
        line("%s: one thread allocates 64 bytes, another frees", workload.name());
        line("  %-20s %12s %7s", "", "million/s", "ratio");
        for (Row row : results.rows(workload)) {
            if (!printFailure(row)) {
                line(
                        "  %-20s %12s %7s",
                        row.contender().name(),
                        number(Results.ratio(OptionalDouble.of(1e3), row.bestNs())),
                        number(Results.ratio(results.fastestNativeNs(workload), row.bestNs())));
            }
        }
        line("  (ratio: operations per second to the fastest native's; above 1 is faster)");
        line("");
    }

    private void printMeans() {
        List<Contender> contenders = results.quarryContenders();
        if (contenders.isEmpty()) {
            return;
        }
        line("Geometric means over the traces, best rounds:");
        line("  %-20s %16s %16s", "", "to best native", "to " + referenceName);
        for (Contender contender : contenders) {
            line(
                    "  %-20s %16s %16s",
                    contender.name(),
                    number(results.meanRatioToNative(contender)),
                    number(results.meanRatioTo(referenceName, contender)));
        }
    }

    private OptionalDouble timeRatio(Workload workload, Row row) {
        return Results.ratio(row.bestNs(), results.fastestNativeNs(workload));
    }

    private boolean printFailure(Row row) {
        row.failure()
                .ifPresent(reason -> line("  %-20s failed: %s", row.contender().name(), reason));
        return row.failure().isPresent();
    }

    private static String number(OptionalDouble value) {
        return value.isPresent() ? String.format(Locale.ROOT, "%.2f", value.getAsDouble()) : ABSENT;
    }

    private void line(String format, Object... arguments) {
        text.append(String.format(Locale.ROOT, format, arguments).stripTrailing())
                .append(System.lineSeparator());
    }
}
