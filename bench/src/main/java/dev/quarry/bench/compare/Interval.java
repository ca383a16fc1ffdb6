// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.compare;

/// A figure and between what bounds it likely is. The bounds are NaN where nothing is known of them.
record Interval(double low, double figure, double high) {
    static Interval unknown(double figure) {
        return new Interval(Double.NaN, figure, Double.NaN);
    }

    boolean isKnown() {
        return !Double.isNaN(low) && !Double.isNaN(high);
    }
}
