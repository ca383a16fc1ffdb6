// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.page;

import dev.quarry.bench.page.Ratios.Ratio;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// What the files of `./quarry bench` say of Quarry.
final class SuiteClaims {
    private static final double LARGEST_SMALL_BYTES = 64 << 10;

    private SuiteClaims() {}

    static List<String> of(ResultsFolder run) {
        List<String> sentences = new ArrayList<>();
        Ratios workloads = Aims.workloads(run);
        if (!workloads.isEmpty()) {
            sentences.add(String.format(
                    Locale.ROOT,
                    "In the %d workloads that are judged an operation takes %s the time of each one's fastest native"
                            + " malloc in C%s as the geometric mean, %s.",
                    workloads.count(),
                    Words.share(workloads.geometricMean()),
                    Aims.butForMissing(run.workloads()),
                    range(workloads)));
        }
        Ratios pairs = Ratios.of(pairs(run), Group::isCompetitor);
        if (!pairs.isEmpty()) {
            sentences.add("A malloc and its free take, of the time of the best of all others that Java can call: "
                    + range(pairs) + ".");
        }
        run.latency()
                .cases()
                .forEach(latency ->
                        latency(latency, Aims.butForMissing(run.latency())).ifPresent(sentences::add));
        Ratios memory = Ratios.of(
                run.memory().cases().stream().map(MemorySection::compare).toList(), group -> group == Group.NATIVE);
        if (!memory.isEmpty()) {
            sentences.add(String.format(
                    Locale.ROOT,
                    "In the memory cases it holds no more than the best native malloc%s in %d of %d: %s.",
                    Aims.butForMissing(run.memory()),
                    memory.countUpTo(1),
                    memory.count(),
                    range(memory)));
        }
        return sentences;
    }

    private static List<Comparison> pairs(ResultsFolder run) {
        List<Comparison> pairs = new ArrayList<>();
        for (JmhFile file : run.calls()) {
            if (file.suite().equals("pair")) {
                CallSection.comparisons(file).forEach((parameters, comparison) -> {
                    if (CallLabels.sizeBytes(parameters).orElse(Double.MAX_VALUE) <= LARGEST_SMALL_BYTES) {
                        pairs.add(comparison);
                    }
                });
            }
        }
        return pairs;
    }

    private static Optional<String> latency(SuiteFile.Case latency, String butForMissing) {
        List<Ratio> mallocAndFree = Ratios.of(LatencySection.judged(latency), group -> group == Group.NATIVE)
                .all();
        return mallocAndFree.size() < 2
                ? Optional.empty()
                : Optional.of(String.format(
                        Locale.ROOT,
                        "Under %s a malloc takes at p%s %s the time of the best native one's%s, a free %s.",
                        latency.name(),
                        LatencySection.JUDGED,
                        Words.share(mallocAndFree.get(0).value()),
                        butForMissing,
                        Words.number(mallocAndFree.get(1).value())));
    }

    /// From the best of the cases to the worst.
    private static String range(Ratios ratios) {
        return ratios.least() + " to " + ratios.greatest();
    }
}
