// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.page;

import dev.quarry.bench.page.JmhFile.Case;
import dev.quarry.bench.page.Plots.Axis;
import dev.quarry.bench.page.Plots.Line;
import dev.quarry.bench.page.Plots.Point;
import dev.quarry.bench.page.View.Plot;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/// Lines by size for a JMH suite whose cases have sizes, a plot for each set of the other parameters.
final class SizePlots {
    private static final int LEAST_SIZES = 3;
    private static final Axis SIZE = new Axis("block size", true, "bytes");
    private static final Axis TIME = new Axis("time of a call", true, "ns");

    private SizePlots() {}

    static List<Plot> of(String anchor, JmhFile file, Map<Case, Comparison> comparisons) {
        CallLabels labels = new CallLabels(file);
        Map<String, Map<String, Line>> plots = new LinkedHashMap<>();
        comparisons.forEach((parameters, comparison) -> {
            OptionalDouble size = CallLabels.sizeBytes(parameters);
            if (size.isPresent()) {
                add(
                        plots.computeIfAbsent(labels.withoutSize(parameters), key -> new LinkedHashMap<>()),
                        size.getAsDouble(),
                        comparison);
            }
        });
        List<Plot> drawn = new ArrayList<>();
        plots.forEach((rest, lines) -> {
            if (lines.values().stream().anyMatch(line -> line.points().size() >= LEAST_SIZES)) {
                String caption = rest.isEmpty() ? "Time by size" : "Time by size: " + rest;
                drawn.add(Plots.lines(
                        anchor + "-sizes-" + drawn.size(), caption, SIZE, TIME, List.copyOf(lines.values())));
            }
        });
        return drawn;
    }

    private static void add(Map<String, Line> lines, double sizeBytes, Comparison comparison) {
        for (Measured row : comparison.rows()) {
            row.value().ifPresent(ns -> {
                Line line =
                        lines.computeIfAbsent(row.label(), label -> new Line(label, row.group(), new ArrayList<>()));
                line.points().add(new Point(sizeBytes, ns));
                line.points().sort(Comparator.comparingDouble(Point::x));
            });
        }
    }
}
