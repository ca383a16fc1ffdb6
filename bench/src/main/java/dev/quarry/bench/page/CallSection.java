// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.page;

import dev.quarry.bench.page.JmhFile.Case;
import dev.quarry.bench.page.JmhFile.Entry;
import dev.quarry.bench.page.View.Plot;
import dev.quarry.bench.page.View.Question;
import dev.quarry.bench.page.View.Section;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The JMH suites: how long single calls take in Java. The time of the void allocator is taken from each figure.
final class CallSection {
    private static final String AXIS = "times the best competitor's time";
    private static final Standing STANDING = new Standing("takes %s the time of", "ns");
    private static final Map<String, String> QUESTIONS = Map.of(
            "pair", "How long does a malloc and the free of its block take, by size?",
            "batch", "And when many blocks are live, and freed in this or that order?",
            "realloc", "How long does it take to grow a block?",
            "calloc", "How long does a zeroed block take?",
            "aligned", "How long does an aligned block take?",
            "segment", "How long does memory with bounds take: segments, arenas and direct buffers?",
            "hand-over", "How long does it take when one thread allocates and another frees?",
            "threads", "Does it hold with more threads, platform and virtual?");

    private CallSection() {}

    static Section of(List<JmhFile> files, Map<String, String> notes) {
        return new Section(
                "calls",
                "Single calls in Java",
                "JMH, nanoseconds a call, every allocator called from Java. From each figure the time of the same"
                        + " benchmark with an allocator that does nothing (void) is taken; the tables show that time as"
                        + " well. Error bars are JMH's own, 99.9 % of confidence.",
                List.of(),
                files.stream().map(file -> question(file, notes)).toList());
    }

    private static Question question(JmhFile file, Map<String, String> notes) {
        Map<Case, Comparison> comparisons = comparisons(file);
        String key = "jmh/" + file.suite();
        String anchor = "jmh-" + file.suite();
        List<Plot> plots = new ArrayList<>();
        plots.add(Plots.ratiosOfQuarry(
                anchor + "-ratios",
                "Quarry's time: less than 1 is faster than the best of all others",
                AXIS,
                List.copyOf(comparisons.values())));
        plots.addAll(SizePlots.of(anchor, file, comparisons));
        return new Question(
                key,
                anchor,
                file.suite(),
                QUESTIONS.getOrDefault(file.suite(), "How long do the calls of the suite " + file.suite() + " take?"),
                words(List.copyOf(comparisons.values())),
                comparisons.values().stream().anyMatch(Comparison::isLost),
                notes.getOrDefault(key, ""),
                plots,
                CallTables.of(file, comparisons));
    }

    static Map<Case, Comparison> comparisons(JmhFile file) {
        CallLabels labels = new CallLabels(file);
        Map<Case, Comparison> comparisons = new LinkedHashMap<>();
        file.byCase().forEach((parameters, entries) -> {
            double voidNs = voidNs(entries);
            List<Measured> rows =
                    entries.stream().map(entry -> measured(entry, voidNs)).toList();
            comparisons.put(parameters, new Comparison(labels.of(parameters), rows));
        });
        return comparisons;
    }

    private static double voidNs(List<Entry> entries) {
        return entries.stream()
                .filter(entry -> Names.groupInJava(entry.subject()) == Group.VOID)
                .mapToDouble(entry -> entry.ns().middle())
                .findFirst()
                .orElse(0);
    }

    /// Without a figure where the allocator takes no longer than void: its time is lost in that of the measurement.
    private static Measured measured(Entry entry, double voidNs) {
        Group group = Names.groupInJava(entry.subject());
        Spread own = group == Group.VOID ? entry.ns() : entry.ns().minus(voidNs);
        Optional<Spread> value = own.middle() > 0
                ? Optional.of(new Spread(own.middle(), Math.max(own.low(), own.middle() / 100), own.high()))
                : Optional.empty();
        return new Measured(
                Names.allocator(entry.subject()),
                group,
                value,
                value.isPresent() ? Optional.empty() : Optional.of("no longer than void"));
    }

    private static List<String> words(List<Comparison> comparisons) {
        List<Comparison> judged = comparisons.stream()
                .filter(comparison -> comparison.worstRatio().isPresent())
                .toList();
        if (judged.isEmpty()) {
            return List.of("Quarry or every competitor has no figure here.");
        }
        if (judged.size() == 1) {
            return STANDING.of(judged.get(0));
        }
        List<Comparison> sorted = judged.stream()
                .sorted((a, b) -> Double.compare(worst(a), worst(b)))
                .toList();
        long lost = judged.stream().filter(Comparison::isLost).count();
        String count = lost == 0
                ? "Quarry is faster than every competitor in all " + judged.size() + " cases."
                : "Quarry is slower than the best competitor in " + lost + " of " + judged.size() + " cases.";
        return List.of(count, extreme("At best", sorted.get(0)), extreme("At worst", sorted.get(sorted.size() - 1)));
    }

    private static double worst(Comparison comparison) {
        return comparison.worstRatio().orElseThrow().middle();
    }

    /// The row of Quarry's that stands worst in a case.
    private static String extreme(String rank, Comparison comparison) {
        return rank + " (" + comparison.label() + "): "
                + STANDING.of(comparison, comparison.worst().orElseThrow());
    }
}
