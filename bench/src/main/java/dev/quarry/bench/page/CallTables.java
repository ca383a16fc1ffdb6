// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.page;

import dev.quarry.bench.page.JmhFile.Case;
import dev.quarry.bench.page.JmhFile.Entry;
import dev.quarry.bench.page.View.Table;
import dev.quarry.bench.page.View.TableRow;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/// The tables of a JMH suite: a row for each case, a column for each allocator.
final class CallTables {
    private CallTables() {}

    static List<Table> of(JmhFile file, Map<Case, Comparison> comparisons) {
        List<String> subjects =
                file.entries().stream().map(Entry::subject).distinct().toList();
        List<Table> tables = new ArrayList<>();
        tables.add(times(subjects, comparisons));
        if (file.entries().stream().anyMatch(entry -> entry.garbageBytes().isPresent())) {
            tables.add(garbage(subjects, file, comparisons));
        }
        return tables;
    }

    private static Table times(List<String> subjects, Map<Case, Comparison> comparisons) {
        List<String> head = head(subjects);
        head.add("Quarry to the best");
        List<TableRow> rows = new ArrayList<>();
        for (Comparison comparison : comparisons.values()) {
            List<String> cells = new ArrayList<>();
            for (String subject : subjects) {
                cells.add(row(comparison, subject).map(CallTables::time).orElse(Cells.NONE));
            }
            cells.add(Cells.ratio(comparison.worstRatio()));
            rows.add(TableRow.of(comparison.label(), cells));
        }
        return new Table("Time of a call less void's, with JMH's error; void itself in full.", head, rows);
    }

    private static Optional<Measured> row(Comparison comparison, String subject) {
        String label = Names.allocator(subject);
        return comparison.rows().stream()
                .filter(row -> row.label().equals(label))
                .findFirst();
    }

    private static String time(Measured row) {
        return row.value()
                .map(ns -> Words.time(ns.middle()) + " ± " + Words.time(ns.high() - ns.middle()))
                .orElse(row.failure().orElse(Cells.NONE));
    }

    private static Table garbage(List<String> subjects, JmhFile file, Map<Case, Comparison> comparisons) {
        Map<Case, List<Entry>> byCase = file.byCase();
        List<TableRow> rows = new ArrayList<>();
        comparisons.forEach((parameters, comparison) -> {
            Function<String, String> cell = subject -> byCase.getOrDefault(parameters, List.of()).stream()
                    .filter(entry -> entry.subject().equals(subject))
                    .findFirst()
                    .flatMap(Entry::garbageBytes)
                    .map(CallTables::garbage)
                    .orElse(Cells.NONE);
            rows.add(TableRow.of(comparison.label(), subjects.stream().map(cell).toList()));
        });
        return new Table("Garbage on the Java heap, bytes a call.", head(subjects), rows);
    }

    /// The profiler counts what the JVM itself allocates in a second, which is next to nothing in a call.
    private static String garbage(double bytes) {
        return bytes < 0.05 ? "0" : String.format(Locale.ROOT, "%,.1f", bytes);
    }

    private static List<String> head(List<String> subjects) {
        List<String> head = new ArrayList<>();
        head.add("Case");
        subjects.forEach(subject -> head.add(Names.allocator(subject)));
        return head;
    }
}
