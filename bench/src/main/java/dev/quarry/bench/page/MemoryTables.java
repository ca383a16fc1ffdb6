// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.page;

import dev.quarry.bench.page.SuiteFile.Case;
import dev.quarry.bench.page.SuiteFile.Row;
import dev.quarry.bench.page.View.Table;
import dev.quarry.bench.page.View.TableRow;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Function;

/// The tables of a memory case.
final class MemoryTables {
    private static final String REQUESTED = "requestedBytes";
    private static final String RESIDENT = "residentBytes";
    private static final String COMMITTED = "committedBytes";
    private static final int MOST_INSTANTS = 12;
    private static final List<String> HEAD = List.of(
            "Allocator",
            "Figure",
            "By committed",
            "Peak: requested",
            "Usable",
            "Committed",
            "Resident",
            "End: requested",
            "Usable",
            "Committed",
            "Resident");

    private MemoryTables() {}

    static Optional<Double> residentPerRequested(Fields moment) {
        double requested = moment.get(REQUESTED).number();
        return requested > 0 ? Optional.of(moment.get(RESIDENT).number() / requested) : Optional.empty();
    }

    /// The case's figure, and what was requested and held at the peak and at the end.
    static Table held(Case memory, Comparison comparison) {
        List<TableRow> rows = new ArrayList<>();
        for (int i = 0; i < memory.rows().size(); i++) {
            Row row = memory.rows().get(i);
            Measured measured = comparison.rows().get(i);
            List<String> cells = new ArrayList<>();
            cells.add(Cells.ratio(measured.value()));
            cells.add(Cells.ratio(row.spread(process -> process.find("facts")
                    .flatMap(facts -> facts.find("committedFigure"))
                    .map(Fields::number))));
            addMoment(cells, row, "peak");
            addMoment(cells, row, "end");
            rows.add(
                    row.processes().isEmpty() ? TableRow.failed(measured, cells.size()) : TableRow.of(measured, cells));
        }
        return new Table("The figure, by resident and by committed bytes; then the peak, then the end.", HEAD, rows);
    }

    private static void addMoment(List<String> cells, Row row, String moment) {
        for (String part : List.of(REQUESTED, "usableBytes", COMMITTED, RESIDENT)) {
            cells.add(Cells.bytes(row.spread(
                    process -> process.find(moment).flatMap(at -> at.find(part)).map(Fields::number))));
        }
    }

    /// The resident size by time.
    static Table series(Case memory) {
        TreeSet<Double> instants = new TreeSet<>();
        for (Row row : memory.rows()) {
            first(row)
                    .ifPresent(
                            process -> process.elements("series").forEach(reading -> instants.add(seconds(reading))));
        }
        List<Double> shown = spread(List.copyOf(instants));
        List<String> head = new ArrayList<>();
        head.add("Allocator");
        shown.forEach(seconds -> head.add(String.format(Locale.ROOT, "%.0f s", seconds)));
        List<TableRow> rows = new ArrayList<>();
        for (Row row : memory.rows()) {
            Function<Double, String> cell = seconds -> first(row)
                    .flatMap(process -> lastBefore(process, seconds))
                    .map(Words::bytes)
                    .orElse(Cells.NONE);
            Measured measured = row.measured(process -> Optional.empty());
            rows.add(
                    first(row).isPresent()
                            ? TableRow.of(measured, shown.stream().map(cell).toList())
                            : TableRow.failed(measured, shown.size()));
        }
        return new Table("Resident size by time, of one process.", head, rows);
    }

    private static Optional<Fields> first(Row row) {
        return row.processes().stream()
                .filter(process -> !process.elements("series").isEmpty())
                .findFirst();
    }

    /// The last reading that is not later.
    private static Optional<Double> lastBefore(Fields process, double seconds) {
        return process.elements("series").stream()
                .filter(reading -> seconds(reading) <= seconds)
                .reduce((earlier, later) -> later)
                .map(reading -> reading.get(RESIDENT).number());
    }

    private static double seconds(Fields reading) {
        return Math.rint(reading.get("seconds").number());
    }

    /// No more instants than a table has room for, the first and the last among them.
    private static List<Double> spread(List<Double> instants) {
        if (instants.size() <= MOST_INSTANTS) {
            return instants;
        }
        List<Double> shown = new ArrayList<>();
        for (int i = 0; i < MOST_INSTANTS; i++) {
            shown.add(instants.get(i * (instants.size() - 1) / (MOST_INSTANTS - 1)));
        }
        return shown;
    }
}
