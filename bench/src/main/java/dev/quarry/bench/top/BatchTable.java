// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.top;

import dev.quarry.internal.live.LiveCounter;
import dev.quarry.internal.live.LiveSnapshot;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/// A frame as one line of numbers in bytes and counts, for files and other programs.
public final class BatchTable {
    private BatchTable() {}

    /// {@return the names of the columns}
    public static String heading() {
        StringBuilder line =
                new StringBuilder(String.format(Locale.ROOT, "%-8s %14s %14s", "time", "limit", "committed"));
        for (Bucket bucket : Bucket.ALL) {
            line.append(String.format(Locale.ROOT, " %14s", bucket.name()));
        }
        return line.append(String.format(
                        Locale.ROOT,
                        " %12s %12s %8s %8s %8s",
                        "mallocs/s",
                        "frees/s",
                        "pressure",
                        "refusals",
                        "errors"))
                .toString();
    }

    /// Writes a line.
    /// @param frame    what there is
    /// @param timeZone in which its time is written
    /// @return the line
    public static String line(Frame frame, ZoneId timeZone) {
        LiveSnapshot now = frame.now();
        String time = DateTimeFormatter.ofPattern("HH:mm:ss", Locale.ROOT)
                .withZone(timeZone)
                .format(Instant.ofEpochMilli(frame.nowEpochMs()));
        StringBuilder line = new StringBuilder(String.format(
                Locale.ROOT,
                "%-8s %14d %14d",
                time,
                now.get(LiveCounter.LIMIT_BYTES),
                now.get(LiveCounter.COMMITTED_BYTES)));
        for (Bucket bucket : Bucket.ALL) {
            line.append(String.format(Locale.ROOT, " %14d", now.get(bucket.counter())));
        }
        return line.append(String.format(
                        Locale.ROOT,
                        " %12.0f %12.0f %8d %8d %8d",
                        frame.rate(LiveCounter.MALLOCS),
                        frame.rate(LiveCounter.FREES),
                        now.get(LiveCounter.PRESSURE_LEVEL),
                        now.get(LiveCounter.LIMIT_REFUSALS),
                        frame.errorCount()))
                .toString();
    }
}
