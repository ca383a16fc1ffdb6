// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.buffer;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/// What the child processes found, by case and pool: of each figure the median of the processes.
public final class BufferResults {
    private static final List<BufferPool> COMPETITORS = List.of(BufferPool.ADAPTIVE, BufferPool.POOLED);

    private final Map<BufferCase, Map<BufferPool, List<Map<String, Object>>>> outputs = new LinkedHashMap<>();
    private final List<String> failures = new ArrayList<>();

    void add(BufferCase load, BufferPool pool, Map<String, Object> output) {
        outputs.computeIfAbsent(load, added -> new LinkedHashMap<>())
                .computeIfAbsent(pool, added -> new ArrayList<>())
                .add(output);
    }

    void fail(BufferCase load, BufferPool pool, String reason) {
        failures.add("%s, %s failed: %s".formatted(load.name(), pool.label(), reason));
    }

    /// {@return what failed, a sentence each}
    public List<String> failures() {
        return List.copyOf(failures);
    }

    /// {@return the cases that any pool finished}
    public List<BufferCase> cases() {
        return List.copyOf(outputs.keySet());
    }

    /// {@return the median of a figure; empty when no process gave it}
    public OptionalDouble median(BufferCase load, BufferPool pool, String figure) {
        double[] values = outputs.getOrDefault(load, Map.of()).getOrDefault(pool, List.of()).stream()
                .map(output -> output.get(figure))
                .filter(Number.class::isInstance)
                .mapToDouble(value -> ((Number) value).doubleValue())
                .sorted()
                .toArray();
        if (values.length == 0) {
            return OptionalDouble.empty();
        }
        return Arrays.stream(values, (values.length - 1) / 2, values.length / 2 + 1)
                .average();
    }

    /// {@return Quarry's figure over the least of its competitors'; empty when either is missing}
    public OptionalDouble ratio(BufferCase load, String figure) {
        OptionalDouble least = COMPETITORS.stream()
                .map(pool -> median(load, pool, figure))
                .filter(OptionalDouble::isPresent)
                .mapToDouble(OptionalDouble::getAsDouble)
                .min();
        OptionalDouble own = median(load, BufferPool.QUARRY, figure);
        return own.isPresent() && least.isPresent() && least.getAsDouble() > 0
                ? OptionalDouble.of(own.getAsDouble() / least.getAsDouble())
                : OptionalDouble.empty();
    }

    /// {@return all outputs, for JSON}
    public List<Map<String, Object>> rows() {
        List<Map<String, Object>> rows = new ArrayList<>();
        outputs.forEach((load, pools) -> pools.forEach((pool, processes) -> {
            Map<String, Object> row = new LinkedHashMap<>();
            row.put("case", load.name());
            row.put("pool", pool.label());
            row.put("processes", processes);
            rows.add(row);
        }));
        return rows;
    }
}
