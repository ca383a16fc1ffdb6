// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.page;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/// One of `workloads.json`, `memory.json` and `latency.json`.
///
/// @param suite the name of the file without its ending
/// @param scale `quick` or `full`
/// @param cases in the order of the file
/// @param missing the allocators that were not there, with the reason
record SuiteFile(String suite, String scale, List<Case> cases, Map<String, String> missing) {
    private static final int FORMAT = 1;

    /// What all allocators were asked to do.
    ///
    /// @param key by which `notes.json` names it: that of all its numbers of threads
    /// @param id as the specification of the workload has it, or empty
    /// @param threads how many at once, or 0 where the file does not say
    /// @param unit of the case's figure
    record Case(String key, String name, String id, int threads, String question, String unit, List<Row> rows) {
        /// The case's rows with a figure that each process gives.
        Comparison compare(String label, Function<Fields, Optional<Double>> figure) {
            return new Comparison(
                    label, rows.stream().map(row -> row.measured(figure)).toList());
        }

        String nameAndId() {
            return id.isEmpty() ? name : name + " (" + id + ")";
        }

        /// For the id of an element.
        String anchor() {
            return key.replace('/', '-') + (threads > 0 ? "-" + threads : "");
        }
    }

    /// What one allocator did.
    record Row(String label, Group group, List<Fields> processes, Optional<String> failure) {
        /// The median over the processes, and the least and the greatest of them.
        Optional<Spread> spread(Function<Fields, Optional<Double>> figure) {
            List<Double> values = processes.stream()
                    .flatMap(process -> figure.apply(process).stream())
                    .toList();
            return values.isEmpty() ? Optional.empty() : Optional.of(Spread.of(values));
        }

        Measured measured(Function<Fields, Optional<Double>> figure) {
            return new Measured(label, group, spread(figure), failure);
        }
    }

    static SuiteFile of(String suite, Fields file) {
        if (file.get("format").number() != FORMAT) {
            throw file.get("format").wrong("is not " + FORMAT + ", the only one that this version reads");
        }
        List<Case> cases = new ArrayList<>();
        for (Fields element : file.get("cases").elements()) {
            cases.add(caseOf(suite, element));
        }
        Map<String, String> missing = new LinkedHashMap<>();
        for (Fields absent : file.elements("missing")) {
            missing.put(
                    Names.allocator(absent.get("subject").text()),
                    absent.get("reason").text());
        }
        return new SuiteFile(suite, file.get("scale").text(), cases, missing);
    }

    private static Case caseOf(String suite, Fields element) {
        String name = element.get("name").text();
        List<Row> rows = new ArrayList<>();
        for (Fields row : element.get("rows").elements()) {
            rows.add(new Row(
                    Names.allocator(row.get("subject").text()),
                    Group.of(row.get("group")),
                    row.elements("processes"),
                    row.find("failure").map(Fields::text)));
        }
        return new Case(
                suite + "/" + name,
                name,
                element.find("id").map(Fields::text).orElse(""),
                element.find("threads").map(Fields::number).orElse(0.0).intValue(),
                element.get("question").text(),
                element.find("unit").map(Fields::text).orElse(""),
                rows);
    }
}
