// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.page;

import dev.quarry.bench.page.View.Plot;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// What the page's script needs to draw a plot.
final class Plots {
    private Plots() {}

    /// An axis.
    ///
    /// @param isLog whether equal steps are equal ratios
    /// @param format how the script prints a tick: `ns`, `bytes`, `count`, `percentile`, `seconds`
    record Axis(String label, boolean isLog, String format) {
        private Map<String, Object> data() {
            return Map.of("label", label, "log", isLog, "format", format);
        }
    }

    /// A line.
    record Line(String name, Group group, List<Point> points) {}

    /// A point of a line, with its error bar.
    record Point(double x, Spread y) {}

    /// A bar for each allocator of a case: its figure in multiples of the best competitor's.
    static Plot ratios(String id, String caption, String axis, Comparison comparison) {
        List<Map<String, Object>> rows = new ArrayList<>();
        for (Measured row : comparison.rows()) {
            if (row.group() != Group.VOID) {
                comparison.ratio(row).ifPresent(ratio -> rows.add(bar(row.label(), row.group(), ratio)));
            }
        }
        return new Plot(id, "bars", caption, Map.of("axis", axis, "rows", rows));
    }

    /// A bar for each row of Quarry's in several cases.
    static Plot ratiosOfQuarry(String id, String caption, String axis, List<Comparison> comparisons) {
        List<Map<String, Object>> rows = new ArrayList<>();
        for (Comparison comparison : comparisons) {
            List<Measured> quarry = comparison.quarry();
            for (Measured row : quarry) {
                String label = quarry.size() == 1 ? comparison.label() : comparison.label() + ": " + row.label();
                comparison.ratio(row).ifPresent(ratio -> rows.add(bar(label, row.group(), ratio)));
            }
        }
        return new Plot(id, "bars", caption, Map.of("axis", axis, "rows", rows));
    }

    static Plot lines(String id, String caption, Axis x, Axis y, List<Line> lines) {
        List<Map<String, Object>> series = new ArrayList<>();
        for (Line line : lines) {
            Map<String, Object> object = new LinkedHashMap<>();
            object.put("name", line.name());
            object.put("group", line.group().argument());
            object.put("points", line.points().stream().map(Plots::point).toList());
            series.add(object);
        }
        return new Plot(id, "lines", caption, Map.of("x", x.data(), "y", y.data(), "series", series));
    }

    /// Whether there is anything to be seen in a plot.
    static boolean isDrawn(Plot plot) {
        return plot.data().values().stream().anyMatch(value -> value instanceof List<?> list && !list.isEmpty());
    }

    private static List<Double> point(Point point) {
        return List.of(point.x(), point.y().middle(), point.y().low(), point.y().high());
    }

    private static Map<String, Object> bar(String label, Group group, Spread ratio) {
        Map<String, Object> bar = new LinkedHashMap<>();
        bar.put("label", label);
        bar.put("group", group.argument());
        bar.put("ratio", ratio.middle());
        bar.put("low", ratio.low());
        bar.put("high", ratio.high());
        return bar;
    }
}
