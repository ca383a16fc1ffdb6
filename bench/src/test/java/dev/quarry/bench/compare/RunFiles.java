// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.compare;

import dev.quarry.bench.report.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Makes up results folders.
public final class RunFiles {
    private final Path folder;
    private final List<Object> workloads = new ArrayList<>();
    private final List<Object> memories = new ArrayList<>();
    private final List<Object> latencies = new ArrayList<>();
    private String scale = "full";
    private String jmh = "[]";

    public RunFiles(Path folder) {
        this.folder = folder;
    }

    public RunFiles ofScale(String name) {
        scale = name;
        return this;
    }

    /// A workload of one operation a round.
    public RunFiles workload(String name, String subject, List<List<Long>> processesRoundNs) {
        List<Object> processes = new ArrayList<>();
        processesRoundNs.forEach(rounds -> processes.add(Map.of("operations", 1, "roundNs", rounds)));
        workloads.add(suiteCase(name, subject, processes, null));
        return this;
    }

    public RunFiles failedWorkload(String name, String subject, String reason) {
        workloads.add(suiteCase(name, subject, List.of(), reason));
        return this;
    }

    public RunFiles memory(String name, String subject, long committedBytes, long endBytes) {
        Map<String, Object> process = Map.of(
                "peak", Map.of("committedBytes", committedBytes, "residentBytes", committedBytes),
                "end", Map.of("committedBytes", endBytes, "residentBytes", endBytes));
        memories.add(suiteCase(name, subject, List.of(process, process, process), null));
        return this;
    }

    public RunFiles latency(String name, String subject, List<Long> mallocNs) {
        List<Object> processes = new ArrayList<>();
        mallocNs.forEach(ns -> processes.add(Map.of("malloc", Map.of("percentiles", Map.of("99.99", ns)))));
        latencies.add(suiteCase(name, subject, processes, null));
        return this;
    }

    public RunFiles jmh(String mode, String subject, double score, String scoreError) {
        jmh = """
                [{"benchmark": "dev.quarry.bench.micro.PairBenchmark.pair", "mode": "%s", "threads": 1, "forks": 3,
                  "params": {"byteSize": "64", "subject": "%s"},
                  "primaryMetric": {"score": %s, "scoreError": %s, "scoreUnit": "ns/op"}}]
                """.formatted(mode, subject, score, scoreError);
        return this;
    }

    private static Map<String, @Nullable Object> suiteCase(
            String name, String subject, List<?> processes, @Nullable String failure) {
        Map<String, @Nullable Object> row = new LinkedHashMap<>();
        row.put("subject", subject);
        row.put("group", subject.startsWith("quarry") ? "quarry" : "native");
        row.put("processes", processes);
        row.put("failure", failure);
        Map<String, @Nullable Object> suiteCase = new LinkedHashMap<>();
        suiteCase.put("name", name);
        suiteCase.put("threads", 2);
        suiteCase.put("unit", "ns/op");
        suiteCase.put("rows", List.of(row));
        return suiteCase;
    }

    public Path write() throws IOException {
        Files.createDirectories(folder);
        Map<String, Object> machine = Map.of("cpu", "AMD EPYC", "processors", 2, "jvm", "a JVM");
        write("env.json", Json.write(Map.of("scale", scale, "machine", machine, "jmhSuites", List.of("pair"))));
        write("workloads.json", suite(workloads));
        write("memory.json", suite(memories));
        write("latency.json", suite(latencies));
        write("jmh-pair.json", jmh);
        return folder;
    }

    private static String suite(List<Object> cases) {
        return Json.write(Map.of("format", 1, "cases", cases));
    }

    private void write(String name, String text) throws IOException {
        Files.writeString(folder.resolve(name), text);
    }
}
