// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.page;

import dev.quarry.bench.page.Plots.Axis;
import dev.quarry.bench.page.Plots.Line;
import dev.quarry.bench.page.Plots.Point;
import dev.quarry.bench.page.SuiteFile.Case;
import dev.quarry.bench.page.SuiteFile.Row;
import dev.quarry.bench.page.View.Question;
import dev.quarry.bench.page.View.Section;
import dev.quarry.bench.page.View.Table;
import dev.quarry.bench.page.View.TableRow;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// How much more gets done with more threads, for the workloads that ran with several numbers of them.
final class ScalingSection {
    private static final double NS_PER_SECOND = 1e9;
    private static final double MILLION = 1e6;
    private static final Axis THREADS = new Axis("threads", false, "count");
    private static final Axis SPEED = new Axis("million operations a second", false, "count");

    private ScalingSection() {}

    static Section of(SuiteFile workloads, Map<String, String> notes) {
        Map<String, List<Case>> byName = new LinkedHashMap<>();
        for (Case workload : workloads.cases()) {
            byName.computeIfAbsent(workload.name(), key -> new ArrayList<>()).add(workload);
        }
        List<Question> questions = new ArrayList<>();
        byName.forEach((name, cases) -> {
            if (cases.size() > 1) {
                cases.sort(Comparator.comparingInt(Case::threads));
                questions.add(question(name, cases, notes));
            }
        });
        return new Section(
                "scaling",
                "Scaling by threads",
                "Operations a second of all threads together. On as many cores as threads, twice the threads do twice"
                        + " the operations where they do not stand in each other's way.",
                List.of(),
                questions);
    }

    /// What an allocator does with the most threads, in multiples of what it does with the fewest.
    record Gain(String label, Group group, double times) {}

    static List<Gain> gains(List<Case> cases) {
        List<Gain> gains = new ArrayList<>();
        for (Line line : lines(cases)) {
            List<Point> points = line.points();
            if (points.size() == cases.size()) {
                double first = points.get(0).y().middle();
                gains.add(new Gain(
                        line.name(),
                        line.group(),
                        points.get(points.size() - 1).y().middle() / first));
            }
        }
        return gains;
    }

    private static Question question(String name, List<Case> cases, Map<String, String> notes) {
        String key = "scaling/" + name;
        int few = cases.get(0).threads();
        int many = cases.get(cases.size() - 1).threads();
        List<Gain> gains = gains(cases);
        Optional<Gain> best =
                gains.stream().filter(gain -> gain.group().isCompetitor()).max(Comparator.comparingDouble(Gain::times));
        List<String> words = new ArrayList<>();
        boolean isLost = false;
        for (Gain gain : gains) {
            if (gain.group() == Group.QUARRY) {
                words.add(String.format(
                        Locale.ROOT,
                        "%s does %.2f times the operations with %d threads that it does with %d%s.",
                        gain.label(),
                        gain.times(),
                        many,
                        few,
                        best.map(other -> String.format(
                                        Locale.ROOT,
                                        "; the best competitor, %s, %.2f times",
                                        other.label(),
                                        other.times()))
                                .orElse("")));
                isLost |= best.filter(other -> other.times() > gain.times()).isPresent();
            }
        }
        return new Question(
                key,
                "scaling-" + name,
                name,
                "How much more do " + many + " threads get done than " + few + "?",
                words,
                isLost,
                notes.getOrDefault(key, ""),
                List.of(Plots.lines(
                        "scaling-" + name + "-lines", "Operations by threads", THREADS, SPEED, lines(cases))),
                List.of(table(cases)));
    }

    private static List<Line> lines(List<Case> cases) {
        Map<String, Line> lines = new LinkedHashMap<>();
        for (Case workload : cases) {
            for (Row row : workload.rows()) {
                if (row.group() != Group.VOID) {
                    row.spread(ScalingSection::millionsPerSecond)
                            .ifPresent(speed -> lines.computeIfAbsent(
                                            row.label(), label -> new Line(label, row.group(), new ArrayList<>()))
                                    .points()
                                    .add(new Point(workload.threads(), speed)));
                }
            }
        }
        return List.copyOf(lines.values());
    }

    private static Optional<Double> millionsPerSecond(Fields process) {
        return WorkloadSection.nsPerOperation(process).map(ns -> NS_PER_SECOND / ns / MILLION);
    }

    private static Table table(List<Case> cases) {
        List<String> head = new ArrayList<>();
        head.add("Allocator");
        cases.forEach(workload -> head.add(workload.threads() == 1 ? "1 thread" : workload.threads() + " threads"));
        head.add("Gain");
        Map<String, Double> gains = new LinkedHashMap<>();
        gains(cases).forEach(gain -> gains.put(gain.label(), gain.times()));
        List<TableRow> rows = new ArrayList<>();
        for (Line line : lines(cases)) {
            List<String> cells = new ArrayList<>();
            for (Case workload : cases) {
                cells.add(line.points().stream()
                        .filter(point -> point.x() == workload.threads())
                        .map(point -> Words.number(point.y().middle()))
                        .findFirst()
                        .orElse(Cells.NONE));
            }
            cells.add(gains.containsKey(line.name()) ? Words.number(gains.get(line.name())) : Cells.NONE);
            rows.add(TableRow.of(new Measured(line.name(), line.group(), Optional.empty(), Optional.empty()), cells));
        }
        return new Table("Million operations a second.", head, rows);
    }
}
