// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.compare;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// What differs between two runs.
///
/// @param changes all figures that both have, in the order of the first
/// @param onlyInA what the second run did not measure
/// @param onlyInB what the first run did not measure
public record Comparison(List<Change> changes, List<Measurement> onlyInA, List<Measurement> onlyInB) {
    /// Copies the lists.
    public Comparison {
        changes = List.copyOf(changes);
        onlyInA = List.copyOf(onlyInA);
        onlyInB = List.copyOf(onlyInB);
    }

    /// Compares two runs of the same scale.
    ///
    /// @throws IllegalArgumentException when they are of different scales
    public static Comparison of(RunFolder a, RunFolder b) {
        if (!a.scale().equals(b.scale())) {
            throw new IllegalArgumentException("%s is a %s run and %s a %s one: they measure different work"
                    .formatted(a.path(), a.scale(), b.path(), b.scale()));
        }
        Map<Measurement.Key, Measurement> left = new LinkedHashMap<>();
        b.measurements().forEach(measurement -> left.put(measurement.key(), measurement));
        List<Change> changes = new ArrayList<>();
        List<Measurement> onlyInA = new ArrayList<>();
        for (Measurement measurement : a.measurements()) {
            Measurement other = left.remove(measurement.key());
            if (other == null) {
                onlyInA.add(measurement);
            } else {
                changes.add(Change.of(measurement, other));
            }
        }
        return new Comparison(changes, onlyInA, List.copyOf(left.values()));
    }

    /// Whether anything became worse beyond the noise, or fails that did not.
    public boolean isWorse() {
        return changes.stream().anyMatch(Change::isWorse);
    }
}
