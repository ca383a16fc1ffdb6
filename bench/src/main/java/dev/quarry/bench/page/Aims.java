// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.page;

import dev.quarry.bench.page.ScalingSection.Gain;
import dev.quarry.bench.page.SuiteFile.Case;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// What Quarry wants to reach, and what of that it reached in a run.
final class Aims {
    private static final List<String> JUDGED_WORKLOADS = List.of("W1", "W2", "W5", "W7", "W8", "W9", "W10");
    private static final double MEAN_BOUND = 1.0;
    private static final double WORKLOAD_BOUND = 1.3;
    private static final double CALL_BOUND = 0.5;
    private static final double LARGEST_JUDGED_BYTES = 64 << 10;
    private static final double GAIN_BOUND = 1.9;
    private static final List<String> JUDGED_GAINS = List.of("W5", "W8");

    private Aims() {}

    /// One of them.
    ///
    /// @param text what is to be reached
    /// @param bound the most, or the least, that will do
    /// @param reached the figure, and which case it is from
    record Aim(String text, String bound, String reached, boolean isReached) {}

    /// Those of which the run has figures.
    static List<Aim> of(ResultsFolder run) {
        List<Aim> aims = new ArrayList<>();
        addWorkloads(aims, run);
        addCalls(aims, run);
        for (Case latency : run.latency().cases()) {
            addMost(
                    aims,
                    "p" + LatencySection.JUDGED + " under " + latency.nameAndId() + ", to " + bestNative(run.latency()),
                    MEAN_BOUND,
                    Ratios.of(LatencySection.judged(latency), group -> group == Group.NATIVE));
        }
        addMost(
                aims,
                "Memory held, to " + bestNative(run.memory()) + ", in each case",
                MEAN_BOUND,
                Ratios.of(
                        run.memory().cases().stream()
                                .map(MemorySection::compare)
                                .toList(),
                        group -> group == Group.NATIVE));
        addGains(aims, run);
        return aims;
    }

    /// The workloads that are judged, each with the most threads that it was run with, to the best native malloc.
    static Ratios workloads(ResultsFolder run) {
        return Ratios.of(
                judgedWorkloads(run).values().stream()
                        .map(WorkloadSection::compare)
                        .toList(),
                group -> group == Group.NATIVE);
    }

    private static Map<String, Case> judgedWorkloads(ResultsFolder run) {
        Map<String, Case> widest = new LinkedHashMap<>();
        for (Case workload : run.workloads().cases()) {
            if (JUDGED_WORKLOADS.contains(workload.id())) {
                widest.merge(workload.id(), workload, (a, b) -> a.threads() >= b.threads() ? a : b);
            }
        }
        return widest;
    }

    private static String bestNative(SuiteFile suite) {
        return "the best native malloc" + butForMissing(suite);
    }

    /// Names those that were not there, to stand behind "the best": without them it may be none to compare with.
    static String butForMissing(SuiteFile suite) {
        String missing = String.join(", ", suite.missing().keySet());
        return missing.isEmpty() ? "" : " but for " + missing;
    }

    private static void addWorkloads(List<Aim> aims, ResultsFolder run) {
        Ratios ratios = workloads(run);
        if (!ratios.isEmpty()) {
            double mean = ratios.geometricMean();
            List<String> ids = JUDGED_WORKLOADS.stream()
                    .filter(judgedWorkloads(run)::containsKey)
                    .toList();
            aims.add(new Aim(
                    "Workloads " + String.join(", ", ids) + ", to " + bestNative(run.workloads()) + ": geometric mean",
                    atMost(MEAN_BOUND),
                    Words.number(mean),
                    Ratios.isUpTo(mean, MEAN_BOUND)));
            addMost(aims, "The same, each of them", WORKLOAD_BOUND, ratios);
        }
    }

    private static void addCalls(List<Aim> aims, ResultsFolder run) {
        List<Comparison> judged = new ArrayList<>();
        for (JmhFile file : run.calls()) {
            CallSection.comparisons(file).forEach((parameters, comparison) -> {
                if (CallLabels.sizeBytes(parameters).orElse(Double.MAX_VALUE) <= LARGEST_JUDGED_BYTES) {
                    judged.add(new Comparison(file.suite() + ", " + comparison.label(), comparison.rows()));
                }
            });
        }
        addMost(
                aims,
                "Single calls up to 64 KiB, to the best other that Java can call, in each case",
                CALL_BOUND,
                Ratios.of(judged, Group::isCompetitor));
    }

    private static void addMost(List<Aim> aims, String text, double bound, Ratios ratios) {
        if (ratios.isEmpty()) {
            return;
        }
        String reached = ratios.countUpTo(bound) + " of " + ratios.count() + "; at worst " + ratios.greatest();
        aims.add(new Aim(
                text, atMost(bound), reached, Ratios.isUpTo(ratios.greatest().value(), bound)));
    }

    private static void addGains(List<Aim> aims, ResultsFolder run) {
        for (ScalingSection.Load load : ScalingSection.loads(run)) {
            Optional<Gain> quarry = load.gains().stream()
                    .filter(gain -> gain.group() == Group.QUARRY)
                    .min(Comparator.comparingDouble(Gain::times));
            if (JUDGED_GAINS.contains(load.id()) && quarry.isPresent() && load.widens(1, 2)) {
                double times = quarry.get().times();
                aims.add(new Aim(
                        "Operations of two threads, to those of one: " + load.title(),
                        String.format(Locale.ROOT, "at least %.1f", GAIN_BOUND),
                        Words.number(times),
                        times >= GAIN_BOUND));
            }
        }
    }

    private static String atMost(double bound) {
        return String.format(Locale.ROOT, "at most %.1f", bound);
    }
}
