// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.page;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Predicate;

/// Over several cases, Quarry's figure to the best of some competitors: that of its facade without a flag, as most
/// callers have it.
final class Ratios {
    private final List<Ratio> ratios = new ArrayList<>();

    /// Of one case.
    record Ratio(String label, double value) {
        @Override
        public String toString() {
            return String.format(Locale.ROOT, "%.2f (%s)", value, label);
        }
    }

    /// Without the cases in which one of the two has no figure.
    static Ratios of(List<Comparison> comparisons, Predicate<Group> isMeant) {
        Ratios all = new Ratios();
        for (Comparison comparison : comparisons) {
            Optional<Measured> best = comparison.best(isMeant);
            comparison
                    .facade()
                    .flatMap(facade ->
                            best.map(other -> new Ratio(comparison.label(), facade.middle() / other.middle())))
                    .ifPresent(all.ratios::add);
        }
        return all;
    }

    boolean isEmpty() {
        return ratios.isEmpty();
    }

    int count() {
        return ratios.size();
    }

    /// In how many cases the ratio is no more than that.
    long countUpTo(double bound) {
        return ratios.stream().filter(ratio -> isUpTo(ratio.value(), bound)).count();
    }

    /// Whether a ratio is no more than a bound, to the two digits with which it is printed.
    static boolean isUpTo(double ratio, double bound) {
        return ratio < bound + 0.005;
    }

    Ratio least() {
        return ratios.stream().min(Comparator.comparingDouble(Ratio::value)).orElseThrow();
    }

    Ratio greatest() {
        return ratios.stream().max(Comparator.comparingDouble(Ratio::value)).orElseThrow();
    }

    double geometricMean() {
        return Math.exp(ratios.stream()
                .mapToDouble(ratio -> Math.log(ratio.value()))
                .average()
                .orElseThrow());
    }

    List<Ratio> all() {
        return List.copyOf(ratios);
    }
}
