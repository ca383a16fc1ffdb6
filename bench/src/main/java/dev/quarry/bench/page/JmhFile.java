// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.page;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// One `jmh-SUITE.json`, as JMH writes it: one entry for each benchmark method and set of parameters.
///
/// @param suite the name of the suite
/// @param entries in the order of the file
record JmhFile(String suite, List<Entry> entries) {
    private static final List<String> ORDER =
            List.of("pair", "batch", "realloc", "calloc", "aligned", "segment", "hand-over", "threads");
    /// As the suites are read, and then those that this version does not know.
    static final Comparator<JmhFile> READING_ORDER = Comparator.comparingInt(
                    (JmhFile file) -> ORDER.contains(file.suite) ? ORDER.indexOf(file.suite) : ORDER.size())
            .thenComparing(JmhFile::suite);

    private static final String SUBJECT = "subject";
    private static final double NS_PER_SECOND = 1e9;
    private static final double LONGEST_BAR = 100;
    private static final Map<String, Double> UNIT_NS = Map.of("s", NS_PER_SECOND, "ms", 1e6, "us", 1e3, "ns", 1.0);

    /// What one allocator did.
    ///
    /// @param type the benchmark's class
    /// @param method the benchmark's own name
    /// @param parameters those other than the allocator
    /// @param ns an operation's time, with JMH's own error
    /// @param garbageBytes of an operation, where the profiler was on
    record Entry(
            String subject,
            String type,
            String method,
            int threads,
            Map<String, String> parameters,
            Spread ns,
            Optional<Double> garbageBytes) {
        /// Equal for the entries that are to be compared.
        Case caseOf() {
            return new Case(type, method, threads, parameters);
        }
    }

    /// What several allocators are compared in.
    record Case(String type, String method, int threads, Map<String, String> parameters) {}

    static JmhFile of(String suite, Fields file) {
        List<Entry> entries = new ArrayList<>();
        for (Fields element : file.elements()) {
            entries.add(entry(element));
        }
        return new JmhFile(suite, entries);
    }

    /// The entries by case, in the order of the file.
    Map<Case, List<Entry>> byCase() {
        Map<Case, List<Entry>> cases = new LinkedHashMap<>();
        for (Entry entry : entries) {
            cases.computeIfAbsent(entry.caseOf(), key -> new ArrayList<>()).add(entry);
        }
        return cases;
    }

    private static Entry entry(Fields element) {
        String[] benchmark = element.get("benchmark").text().split("\\.", -1);
        if (benchmark.length < 2) {
            throw element.get("benchmark").wrong("is no method of a class");
        }
        Map<String, String> parameters = new TreeMap<>();
        element.find("params")
                .ifPresent(params -> params.members().forEach((name, value) -> parameters.put(name, value.text())));
        String subject = parameters.remove(SUBJECT);
        if (subject == null) {
            throw element.wrong("has no parameter \"" + SUBJECT + "\"");
        }
        Optional<Double> garbageBytes = element.find("secondaryMetrics")
                .flatMap(metrics -> metrics.find("gc.alloc.rate.norm"))
                .flatMap(metric -> metric.find("score"))
                .filter(Fields::isNumber)
                .map(Fields::number);
        return new Entry(
                subject,
                benchmark[benchmark.length - 2],
                benchmark[benchmark.length - 1],
                (int) element.get("threads").number(),
                parameters,
                ns(element.get("primaryMetric")),
                garbageBytes);
    }

    /// JMH's error is not a number where there was one measurement only; then the bar is what was measured.
    private static Spread ns(Fields metric) {
        double score = metric.get("score").number();
        double error = metric.find("scoreError")
                .filter(Fields::isNumber)
                .map(Fields::number)
                .orElse(0.0);
        String[] unit = metric.get("scoreUnit").text().split("/", 2);
        if (unit.length == 2 && UNIT_NS.containsKey(unit[0])) {
            double unitNs = UNIT_NS.get(unit[0]);
            return new Spread(score * unitNs, Math.max(0, score - error) * unitNs, (score + error) * unitNs);
        }
        if (unit.length == 2 && UNIT_NS.containsKey(unit[1])) {
            double unitNs = UNIT_NS.get(unit[1]);
            // An error as large as the score says only that the time may be anything.
            double least = Math.max(score - error, score / LONGEST_BAR);
            return new Spread(unitNs / score, unitNs / (score + error), unitNs / least);
        }
        throw metric.get("scoreUnit").wrong("is neither a time per operation nor operations per time");
    }
}
