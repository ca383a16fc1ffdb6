// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.page;

import dev.quarry.bench.page.JmhFile.Case;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/// What the files of `./quarry bench` say of Quarry as most callers have it: by its facade, without a flag.
final class SuiteClaims {
    private static final String FACADE = "Quarry";
    private static final double LARGEST_SMALL_BYTES = 64 << 10;

    private SuiteClaims() {}

    static List<String> of(ResultsFolder run) {
        List<String> sentences = new ArrayList<>();
        Map<String, Double> workloads = new LinkedHashMap<>();
        run.workloads()
                .cases()
                .forEach(workload -> put(
                        workloads,
                        workload.compare(WorkloadSection.title(workload), WorkloadSection::nsPerOperation),
                        group -> group == Group.NATIVE));
        range(workloads)
                .map(range -> String.format(
                        Locale.ROOT,
                        "In the workloads an operation takes %.2f of the time of each one's fastest native malloc in C as"
                                + " the geometric mean, %s.",
                        Math.exp(workloads.values().stream()
                                .mapToDouble(Math::log)
                                .average()
                                .orElseThrow()),
                        range))
                .ifPresent(sentences::add);
        calls(run).ifPresent(sentences::add);
        run.latency().cases().forEach(latency -> latency(latency).ifPresent(sentences::add));
        Map<String, Double> memory = new LinkedHashMap<>();
        run.memory().cases().forEach(held -> put(memory, MemorySection.compare(held), group -> group == Group.NATIVE));
        range(memory)
                .map(range -> String.format(
                        Locale.ROOT,
                        "In the memory cases it holds no more than the best native malloc in %d of %d: %s.",
                        memory.values().stream().filter(ratio -> ratio <= 1).count(),
                        memory.size(),
                        range))
                .ifPresent(sentences::add);
        return sentences;
    }

    private static Optional<String> calls(ResultsFolder run) {
        Map<String, Double> pairs = new LinkedHashMap<>();
        for (JmhFile file : run.calls()) {
            if (file.suite().equals("pair")) {
                for (Map.Entry<Case, Comparison> entry :
                        CallSection.comparisons(file).entrySet()) {
                    if (CallLabels.sizeBytes(entry.getKey()).orElse(Double.MAX_VALUE) <= LARGEST_SMALL_BYTES) {
                        put(pairs, entry.getValue(), Group::isCompetitor);
                    }
                }
            }
        }
        return range(pairs)
                .map(range -> "A malloc and its free take, of the time of the best of all others that Java can call: "
                        + range + ".");
    }

    private static Optional<String> latency(SuiteFile.Case latency) {
        Map<String, Double> ratios = new LinkedHashMap<>();
        LatencySection.judged(latency).forEach(call -> put(ratios, call, group -> group == Group.NATIVE));
        List<Double> mallocAndFree = List.copyOf(ratios.values());
        return mallocAndFree.size() < 2
                ? Optional.empty()
                : Optional.of(String.format(
                        Locale.ROOT,
                        "Under %s a malloc takes at p%s %s the time of the best native one's, a free %s.",
                        latency.name(),
                        LatencySection.JUDGED,
                        Words.share(mallocAndFree.get(0)),
                        Words.number(mallocAndFree.get(1))));
    }

    private static void put(Map<String, Double> ratios, Comparison comparison, Predicate<Group> isMeant) {
        Optional<Measured> facade = comparison.quarry().stream()
                .filter(row -> row.label().equals(FACADE))
                .findFirst();
        Optional<Measured> best = comparison.best(isMeant);
        if (facade.isPresent() && best.isPresent()) {
            ratios.put(comparison.label(), facade.get().middle() / best.get().middle());
        }
    }

    /// From the best of the cases to the worst.
    private static Optional<String> range(Map<String, Double> ratios) {
        Optional<Map.Entry<String, Double>> least = ratios.entrySet().stream().min(Map.Entry.comparingByValue());
        Optional<Map.Entry<String, Double>> most = ratios.entrySet().stream().max(Map.Entry.comparingByValue());
        return least.flatMap(from -> most.map(to -> String.format(
                Locale.ROOT, "%.2f (%s) to %.2f (%s)", from.getValue(), from.getKey(), to.getValue(), to.getKey())));
    }
}
