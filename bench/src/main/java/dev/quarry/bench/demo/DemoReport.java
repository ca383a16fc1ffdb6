// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.demo;

import dev.quarry.bench.report.Json;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The results as JSON: the figures of the table, how they came about, and Quarry's report.
public final class DemoReport {
    private static final int VERSION = 1;

    private final List<DemoRow> rows;
    private final DemoPlan plan;

    public DemoReport(List<DemoRow> rows, DemoPlan plan) {
        this.rows = rows;
        this.plan = plan;
    }

    /// The whole report, as text.
    ///
    /// @param circumstances date, machine
    public String write(Map<String, Object> circumstances) {
        Map<String, Object> report = new LinkedHashMap<>();
        report.put("version", VERSION);
        report.putAll(circumstances);
        report.put("seconds", plan.total().toSeconds());
        report.put("idleSeconds", plan.idle().toSeconds());
        report.put("connections", DemoRun.CONNECTIONS);
        report.put("serverJvmFlags", DemoRun.SERVER_FLAGS);
        report.put("serverJvmArguments", plan.jvmArguments());
        List<Map<String, Object>> pools = new ArrayList<>();
        for (DemoRow row : rows) {
            Map<String, Object> pool = new LinkedHashMap<>();
            pool.put("name", row.pool());
            pool.putAll(row.client());
            pool.putAll(row.server());
            pools.add(pool);
        }
        report.put("pools", pools);
        return Json.write(report);
    }
}
