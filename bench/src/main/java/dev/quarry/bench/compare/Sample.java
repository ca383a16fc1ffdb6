// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.compare;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/// The rounds of several processes that measured the same. Its figure is the median over the processes of the median of
/// their rounds.
///
/// @param processes the rounds of each
record Sample(List<double[]> processes) {
    Sample {
        if (processes.isEmpty()) {
            throw new IllegalArgumentException("a sample needs at least one process");
        }
        processes = List.copyOf(processes);
    }

    double figure() {
        return median(processes.stream().mapToDouble(Sample::median).toArray());
    }

    /// The same number of processes drawn from these, and of each as many rounds drawn from its own, each time all to
    /// choose from: what might as well have been measured, as far as this sample can tell.
    double resampledFigure(Draw draw) {
        return median(IntStream.range(0, processes.size())
                .mapToDouble(i -> resampledMedian(processes.get(draw.below(processes.size())), draw))
                .toArray());
    }

    /// Where the chances come from.
    @FunctionalInterface
    interface Draw {
        /// {@return a number from 0 to the bound, without it}
        int below(int bound);
    }

    private static double resampledMedian(double[] rounds, Draw draw) {
        return median(IntStream.range(0, rounds.length)
                .mapToDouble(i -> rounds[draw.below(rounds.length)])
                .toArray());
    }

    static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
