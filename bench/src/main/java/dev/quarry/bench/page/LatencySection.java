// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.page;

import dev.quarry.bench.page.Plots.Axis;
import dev.quarry.bench.page.Plots.Line;
import dev.quarry.bench.page.Plots.Point;
import dev.quarry.bench.page.SuiteFile.Case;
import dev.quarry.bench.page.SuiteFile.Row;
import dev.quarry.bench.page.View.Plot;
import dev.quarry.bench.page.View.Question;
import dev.quarry.bench.page.View.Section;
import dev.quarry.bench.page.View.Table;
import dev.quarry.bench.page.View.TableRow;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/// The latency of single calls, by percentile.
final class LatencySection {
    /// The percentile by which Quarry is judged.
    static final String JUDGED = "99.99";

    private static final double ALL = 100;
    private static final Standing STANDING = new Standing("takes %s the time of", "ns");
    private static final Axis PERCENTILE = new Axis("percentile of the calls", true, "percentile");
    private static final Axis TIME = new Axis("at most this long", true, "ns");
    /// The call, and whether calls come at a constant rate, whatever the one before took.
    private static final List<Distribution> DISTRIBUTIONS = List.of(
            new Distribution("malloc", false),
            new Distribution("free", false),
            new Distribution("malloc", true),
            new Distribution("free", true));

    private LatencySection() {}

    private record Distribution(String call, boolean isOpen) {
        String id() {
            return isOpen ? "open-" + call : call;
        }

        String title() {
            return call + (isOpen ? ", calls at a constant rate" : ", one call after the other");
        }

        Optional<Fields> percentiles(Fields process) {
            Optional<Fields> calls = isOpen ? process.find("open") : Optional.of(process);
            return calls.flatMap(schedule -> schedule.find(call))
                    .flatMap(distribution -> distribution.find("percentiles"));
        }

        Optional<Double> ns(Fields process, String percentile) {
            return percentiles(process)
                    .flatMap(percentiles -> percentiles.find(percentile))
                    .map(Fields::number);
        }
    }

    static Section of(SuiteFile file, Map<String, String> notes) {
        return new Section(
                "latency",
                "Latency",
                "How long single calls take, by percentile: at p99.99 one call in ten thousand takes longer. Both"
                        + " axes are logarithmic. One call after the other says what a call costs; at a constant rate a"
                        + " call's time counts from when it was due, so that a slow call's wait is also that of those"
                        + " behind it.",
                List.of(),
                file.cases().stream().map(latency -> question(latency, notes)).toList());
    }

    /// The figures that Quarry is judged by: malloc's and free's, one call after the other.
    static List<Comparison> judged(Case latency) {
        return DISTRIBUTIONS.stream()
                .filter(distribution -> !distribution.isOpen())
                .map(distribution -> compare(latency, distribution))
                .toList();
    }

    private static Comparison compare(Case latency, Distribution distribution) {
        return latency.compare(distribution.title(), process -> distribution.ns(process, JUDGED));
    }

    private static Question question(Case latency, Map<String, String> notes) {
        List<String> words = new ArrayList<>();
        List<Plot> plots = new ArrayList<>();
        List<Table> tables = new ArrayList<>();
        for (Distribution distribution : DISTRIBUTIONS) {
            List<String> percentiles = percentiles(latency, distribution);
            if (!percentiles.isEmpty()) {
                words.addAll(words(compare(latency, distribution), distribution));
                plots.add(plot(latency, distribution, percentiles));
                tables.add(table(latency, distribution, percentiles));
            }
        }
        return new Question(
                latency.key(),
                latency.anchor(),
                latency.nameAndId(),
                latency.question(),
                words,
                judged(latency).stream().anyMatch(Comparison::isLost),
                notes.getOrDefault(latency.key(), ""),
                plots,
                tables);
    }

    private static List<String> words(Comparison comparison, Distribution distribution) {
        return STANDING.of(comparison).stream()
                .map(sentence -> "p" + JUDGED + " of " + distribution.title() + ": " + sentence)
                .toList();
    }

    /// Those that any process gives, the least first.
    private static List<String> percentiles(Case latency, Distribution distribution) {
        TreeSet<String> names = new TreeSet<>((a, b) -> Double.compare(Double.parseDouble(a), Double.parseDouble(b)));
        for (Row row : latency.rows()) {
            for (Fields process : row.processes()) {
                distribution
                        .percentiles(process)
                        .ifPresent(percentiles ->
                                names.addAll(percentiles.members().keySet()));
            }
        }
        return List.copyOf(names);
    }

    private static Plot plot(Case latency, Distribution distribution, List<String> percentiles) {
        List<Line> lines = new ArrayList<>();
        for (Row row : latency.rows()) {
            List<Point> points = new ArrayList<>();
            for (String percentile : percentiles) {
                double share = Double.parseDouble(percentile) / ALL;
                // The greatest of all has no place on an axis of ever rarer calls, nor has 0 on a logarithmic one.
                row.spread(process -> distribution.ns(process, percentile))
                        .filter(ns -> share < 1 && ns.low() > 0)
                        .ifPresent(ns -> points.add(new Point(1 / (1 - share), ns)));
            }
            if (!points.isEmpty()) {
                lines.add(new Line(row.label(), row.group(), points));
            }
        }
        return Plots.lines(latency.anchor() + "-" + distribution.id(), distribution.title(), PERCENTILE, TIME, lines);
    }

    private static Table table(Case latency, Distribution distribution, List<String> percentiles) {
        List<String> head = new ArrayList<>();
        head.add("Allocator");
        percentiles.forEach(
                percentile -> head.add(Double.parseDouble(percentile) < ALL ? "p" + percentile : "greatest"));
        List<TableRow> rows = new ArrayList<>();
        for (Row row : latency.rows()) {
            Measured measured = row.measured(process -> distribution.ns(process, JUDGED));
            List<String> cells = new ArrayList<>();
            for (String percentile : percentiles) {
                cells.add(row.spread(process -> distribution.ns(process, percentile))
                        .map(ns -> Words.time(ns.middle()))
                        .orElse(Cells.NONE));
            }
            boolean hasFigures = cells.stream().anyMatch(cell -> !cell.equals(Cells.NONE));
            rows.add(hasFigures ? TableRow.of(measured, cells) : TableRow.failed(measured, cells.size()));
        }
        return new Table(
                String.format(Locale.ROOT, "%s: the median over the processes.", distribution.title()), head, rows);
    }
}
