// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.result;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.ToDoubleFunction;

/// What one contender reached on one workload. Filled while the children run; a contender that failed keeps the reason.
public final class Row {
    private final Contender contender;
    private final List<Timing> forks = new ArrayList<>();
    private final List<String> failures = new ArrayList<>();
    private final Map<String, Object> peak = new LinkedHashMap<>();
    private final Map<String, Object> facts = new LinkedHashMap<>();

    Row(Contender contender) {
        this.contender = contender;
    }

    public Contender contender() {
        return contender;
    }

    /// One entry for each process that measured time.
    public List<Timing> forks() {
        return List.copyOf(forks);
    }

    public void addFork(Timing timing) {
        forks.add(timing);
    }

    /// What the process said of itself: library, version, memory access.
    public Map<String, Object> facts() {
        return facts;
    }

    /// Figures of bytes held, as the child printed them; empty where none were taken.
    public Map<String, Object> peak() {
        return peak;
    }

    public Optional<String> failure() {
        return failures.stream().findFirst();
    }

    public void fail(String reason) {
        failures.add(reason);
    }

    /// The least of the processes' first rounds.
    public OptionalDouble firstNs() {
        return least(Timing::firstNs);
    }

    public OptionalDouble bestNs() {
        return least(Timing::bestNs);
    }

    /// The least of the processes' medians.
    public OptionalDouble medianNs() {
        return least(Timing::medianNs);
    }

    private OptionalDouble least(ToDoubleFunction<Timing> figure) {
        return forks.stream().mapToDouble(figure).min();
    }

    public OptionalDouble heldBytes() {
        return peak.get("heldAtPeakBytes") instanceof Number bytes
                ? OptionalDouble.of(bytes.doubleValue())
                : OptionalDouble.empty();
    }

    /// The part of the committed bytes that is metadata, at the peak; for Quarry only.
    public OptionalDouble metadataShare() {
        return peak.get("atPeak") instanceof Map<?, ?> atPeak
                        && atPeak.get("metadataBytes") instanceof Number metadata
                        && atPeak.get("committedBytes") instanceof Number committed
                ? OptionalDouble.of(metadata.doubleValue() / committed.doubleValue())
                : OptionalDouble.empty();
    }
}
