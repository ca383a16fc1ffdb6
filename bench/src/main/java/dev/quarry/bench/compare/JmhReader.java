// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.compare;

import dev.quarry.bench.compare.Measurement.Figure;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/// Takes Quarry's figures out of a file that JMH wrote. The parameter `subject` names whose a figure is; where there is
/// none it is Quarry's.
final class JmhReader {
    private static final String SUITE = "jmh";
    private static final String SUBJECT = "subject";
    private static final String QUARRY = "quarry";
    private static final Set<String> QUARRY_SUBJECTS = Set.of("facade", "local_arena");
    private static final String THROUGHPUT = "thrpt";

    private JmhReader() {}

    static List<Measurement> read(String suite, JsonNode file) {
        List<Measurement> measurements = new ArrayList<>();
        for (JsonNode benchmark : file.elements()) {
            Map<String, String> parameters = parameters(benchmark);
            String subject = parameters.getOrDefault(SUBJECT, QUARRY);
            if (subject.startsWith(QUARRY) || QUARRY_SUBJECTS.contains(subject)) {
                parameters.remove(SUBJECT);
                measurements.add(measurement(
                        new Measurement.Key(SUITE, name(suite, benchmark, parameters), subject, ""), benchmark));
            }
        }
        return measurements;
    }

    private static Map<String, String> parameters(JsonNode benchmark) {
        Map<String, String> parameters = new TreeMap<>();
        benchmark.find("params").ifPresent(found -> {
            if (found.value() instanceof Map<?, ?> map) {
                map.forEach((name, value) -> parameters.put(String.valueOf(name), String.valueOf(value)));
            }
        });
        return parameters;
    }

    private static String name(String suite, JsonNode benchmark, Map<String, String> parameters) {
        String method = benchmark.get("benchmark").text();
        String values = parameters.entrySet().stream()
                .map(parameter -> ", " + parameter.getKey() + " " + parameter.getValue())
                .collect(Collectors.joining());
        return "%s.%s%s, %s"
                .formatted(
                        suite,
                        method.substring(method.lastIndexOf('.') + 1),
                        values,
                        Measurement.threads(benchmark.get("threads").text()));
    }

    private static Measurement measurement(Measurement.Key key, JsonNode benchmark) {
        JsonNode metric = benchmark.get("primaryMetric");
        double score = metric.get("score").number();
        // Not a number in the file of a run with a single iteration, and then a string.
        double error = metric.find("scoreError")
                .map(JsonNode::value)
                .filter(Number.class::isInstance)
                .map(value -> ((Number) value).doubleValue())
                .orElse(Double.NaN);
        boolean isRate = benchmark.get("mode").text().equals(THROUGHPUT);
        String unit = metric.get("scoreUnit").text();
        Interval interval = isRate
                ? new Interval(1 / (score + error), 1 / score, 1 / Math.max(0, score - error))
                : new Interval(score - error, score, score + error);
        int forks = (int) benchmark.get("forks").number();
        return new Measurement(
                key, isRate ? "1/(" + unit + ")" : unit, Optional.of(Figure.ofJmh(forks, interval)), Optional.empty());
    }
}
