// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.page;

import dev.quarry.bench.page.JmhFile.Entry;
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

/// How much more gets done with more threads, for what ran with several numbers of them.
final class ScalingSection {
    private static final double NS_PER_MICROSECOND = 1e3;
    private static final Axis THREADS = new Axis("threads", false, "count");
    private static final Axis SPEED = new Axis("million operations a second", false, "count");

    private ScalingSection() {}

    /// What ran with several numbers of threads: the speed of each allocator by their number.
    ///
    /// @param key its name in `notes.json` behind `scaling/`
    /// @param id as the specification of the workload has it, or empty
    record Load(String key, String id, String title, List<Line> lines) {
        /// What each allocator that ran with all numbers of threads does with the most of them, in multiples of what it
        /// does with the fewest.
        List<Gain> gains() {
            List<Double> threads = threads();
            return lines.stream()
                    .filter(line -> line.points().size() == threads.size())
                    .map(line -> new Gain(
                            line.name(),
                            line.group(),
                            line.points().get(threads.size() - 1).y().middle()
                                    / line.points().get(0).y().middle()))
                    .toList();
        }

        /// All numbers of threads, the fewest first.
        List<Double> threads() {
            return lines.stream()
                    .flatMap(line -> line.points().stream())
                    .map(Point::x)
                    .distinct()
                    .sorted()
                    .toList();
        }

        boolean widens(int few, int many) {
            return threads().equals(List.of((double) few, (double) many));
        }

        /// Void would only shrink the plot of the others.
        private void add(String name, Group group, int threads, Spread speed) {
            if (group == Group.VOID) {
                return;
            }
            Line line = lines.stream()
                    .filter(other -> other.name().equals(name))
                    .findFirst()
                    .orElseGet(() -> {
                        lines.add(new Line(name, group, new ArrayList<>()));
                        return lines.get(lines.size() - 1);
                    });
            line.points().add(new Point(threads, speed));
            line.points().sort(Comparator.comparingDouble(Point::x));
        }
    }

    /// In multiples of the speed with the fewest threads.
    record Gain(String label, Group group, double times) {}

    static Section of(ResultsFolder run) {
        return new Section(
                "scaling",
                "Scaling by threads",
                "Operations a second of all threads together. On as many cores as threads, twice the threads do twice"
                        + " the operations where they do not stand in each other's way.",
                List.of(),
                loads(run).stream().map(load -> question(load, run.notes())).toList());
    }

    static List<Load> loads(ResultsFolder run) {
        Map<String, Load> loads = new LinkedHashMap<>();
        for (Case workload : run.workloads().cases()) {
            Load load = loads.computeIfAbsent(
                    workload.name(), name -> new Load(name, workload.id(), workload.nameAndId(), new ArrayList<>()));
            for (Row row : workload.rows()) {
                row.spread(ScalingSection::millionsPerSecond)
                        .ifPresent(speed -> load.add(row.label(), row.group(), workload.threads(), speed));
            }
        }
        run.calls().forEach(file -> addCalls(loads, file));
        return loads.values().stream().filter(load -> load.threads().size() > 1).toList();
    }

    private static void addCalls(Map<String, Load> loads, JmhFile file) {
        CallLabels labels = new CallLabels(file);
        for (Entry entry : file.entries()) {
            String title = labels.withoutThreads(entry.caseOf());
            String key = title.isEmpty() ? file.suite() : file.suite() + ", " + title;
            Group group = Names.groupInJava(entry.subject());
            loads.computeIfAbsent("jmh " + key, name -> new Load(key, "", key, new ArrayList<>()))
                    .add(Names.allocator(entry.subject()), group, entry.threads(), speed(entry));
        }
    }

    private static Optional<Double> millionsPerSecond(Fields process) {
        return WorkloadSection.nsPerOperation(process).map(ns -> NS_PER_MICROSECOND / ns);
    }

    /// JMH's time is that of a call in one of the threads.
    private static Spread speed(Entry entry) {
        double base = NS_PER_MICROSECOND * entry.threads();
        Spread ns = entry.ns();
        return new Spread(base / ns.middle(), base / ns.high(), base / Math.max(ns.low(), ns.middle() / 100));
    }

    private static Question question(Load load, Map<String, String> notes) {
        String key = "scaling/" + load.key();
        String anchor = key.replaceAll("[^a-zA-Z0-9]+", "-");
        int few = load.threads().get(0).intValue();
        int many = load.threads().get(load.threads().size() - 1).intValue();
        Optional<Gain> best = load.gains().stream()
                .filter(gain -> gain.group().isCompetitor())
                .max(Comparator.comparingDouble(Gain::times));
        List<Gain> quarry = load.gains().stream()
                .filter(gain -> gain.group() == Group.QUARRY)
                .toList();
        return new Question(
                key,
                anchor,
                load.title(),
                "How much more do " + Words.threads(many) + " get done than " + few + "?",
                quarry.stream().map(gain -> sentence(gain, best, few, many)).toList(),
                quarry.stream()
                        .anyMatch(gain -> best.filter(other -> other.times() > gain.times())
                                .isPresent()),
                notes.getOrDefault(key, ""),
                List.of(Plots.lines(anchor + "-lines", "Operations by threads", THREADS, SPEED, load.lines())),
                List.of(table(load)));
    }

    private static String sentence(Gain gain, Optional<Gain> best, int few, int many) {
        String others = best.map(other -> String.format(
                        Locale.ROOT, "; the best competitor, %s, %.2f times", other.label(), other.times()))
                .orElse("");
        return String.format(
                Locale.ROOT,
                "%s does %.2f times the operations with %s that it does with %d%s.",
                gain.label(),
                gain.times(),
                Words.threads(many),
                few,
                others);
    }

    private static Table table(Load load) {
        List<String> head = new ArrayList<>();
        head.add("Allocator");
        load.threads().forEach(threads -> head.add(Words.threads(threads.intValue())));
        head.add("Gain");
        Map<String, Double> gains = new LinkedHashMap<>();
        load.gains().forEach(gain -> gains.put(gain.label(), gain.times()));
        List<TableRow> rows = new ArrayList<>();
        for (Line line : load.lines()) {
            List<String> cells = new ArrayList<>();
            for (Double threads : load.threads()) {
                cells.add(line.points().stream()
                        .filter(point -> point.x() == threads)
                        .map(point -> Words.number(point.y().middle()))
                        .findFirst()
                        .orElse(Cells.NONE));
            }
            cells.add(gains.containsKey(line.name()) ? Words.number(gains.get(line.name())) : Cells.NONE);
            rows.add(new TableRow(line.group().argument(), line.name(), cells, "", 0));
        }
        return new Table("Million operations a second.", head, rows);
    }
}
