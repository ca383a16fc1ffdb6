// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.result;

import java.util.List;

/// The rounds of one process, in nanoseconds per operation, in the order in which they were run.
public record Timing(List<Double> roundNs) {
    /// Copies the list.
    public Timing {
        if (roundNs.isEmpty()) {
            throw new IllegalArgumentException("a timing needs at least one round");
        }
        roundNs = List.copyOf(roundNs);
    }

    public static Timing of(long operations, List<Long> elapsedNs) {
        return new Timing(elapsedNs.stream().map(ns -> (double) ns / operations).toList());
    }

    public double firstNs() {
        return roundNs.get(0);
    }

    public double bestNs() {
        return roundNs.stream().mapToDouble(Double::doubleValue).min().orElseThrow();
    }

    public double medianNs() {
        List<Double> sorted = roundNs.stream().sorted().toList();
        int middle = sorted.size() / 2;
        return sorted.size() % 2 == 1 ? sorted.get(middle) : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
    }
}
