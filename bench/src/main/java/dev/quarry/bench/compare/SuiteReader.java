// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.compare;

import dev.quarry.bench.compare.Measurement.Figure;
import dev.quarry.bench.suite.Suite;
import dev.quarry.bench.suite.SuiteSubject.Group;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/// Takes Quarry's figures out of `workloads.json`, `latency.json` and `memory.json`.
final class SuiteReader {
    private static final int FORMAT = 1;

    /// Less than that is counted as that: the ratio of two small remainders says nothing.
    private static final double LEAST_BYTES = 1 << 20;

    private static final List<String> PERCENTILES = List.of("50", "99", "99.99");

    /// Which figures a process of the suite gives: the rounds of each, or none where the process does not say.
    private static final Map<Suite, List<Measure>> MEASURES = Map.of(
            Suite.WORKLOADS, List.of(new Measure("", SuiteReader::rounds)),
            Suite.LATENCY, latencies(),
            Suite.MEMORY,
                    List.of(
                            new Measure("committed at the peak", process -> bytes(process, "peak", "committedBytes")),
                            new Measure("committed at the end", process -> bytes(process, "end", "committedBytes")),
                            new Measure("resident at the end", process -> bytes(process, "end", "residentBytes"))));

    private record Measure(String name, Function<JsonNode, Optional<double[]>> rounds) {}

    private SuiteReader() {}

    static List<Measurement> read(Suite suite, JsonNode file) {
        if (file.get("format").number() != FORMAT) {
            throw new IllegalArgumentException(file.path() + " is of another format than " + FORMAT);
        }
        List<Measurement> measurements = new ArrayList<>();
        for (JsonNode suiteCase : file.get("cases").elements()) {
            for (JsonNode row : suiteCase.get("rows").elements()) {
                if (row.get("group").text().equals(Group.QUARRY.label())) {
                    measurements.addAll(row(suite, suiteCase, row));
                }
            }
        }
        return measurements;
    }

    private static List<Measurement> row(Suite suite, JsonNode suiteCase, JsonNode row) {
        String name = suiteCase.get("name").text() + ", "
                + Measurement.threads(suiteCase.get("threads").text());
        String subject = row.get("subject").text();
        Optional<String> failure = row.find("failure").map(JsonNode::text);
        List<Measurement> measurements = new ArrayList<>();
        for (Measure measure : MEASURES.getOrDefault(suite, List.of())) {
            List<double[]> processes = row.get("processes").elements().stream()
                    .map(measure.rounds)
                    .flatMap(Optional::stream)
                    .toList();
            Optional<Figure> figure = failure.isPresent() || processes.isEmpty()
                    ? Optional.empty()
                    : Optional.of(Figure.of(new Sample(processes)));
            if (figure.isPresent() || failure.isPresent()) {
                measurements.add(new Measurement(
                        new Measurement.Key(suite.label(), name, subject, measure.name),
                        suiteCase.get("unit").text(),
                        figure,
                        failure));
            }
        }
        return measurements;
    }

    /// The time of an operation, for each round.
    private static Optional<double[]> rounds(JsonNode process) {
        double operations = process.get("operations").number();
        return Optional.of(process.get("roundNs").elements().stream()
                .mapToDouble(JsonNode::number)
                .map(ns -> ns / operations)
                .toArray());
    }

    private static List<Measure> latencies() {
        List<Measure> measures = new ArrayList<>();
        for (String call : List.of("malloc", "free")) {
            for (String percentile : PERCENTILES) {
                measures.add(new Measure(
                        call + " p" + percentile,
                        process -> process.find(call)
                                .flatMap(found -> found.find("percentiles"))
                                .flatMap(found -> found.find(percentile))
                                .map(found -> new double[] {found.number()})));
            }
        }
        return measures;
    }

    private static Optional<double[]> bytes(JsonNode process, String moment, String name) {
        return process.find(moment).flatMap(found -> found.find(name)).map(found ->
                new double[] {Math.max(LEAST_BYTES, found.number())});
    }
}
