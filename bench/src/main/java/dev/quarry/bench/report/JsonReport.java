// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.report;

import dev.quarry.bench.result.Contender;
import dev.quarry.bench.result.Results;
import dev.quarry.bench.result.Row;
import dev.quarry.bench.result.Timing;
import dev.quarry.bench.result.Workload;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/// The results as JSON: every figure of the table, the rounds behind it, and what each figure is.
public final class JsonReport {
    private static final int VERSION = 1;

    private final Results results;
    private final String referenceName;

    public JsonReport(Results results, String referenceName) {
        this.results = results;
        this.referenceName = referenceName;
    }

    /// The whole report, as text.
    ///
    /// @param circumstances date, machine, flags, missing contenders
    public String write(Map<String, Object> circumstances) {
        Map<String, Object> report = new LinkedHashMap<>();
        report.put("version", VERSION);
        report.putAll(circumstances);
        report.put("meaning", meaning());
        report.put("workloads", results.workloads().stream().map(this::workload).toList());
        report.put("geometricMeans", means());
        return Json.write(report);
    }

    private static Map<String, Object> meaning() {
        Map<String, Object> meaning = new LinkedHashMap<>();
        meaning.put("firstNs, bestNs, medianNs", "nanoseconds per operation of a process's rounds, least of the forks");
        meaning.put("ratioToNative", "bestNs divided by the bestNs of the fastest native allocator");
        meaning.put("heldRatioToNative", "heldAtPeakBytes divided by the least of the native allocators");
        meaning.put(
                "footprint",
                "from a process of its own, which writes to each OS page of a block (Netty and the JDK"
                        + " report their own figures): heldAtPeakBytes at the operation where most requested bytes are live,"
                        + " heldMaxBytes the most at that and 16 evenly spread points, heldMeaning says what is counted");
        meaning.put("accountedHeldBytes", "what Quarry's own accounting says: committed less clean spans");
        meaning.put(
                "processes",
                "each contender, workload and fork has a process of its own; slow contenders run at most"
                        + " 10 rounds");
        return meaning;
    }

    private Map<String, Object> workload(Workload workload) {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("name", workload.name());
        object.put("kind", workload.kind());
        workload.trace().ifPresent(source -> {
            object.put("operations", source.trace().operations());
            object.put("peakLiveBytes", source.trace().peak().liveBytes());
        });
        object.put(
                "rows",
                results.rows(workload).stream().map(row -> row(workload, row)).toList());
        return object;
    }

    private Map<String, Object> row(Workload workload, Row row) {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("name", row.contender().name());
        object.put("group", row.contender().group());
        row.failure().ifPresent(reason -> object.put("failure", reason));
        object.putAll(row.facts());
        put(object, "firstNs", row.firstNs());
        put(object, "bestNs", row.bestNs());
        put(object, "medianNs", row.medianNs());
        put(object, "ratioToNative", Results.ratio(row.bestNs(), results.fastestNativeNs(workload)));
        put(object, "heldRatioToNative", Results.ratio(row.heldBytes(), results.leastNativeHeldBytes(workload)));
        put(object, "metadataShareOfCommitted", row.metadataShare());
        if (!row.peak().isEmpty()) {
            Map<String, Object> footprint = new LinkedHashMap<>(row.peak());
            footprint.put("heldMeaning", row.contender().heldMeaning());
            object.put("footprint", footprint);
        }
        object.put("roundNsByFork", row.forks().stream().map(Timing::roundNs).toList());
        return object;
    }

    private List<Map<String, Object>> means() {
        List<Map<String, Object>> means = new ArrayList<>();
        for (Contender contender : results.quarryContenders()) {
            Map<String, Object> mean = new LinkedHashMap<>();
            mean.put("name", contender.name());
            put(mean, "ratioToNative", results.meanRatioToNative(contender));
            put(mean, "ratioTo " + referenceName, results.meanRatioTo(referenceName, contender));
            means.add(mean);
        }
        return means;
    }

    private static void put(Map<String, Object> object, String name, OptionalDouble value) {
        value.ifPresent(number -> object.put(name, number));
    }
}
