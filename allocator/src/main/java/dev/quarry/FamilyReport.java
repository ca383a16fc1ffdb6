// SPDX-License-Identifier: Apache-2.0
package dev.quarry;

import java.util.Locale;

/// The report's section on an allocator's children: a line for each, indented by its depth.
final class FamilyReport {
    private static final int INDENT = 2;

    private final StringBuilder out = new StringBuilder(512);

    private FamilyReport() {}

    /// {@return the section; empty where there are no children}
    static String text(Family root) {
        if (root.children().isEmpty()) {
            return "";
        }
        FamilyReport report = new FamilyReport();
        report.line("");
        report.line("%-32s %18s %18s %18s %18s %12s", "tree", "limit", "committed", "of its own", "live", "blocks");
        report.member(root, 0);
        return report.out.toString();
    }

    private void member(Family member, int depth) {
        member.tryWith(() -> {
            AllocatorStats own = member.ownStats();
            line(
                    "%-32s %,18d %,18d %,18d %,18d %,12d",
                    " ".repeat(depth * INDENT) + member.self().name(),
                    own.limitBytes(),
                    member.ledger().committedBytes(),
                    own.committedBytes(),
                    own.liveBytes(),
                    own.liveBlocks());
        });
        for (Family child : member.children()) {
            member(child, depth + 1);
        }
    }

    private void line(String format, Object... arguments) {
        out.append(String.format(Locale.ROOT, format, arguments)).append(System.lineSeparator());
    }
}
