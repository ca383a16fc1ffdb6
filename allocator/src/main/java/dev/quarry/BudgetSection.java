// SPDX-License-Identifier: Apache-2.0
package dev.quarry;

import java.util.List;
import java.util.Locale;

/// The budget in the text report: an addition with a summand on each line.
final class BudgetSection {
    private BudgetSection() {}

    static String text(Budget budget) {
        StringBuilder out = new StringBuilder(512);
        out.append(System.lineSeparator());
        terms(out, budget.others());
        row(out, "= left", budget.leftBytes(), "for the allocator");
        terms(out, budget.adjustments());
        row(out, "= limit", budget.limitBytes(), "quarry.limit=" + budget.asked());
        return out.toString();
    }

    private static void terms(StringBuilder out, List<Budget.Term> terms) {
        for (Budget.Term term : terms) {
            row(out, "budget", term.bytes(), term.name());
        }
    }

    private static void row(StringBuilder out, String name, long bytes, String remark) {
        out.append(String.format(Locale.ROOT, "%-14s %,20d   %s", name, bytes, remark))
                .append(System.lineSeparator());
    }
}
