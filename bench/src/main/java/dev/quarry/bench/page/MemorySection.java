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
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/// What allocators hold for what was asked of them, at the peak, at the end and over time.
final class MemorySection {
    private static final String AXIS = "times what the best competitor holds";
    private static final Axis SECONDS = new Axis("seconds", false, "seconds");
    private static final Axis RESIDENT = new Axis("resident", false, "bytes");
    private static final Standing STANDING = new Standing("holds %s what is held by", "for each byte requested");

    private MemorySection() {}

    static Section of(SuiteFile file, Map<String, String> notes) {
        Map<Case, Comparison> comparisons = new LinkedHashMap<>();
        for (Case memory : file.cases()) {
            comparisons.put(memory, compare(memory));
        }
        List<Question> questions = new ArrayList<>();
        comparisons.forEach((memory, comparison) -> questions.add(question(memory, comparison, notes)));
        return new Section(
                "memory",
                "Memory",
                "What a process holds for what was asked of the allocator. Resident is the process's memory above what it"
                        + " had before; committed is what the allocator says itself, where it does. Each case names"
                        + " the figure that is compared.",
                List.of(Plots.ratiosOfQuarry(
                        "memory-ratios",
                        "What Quarry holds in each case: less than 1 is less than the best of all others",
                        AXIS,
                        List.copyOf(comparisons.values()))),
                questions);
    }

    /// By the figure that the case names itself, else by what is resident at the peak for each byte requested.
    static Comparison compare(Case memory) {
        return memory.compare(memory.nameAndId(), MemorySection::figure);
    }

    private static Optional<Double> figure(Fields process) {
        Optional<Double> own =
                process.find("facts").flatMap(facts -> facts.find("figure")).map(Fields::number);
        return own.isPresent() ? own : process.find("peak").flatMap(MemoryTables::residentPerRequested);
    }

    private static boolean isSeries(Case memory) {
        return processes(memory).anyMatch(process -> !process.elements("series").isEmpty());
    }

    private static String meaning(Case memory) {
        return processes(memory)
                .flatMap(process -> process.find("facts").stream())
                .flatMap(facts -> facts.find("figureMeaning").stream())
                .map(Fields::text)
                .findFirst()
                .orElse("resident bytes for each byte requested, at the peak");
    }

    private static Stream<Fields> processes(Case memory) {
        return memory.rows().stream().flatMap(row -> row.processes().stream());
    }

    private static Question question(Case memory, Comparison comparison, Map<String, String> notes) {
        List<Plot> plots = new ArrayList<>();
        List<Table> tables = new ArrayList<>();
        if (isSeries(memory)) {
            plots.add(series(memory));
            tables.add(MemoryTables.series(memory));
        }
        plots.add(Plots.ratios(
                memory.anchor() + "-ratios", "Against the best competitor: " + meaning(memory), AXIS, comparison));
        tables.add(MemoryTables.held(memory, comparison));
        return new Question(
                memory.key(),
                memory.anchor(),
                memory.nameAndId(),
                memory.question(),
                STANDING.of(comparison),
                comparison.isLost(),
                notes.getOrDefault(memory.key(), ""),
                plots,
                tables);
    }

    private static Plot series(Case memory) {
        List<Line> lines = new ArrayList<>();
        for (Row row : memory.rows()) {
            // One process's: those of several were not taken at the same instants.
            row.processes().stream()
                    .filter(process -> !process.elements("series").isEmpty())
                    .findFirst()
                    .ifPresent(process -> lines.add(new Line(row.label(), row.group(), points(process))));
        }
        return Plots.lines(memory.anchor() + "-series", "Resident size over time", SECONDS, RESIDENT, lines);
    }

    private static List<Point> points(Fields process) {
        List<Point> points = new ArrayList<>();
        for (Fields reading : process.elements("series")) {
            double bytes = reading.get("residentBytes").number();
            points.add(new Point(reading.get("seconds").number(), new Spread(bytes, bytes, bytes)));
        }
        return points;
    }
}
