// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.page;

import java.util.List;

/// A figure and its error bar.
///
/// @param middle the figure itself
/// @param low the lower end of the error bar
/// @param high the upper end of the error bar
record Spread(double middle, double low, double high) {
    /// The median of some figures, and the least and the greatest of them.
    static Spread of(List<Double> values) {
        List<Double> sorted = values.stream().sorted().toList();
        return new Spread(median(sorted), sorted.get(0), sorted.get(sorted.size() - 1));
    }

    static double median(List<Double> values) {
        List<Double> sorted = values.stream().sorted().toList();
        int middle = sorted.size() / 2;
        return sorted.size() % 2 == 1 ? sorted.get(middle) : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
    }

    /// In multiples of a base.
    Spread dividedBy(double base) {
        return new Spread(middle / base, low / base, high / base);
    }

    /// Less what the measurement itself costs.
    Spread minus(double base) {
        return new Spread(middle - base, low - base, high - base);
    }

    boolean overlaps(Spread other) {
        return low <= other.high && other.low <= high;
    }
}
