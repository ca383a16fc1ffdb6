// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.result;

import dev.quarry.bench.result.Contender.Group;
import dev.quarry.bench.result.Workload.Kind;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.function.Function;

/// All figures of a run, and the comparisons that are drawn from them.
public final class Results {
    private final Map<Workload, List<Row>> rows = new LinkedHashMap<>();

    public Row addRow(Workload workload, Contender contender) {
        Row row = new Row(contender);
        rows.computeIfAbsent(workload, key -> new ArrayList<>()).add(row);
        return row;
    }

    public List<Workload> workloads() {
        return List.copyOf(rows.keySet());
    }

    public List<Row> rows(Workload workload) {
        return List.copyOf(rows.getOrDefault(workload, List.of()));
    }

    public boolean hasFailures() {
        return rows.values().stream()
                .flatMap(List::stream)
                .anyMatch(row -> row.failure().isPresent());
    }

    /// Quarry's modes that replayed a trace.
    public List<Contender> quarryContenders() {
        return workloads().stream()
                .filter(workload -> workload.kind() == Kind.TRACE)
                .flatMap(workload -> rows(workload).stream())
                .map(Row::contender)
                .filter(contender -> contender.group() == Group.QUARRY)
                .distinct()
                .toList();
    }

    /// The best round of the fastest native allocator.
    public OptionalDouble fastestNativeNs(Workload workload) {
        return leastNative(workload, Row::bestNs);
    }

    /// The bytes held by the most frugal native allocator.
    public OptionalDouble leastNativeHeldBytes(Workload workload) {
        return leastNative(workload, Row::heldBytes);
    }

    private OptionalDouble leastNative(Workload workload, Function<Row, OptionalDouble> figure) {
        return rows(workload).stream()
                .filter(row -> row.contender().group() == Group.NATIVE)
                .map(figure)
                .flatMapToDouble(OptionalDouble::stream)
                .min();
    }

    /// Over all traces, the geometric mean of a contender's best round divided by the fastest native's.
    public OptionalDouble meanRatioToNative(Contender contender) {
        return meanRatio(contender, this::fastestNativeNs);
    }

    /// Over all traces, the geometric mean of a contender's best round divided by that of another.
    public OptionalDouble meanRatioTo(String otherName, Contender contender) {
        return meanRatio(contender, workload -> bestNs(workload, otherName));
    }

    private OptionalDouble bestNs(Workload workload, String name) {
        return rows(workload).stream()
                .filter(row -> row.contender().name().equals(name))
                .map(Row::bestNs)
                .flatMapToDouble(OptionalDouble::stream)
                .findFirst();
    }

    private OptionalDouble meanRatio(Contender contender, Function<Workload, OptionalDouble> denominator) {
        OptionalDouble meanLogarithm = workloads().stream()
                .filter(workload -> workload.kind() == Kind.TRACE)
                .map(workload -> ratio(bestNs(workload, contender.name()), denominator.apply(workload)))
                .flatMapToDouble(OptionalDouble::stream)
                .map(Math::log)
                .average();
        return meanLogarithm.stream().map(Math::exp).findFirst();
    }

    public static OptionalDouble ratio(OptionalDouble value, OptionalDouble base) {
        return value.isPresent() && base.isPresent()
                ? OptionalDouble.of(value.getAsDouble() / base.getAsDouble())
                : OptionalDouble.empty();
    }
}
