// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.page;

import dev.quarry.bench.page.SuiteFile.Case;
import dev.quarry.bench.page.SuiteFile.Row;
import dev.quarry.bench.page.View.Question;
import dev.quarry.bench.page.View.Section;
import dev.quarry.bench.page.View.Table;
import dev.quarry.bench.page.View.TableRow;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The workloads: how long an operation takes in whole programs.
final class WorkloadSection {
    private static final String AXIS = "times the best competitor's time";
    private static final Standing STANDING = new Standing("takes %s the time of", "ns");

    private static final List<String> HEAD = List.of(
            "Allocator", "Time", "Least to greatest", "To the best", "Less void", "Peak resident", "Minor faults");

    private WorkloadSection() {}

    static Section of(SuiteFile file, Map<String, String> notes) {
        Map<Case, Comparison> comparisons = new LinkedHashMap<>();
        for (Case workload : file.cases()) {
            comparisons.put(workload, compare(workload));
        }
        List<Question> questions = new ArrayList<>();
        comparisons.forEach((workload, comparison) -> questions.add(question(workload, comparison, notes)));
        return new Section(
                "workloads",
                "Workloads",
                "Whole programs, the same in Java and in C: nanoseconds an operation, of which the threads together do"
                        + " a fixed number. The middle is the median over the processes of the median over a process's"
                        + " rounds; the error bar reaches from the least process to the greatest. Native allocators run"
                        + " in C, all others in Java.",
                List.of(Plots.ratiosOfQuarry(
                        "workloads-ratios",
                        "Quarry's time in each workload: less than 1 is faster than the best of all others",
                        AXIS,
                        List.copyOf(comparisons.values()))),
                questions);
    }

    static Comparison compare(Case workload) {
        return workload.compare(title(workload), WorkloadSection::nsPerOperation);
    }

    /// The time of one operation in a process: the median of its rounds.
    static Optional<Double> nsPerOperation(Fields process) {
        List<Double> rounds =
                process.get("roundNs").elements().stream().map(Fields::number).toList();
        double operations = process.get("operations").number();
        return rounds.isEmpty() || operations <= 0 ? Optional.empty() : Optional.of(Spread.median(rounds) / operations);
    }

    static String title(Case workload) {
        return workload.nameAndId() + (workload.threads() == 0 ? "" : ", " + Words.threads(workload.threads()));
    }

    private static Question question(Case workload, Comparison comparison, Map<String, String> notes) {
        return new Question(
                workload.key(),
                workload.anchor(),
                title(workload),
                workload.question(),
                STANDING.of(comparison),
                comparison.isLost(),
                notes.getOrDefault(workload.key(), ""),
                List.of(Plots.ratios(
                        workload.anchor() + "-ratios", "Time against the best competitor's", AXIS, comparison)),
                List.of(table(workload, comparison)));
    }

    private static Table table(Case workload, Comparison comparison) {
        Optional<Double> voidNs = comparison.best(group -> group == Group.VOID).map(Measured::middle);
        List<TableRow> rows = new ArrayList<>();
        for (int i = 0; i < workload.rows().size(); i++) {
            rows.add(tableRow(workload.rows().get(i), comparison.rows().get(i), comparison, voidNs));
        }
        return new Table(
                "Less void: without the time of the same program with an allocator that does nothing, in Java.",
                HEAD,
                rows);
    }

    private static TableRow tableRow(Row row, Measured measured, Comparison comparison, Optional<Double> voidNs) {
        if (measured.value().isEmpty()) {
            return TableRow.failed(measured, HEAD.size() - 1);
        }
        Spread ns = measured.value().get();
        boolean isInJava = row.group() == Group.JAVA || row.group() == Group.QUARRY;
        return TableRow.of(
                measured,
                List.of(
                        Words.time(ns.middle()),
                        Cells.range(ns),
                        row.group() == Group.VOID ? Cells.NONE : Cells.ratio(comparison.ratio(measured)),
                        voidNs.filter(base -> isInJava)
                                .map(base -> Words.time(ns.middle() - base))
                                .orElse(Cells.NONE),
                        Cells.bytes(row.spread(
                                process -> process.find("peakResidentBytes").map(Fields::number))),
                        Cells.count(row.spread(
                                process -> process.find("minorFaults").map(Fields::number)))));
    }
}
