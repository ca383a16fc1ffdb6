// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.buffer;

import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;

/// The results as a table for the reader. Ratios are Quarry's to the better of Netty's two pools: below 1 is better.
public final class BufferTable {
    private static final double MIB = 1 << 20;
    private static final String ABSENT = "-";
    private static final int NAME_CHARACTERS = 42;
    private static final int CELL_CHARACTERS = 10;
    private static final String[] BURST_FIGURES = {"Filled", "After0s", "After1s", "After5s", "After10s", "After15s"};

    private final BufferResults results;
    private final StringBuilder text = new StringBuilder();

    public BufferTable(BufferResults results) {
        this.results = results;
    }

    public String print() {
        speed();
        memory();
        bursts();
        results.failures().forEach(this::line);
        return text.toString();
    }

    private void speed() {
        row("ns a buffer", "adaptive", "pooled", "quarry", "ratio", "garbage");
        for (BufferCase load : results.cases()) {
            if (!load.isBurst()) {
                row(
                        load.name(),
                        ns(load, BufferPool.ADAPTIVE),
                        ns(load, BufferPool.POOLED),
                        ns(load, BufferPool.QUARRY),
                        number(results.ratio(load, "nsPerBuffer"), "%.2f"),
                        number(results.median(load, BufferPool.QUARRY, "garbageBytesPerBuffer"), "%.2f"));
            }
        }
        line("");
    }

    private void memory() {
        List<BufferCase> cases = results.cases().stream()
                .filter(load -> results.median(load, BufferPool.QUARRY, "peakResidentBytes")
                        .isPresent())
                .toList();
        if (cases.isEmpty()) {
            return;
        }
        row("peak resident MiB of the process", "adaptive", "pooled", "quarry", "ratio");
        for (BufferCase load : cases) {
            row(
                    load.name(),
                    mebibytes(load, BufferPool.ADAPTIVE),
                    mebibytes(load, BufferPool.POOLED),
                    mebibytes(load, BufferPool.QUARRY),
                    number(results.ratio(load, "peakResidentBytes"), "%.2f"));
        }
        line("");
    }

    /// What is resident above what was before, over time.
    private void bursts() {
        for (BufferCase load : results.cases()) {
            if (load.isBurst()) {
                row(load.name() + ", MiB above before", "filled", "released", "1 s", "5 s", "10 s", "15 s");
                for (BufferPool pool : BufferPool.values()) {
                    row("  " + pool.label(), aboveBefore(load, pool));
                }
                line("");
            }
        }
    }

    private String[] aboveBefore(BufferCase load, BufferPool pool) {
        OptionalDouble before = results.median(load, pool, "residentBytesBefore");
        String[] cells = new String[BURST_FIGURES.length];
        for (int i = 0; i < cells.length; i++) {
            OptionalDouble then = results.median(load, pool, "residentBytes" + BURST_FIGURES[i]);
            cells[i] = before.isPresent() && then.isPresent()
                    ? String.format(Locale.ROOT, "%.0f", (then.getAsDouble() - before.getAsDouble()) / MIB)
                    : ABSENT;
        }
        return cells;
    }

    private String ns(BufferCase load, BufferPool pool) {
        return number(results.median(load, pool, "nsPerBuffer"), "%.1f");
    }

    private String mebibytes(BufferCase load, BufferPool pool) {
        OptionalDouble bytes = results.median(load, pool, "peakResidentBytes");
        return bytes.isPresent() ? String.format(Locale.ROOT, "%.0f", bytes.getAsDouble() / MIB) : ABSENT;
    }

    private static String number(OptionalDouble value, String format) {
        return value.isPresent() ? String.format(Locale.ROOT, format, value.getAsDouble()) : ABSENT;
    }

    private void row(String name, String... cells) {
        StringBuilder line = new StringBuilder(name);
        int end = NAME_CHARACTERS;
        for (String cell : cells) {
            end += CELL_CHARACTERS;
            line.repeat(' ', Math.max(1, end - cell.length() - line.length())).append(cell);
        }
        line(line.toString());
    }

    private void line(String line) {
        text.append(line).append(System.lineSeparator());
    }
}
