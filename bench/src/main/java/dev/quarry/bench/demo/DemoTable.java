// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.demo;

import java.time.Duration;
import java.util.List;
import java.util.Locale;

/// The figures as a table for the reader, with what each of them is.
public final class DemoTable {
    private static final double MIB = 1 << 20;
    private static final double NS_PER_MS = 1e6;
    private static final String INDENT = "  ";
    private static final int NAME_CHARACTERS = 8;
    private static final int CELL_CHARACTERS = 12;

    private final List<DemoRow> rows;
    private final Duration idle;
    private final StringBuilder text = new StringBuilder();

    public DemoTable(List<DemoRow> rows, Duration idle) {
        this.rows = rows;
        this.idle = idle;
    }

    public String print() {
        line(String.format(
                Locale.ROOT,
                "Netty HTTP/1.1 server, TLS (%s), gzip, JSON; %d connections, each with one request at a time",
                rows.get(0).tls(),
                DemoRun.CONNECTIONS));
        columns("", "", "p50", "p99", "p99.9", "allocator", "peak", "RSS " + idle.toSeconds() + " s", "live");
        columns("", "requests/s", "ms", "ms", "ms", "ns/buffer", "RSS MiB", "later MiB", "bytes");
        for (DemoRow row : rows) {
            columns(
                    row.pool(),
                    number("%,.0f", row.requestsPerSecond()),
                    number("%.2f", row.p50Ns() / NS_PER_MS),
                    number("%.2f", row.p99Ns() / NS_PER_MS),
                    number("%.2f", row.p999Ns() / NS_PER_MS),
                    number("%.1f", row.nsPerBuffer()),
                    number("%.1f", row.peakResidentBytes() / MIB),
                    number("%.1f", row.residentBytesAfter() / MIB),
                    number("%,.0f", row.liveBytesAfter()));
        }
        line("");
        line("requests/s, ms: seen by the client; one that waits for each answer sends less to a slower server");
        line("ns/buffer: what one event loop did under load, done again alone: a buffer's allocation and release");
        line("RSS: the whole server process, Java heap included; live: requested and not released");
        line("");
        return text.toString();
    }

    private static String number(String format, double value) {
        return String.format(Locale.ROOT, format, value);
    }

    private void columns(String name, String... cells) {
        StringBuilder line = new StringBuilder(INDENT).append(name);
        int end = INDENT.length() + NAME_CHARACTERS;
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
