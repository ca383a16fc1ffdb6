// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.compare;

import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;

/// A comparison for the reader: a line for each figure, then what is to be made of them.
public final class CompareTable {
    private static final String LINE = "%-52s %-14s %14s %14s %7s  %-17s %s%n";
    private static final double MIB = 1 << 20;

    private final RunFolder a;
    private final RunFolder b;
    private final Comparison comparison;
    private final StringBuilder text = new StringBuilder();

    public CompareTable(RunFolder a, RunFolder b, Comparison comparison) {
        this.a = a;
        this.b = b;
        this.comparison = comparison;
    }

    public String print() {
        line("A: %s, %s%nB: %s, %s%n", a.path(), a.machine(), b.path(), b.machine());
        if (!a.machine().equals(b.machine())) {
            line("The machines differ, so a difference need not be Quarry's.%n");
        }
        String suite = "";
        for (Change change : comparison.changes()) {
            if (!change.a().key().suite().equals(suite)) {
                suite = change.a().key().suite();
                line("%n" + LINE, suite, "", "A", "B", "B / A", "interval", "");
            }
            print(change);
        }
        line("%n");
        printNames("Only in A", comparison.onlyInA());
        printNames("Only in B", comparison.onlyInB());
        printVerdict("Better", Change::isBetter);
        printVerdict("Worse", Change::isWorse);
        return text.toString();
    }

    private void print(Change change) {
        line(
                LINE,
                change.a().key().text(),
                change.a().key().subject(),
                figure(change.a()),
                figure(change.b()),
                change.ratio().map(ratio -> number(ratio.figure())).orElse(""),
                change.ratio()
                        .filter(Interval::isKnown)
                        .map(CompareTable::bounds)
                        .orElse(""),
                change.verdict().text());
    }

    private static String figure(Measurement measurement) {
        return measurement
                .figure()
                .map(figure -> measurement.unit().equals("bytes")
                        ? String.format(Locale.ROOT, "%.1f MiB", figure.value() / MIB)
                        : String.format(Locale.ROOT, "%.4g %s", figure.value(), measurement.unit()))
                .orElse("failed");
    }

    private static String bounds(Interval ratio) {
        return number(ratio.low()) + " to " + number(ratio.high());
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, "%.3f", value);
    }

    private void printNames(String title, List<Measurement> measurements) {
        for (Measurement measurement : measurements) {
            line("%s: %s%n", title, name(measurement));
        }
    }

    private void printVerdict(String title, Predicate<Change> isMeant) {
        List<Change> meant = comparison.changes().stream().filter(isMeant).toList();
        line(
                "%s beyond the noise: %d of %d%n",
                title, meant.size(), comparison.changes().size());
        for (Change change : meant) {
            String by = change.ratio()
                    .map(ratio -> number(ratio.figure()) + " times A")
                    .orElseGet(() -> change.b().failure().orElse("failed before"));
            line("  %s: %s%n", name(change.a()), by);
        }
    }

    private static String name(Measurement measurement) {
        return measurement.key().suite() + " " + measurement.key().text() + ", "
                + measurement.key().subject();
    }

    private void line(String format, Object... values) {
        text.append(String.format(Locale.ROOT, format, values));
    }
}
