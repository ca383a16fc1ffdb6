// SPDX-License-Identifier: Apache-2.0
package dev.quarry.soak;

import java.util.Arrays;

/// The robust slope of a series: the median of the slopes between all pairs of points (Theil 1950, Sen 1968). Up to a
/// quarter of the points may be anything without moving it far.
final class TheilSen {
    /// Standard deviations that a normal value exceeds by chance in one case of twenty.
    private static final double ONE_IN_TWENTY = 1.645;

    private final double[] slopes;
    private final int points;

    /// Takes time in proportion to the square of the points.
    /// @param x strictly ascending
    /// @param y as many, at least two
    TheilSen(double[] x, double[] y) {
        if (x.length != y.length || x.length < 2) {
            throw new IllegalArgumentException("a slope needs two points or more: " + x.length + ", " + y.length);
        }
        points = x.length;
        slopes = new double[points * (points - 1) / 2];
        int count = 0;
        for (int later = 1; later < points; later++) {
            for (int earlier = 0; earlier < later; earlier++) {
                slopes[count++] = (y[later] - y[earlier]) / (x[later] - x[earlier]);
            }
        }
        Arrays.sort(slopes);
    }

    /// {@return the change of y for a change of x by 1}
    double slope() {
        return middle(slopes);
    }

    /// {@return what the slope is at least, but for one case in twenty} By the variance of Kendall's S: the series may
    /// jump as it likes, as long as its jumps are independent.
    double leastSlope() {
        double n = points;
        double deviation = Math.sqrt(n * (n - 1) * (2 * n + 5) / 18);
        int index = (int) ((slopes.length - ONE_IN_TWENTY * deviation) / 2);
        return slopes[Math.max(0, index)];
    }

    /// {@return the middle value, or the mean of both}
    static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return middle(sorted);
    }

    private static double middle(double[] sorted) {
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
