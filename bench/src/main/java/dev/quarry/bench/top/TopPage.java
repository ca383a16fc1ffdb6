// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.top;

import dev.quarry.internal.live.ClassColumn;
import dev.quarry.internal.live.LiveCounter;
import dev.quarry.internal.live.LiveSnapshot;
import dev.quarry.internal.live.NodeColumn;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/// A frame as lines of text: what it is, buckets, rates, nodes, size classes, errors, events.
///
/// Each bucket's bar begins where the last one ended, so all together are as long as what is committed.
public final class TopPage {
    private static final int MIN_BAR_COLUMNS = 10;
    private static final int BAR_AT = 33;
    private static final int MAX_ERRORS = 5;
    private static final long QUIET_MS = 5_000;

    private final Frame frame;
    private final ClassOrder order;
    private final int columns;
    private final ZoneId timeZone;
    private final List<String> lines = new ArrayList<>();

    private TopPage(Frame frame, ClassOrder order, int columns, ZoneId timeZone) {
        this.frame = frame;
        this.order = order;
        this.columns = columns;
        this.timeZone = timeZone;
    }

    /// Writes a page.
    /// @param frame     what there is
    /// @param order     of the size classes
    /// @param columns   how wide a line may be; longer ones are cut
    /// @param maxClasses how many size classes are shown
    /// @param maxEvents how many of the last events are shown
    /// @param timeZone  in which times are written
    /// @return the lines
    public static List<String> lines(
            Frame frame, ClassOrder order, int columns, int maxClasses, int maxEvents, ZoneId timeZone) {
        TopPage page = new TopPage(frame, order, columns, timeZone);
        page.head();
        page.buckets();
        page.counts();
        page.nodes();
        page.classes(maxClasses);
        page.errors();
        page.events(maxEvents);
        return page.lines;
    }

    private void head() {
        LiveSnapshot now = frame.now();
        String state = frame.isAlive()
                ? "up " + Units.age(frame.nowEpochMs() - now.createdEpochMs())
                : "not running, last sign " + time(now.heartbeatEpochMs(), "yyyy-MM-dd HH:mm:ss");
        add("quarry \"%s\"  process %d  %s", now.name(), now.pid(), state);
        if (!now.isWhole()) {
            add("! the figures were being written when the process died, and may not add up");
        }
        if (now.snapshotNs() == 0) {
            add("! there are no figures yet");
        }
        long quietMs = frame.nowEpochMs() - now.heartbeatEpochMs();
        if (frame.isAlive() && quietMs > QUIET_MS) {
            add("! nothing new for %s: its maintenance does not run, or it is stopped", Units.age(quietMs));
        }
    }

    private void buckets() {
        LiveSnapshot now = frame.now();
        long committed = now.get(LiveCounter.COMMITTED_BYTES);
        long limit = now.get(LiveCounter.LIMIT_BYTES);
        add(
                "committed %12s of %s (%.1f %%), at most %s so far; pressure %d",
                Units.bytes(committed),
                Units.bytes(limit),
                percent(committed, limit),
                Units.bytes(now.get(LiveCounter.COMMITTED_MAX_BYTES)),
                now.get(LiveCounter.PRESSURE_LEVEL));
        add("");
        int barColumns = Math.max(MIN_BAR_COLUMNS, columns - BAR_AT - 2);
        long before = 0;
        for (Bucket bucket : Bucket.ALL) {
            long bytes = now.get(bucket.counter());
            if (bucket.counter() != LiveCounter.IN_FLIGHT_BYTES || bytes != 0) {
                int from = cell(before, committed, barColumns);
                int to = cell(before + bytes, committed, barColumns);
                add(
                        "%-10s %12s %5.1f %% |%s%s%s|",
                        bucket.name(),
                        Units.bytes(bytes),
                        percent(bytes, committed),
                        " ".repeat(Math.min(from, to)),
                        "#".repeat(Math.abs(to - from)),
                        " ".repeat(barColumns - Math.max(from, to)));
            }
            before += bytes;
        }
    }

    private static int cell(long bytes, long of, int cells) {
        return of <= 0 ? 0 : Math.clamp(Math.round((double) bytes / of * cells), 0, cells);
    }

    private static double percent(long part, long of) {
        return 100.0 * part / Math.max(1, of);
    }

    private void counts() {
        LiveSnapshot now = frame.now();
        add("");
        if (frame.hasRates()) {
            add(
                    "a second: %s mallocs, %s frees (%s remote), %s refills, %s flushes, %s commits, %s purged",
                    Units.count(frame.rate(LiveCounter.MALLOCS)),
                    Units.count(frame.rate(LiveCounter.FREES)),
                    Units.count(frame.rate(LiveCounter.REMOTE_FREES)),
                    Units.count(frame.classesRate(ClassColumn.REFILLS)),
                    Units.count(frame.classesRate(ClassColumn.FLUSHES)),
                    Units.count(frame.rate(LiveCounter.COMMITS)),
                    Units.bytes(frame.rate(LiveCounter.PURGED_BYTES)));
        }
        add(
                "so far:   %s mallocs, %s frees (%s remote), %s live blocks, %s purged",
                Units.count(now.get(LiveCounter.MALLOCS)),
                Units.count(now.get(LiveCounter.FREES)),
                Units.count(now.get(LiveCounter.REMOTE_FREES)),
                Units.count(now.get(LiveCounter.LIVE_BLOCKS)),
                Units.bytes(now.get(LiveCounter.PURGED_BYTES)));
        add(
                "          %d refused by the limit, %d exhausted, %d invalid frees; %d arenas, %d of them idle",
                now.get(LiveCounter.LIMIT_REFUSALS),
                now.get(LiveCounter.EXHAUSTIONS),
                now.get(LiveCounter.INVALID_FREES),
                now.get(LiveCounter.ARENAS),
                now.get(LiveCounter.IDLE_ARENAS));
    }

    private void nodes() {
        add("");
        add("%6s %12s %12s %12s %12s %8s", "node", "committed", "dirty", "clean", "purged", "full");
        for (long[] node : frame.now().nodes()) {
            add(
                    "%6s %12s %12s %12s %12s %8d",
                    node[NodeColumn.NODE] < 0 ? "spread" : Long.toString(node[NodeColumn.NODE]),
                    Units.bytes(node[NodeColumn.COMMITTED_BYTES]),
                    Units.bytes(node[NodeColumn.DIRTY_BYTES]),
                    Units.bytes(node[NodeColumn.CLEAN_BYTES]),
                    Units.bytes(node[NodeColumn.PURGED_BYTES]),
                    node[NodeColumn.FULL_REFUSALS]);
        }
    }

    private void classes(int max) {
        List<Integer> rows = IntStream.range(0, frame.now().sizeClasses().size())
                .filter(row -> frame.now().sizeClasses().get(row)[ClassColumn.MALLOCS] != 0)
                .boxed()
                .sorted(Comparator.comparingDouble((Integer row) -> -order.weight(frame, row)))
                .limit(max)
                .toList();
        if (rows.isEmpty()) {
            return;
        }
        String unit = frame.hasRates() ? "/s" : "";
        add("");
        add(
                "%6s %7s %9s %9s %9s %11s %10s %10s %10s",
                "slot",
                "slabs",
                "live",
                "free",
                "kept",
                "live bytes",
                "mallocs" + unit,
                "frees" + unit,
                "refills" + unit);
        for (int row : rows) {
            long[] values = frame.now().sizeClasses().get(row);
            add(
                    "%6d %7d %9s %9s %9s %11s %10s %10s %10s",
                    values[ClassColumn.SLOT_BYTES],
                    values[ClassColumn.SLABS],
                    Units.count(values[ClassColumn.LIVE]),
                    Units.count(values[ClassColumn.FREE]),
                    Units.count(values[ClassColumn.LOOKASIDE]),
                    Units.bytes((double) values[ClassColumn.LIVE] * values[ClassColumn.SLOT_BYTES]),
                    rateOrCount(row, ClassColumn.MALLOCS),
                    rateOrCount(row, ClassColumn.FREES),
                    rateOrCount(row, ClassColumn.REFILLS));
        }
    }

    private String rateOrCount(int row, int column) {
        return Units.count(
                frame.hasRates()
                        ? frame.classRate(row, column)
                        : frame.now().sizeClasses().get(row)[column]);
    }

    private void errors() {
        List<LiveSnapshot.ErrorEntry> errors = frame.now().errors();
        if (errors.isEmpty()) {
            return;
        }
        add("");
        add("errors, %d of %d distinct ones, the latest first", Math.min(MAX_ERRORS, errors.size()), errors.size());
        errors.stream()
                .sorted(Comparator.comparingLong(LiveSnapshot.ErrorEntry::lastEpochMs)
                        .reversed())
                .limit(MAX_ERRORS)
                .forEach(error -> add(
                        "%9s times, last %s: %s",
                        Units.count(error.count()), time(error.lastEpochMs(), "HH:mm:ss"), error.text()));
    }

    private void events(int max) {
        List<LiveSnapshot.Event> events = frame.now().events();
        if (events.isEmpty() || max == 0) {
            return;
        }
        add("");
        add("last events");
        for (LiveSnapshot.Event event : events.subList(Math.max(0, events.size() - max), events.size())) {
            add(
                    "%s %-16s %5s %12s  detail %d%s",
                    time(frame.now().toEpochMs(event.atNs()), "HH:mm:ss.SSS"),
                    event.name(),
                    event.node() < 0 ? "" : "node " + event.node(),
                    Units.bytes(event.bytes()),
                    event.detail(),
                    event.durationNs() == 0 ? "" : ", " + Units.duration(event.durationNs()));
        }
    }

    private String time(long epochMs, String pattern) {
        return DateTimeFormatter.ofPattern(pattern, Locale.ROOT)
                .withZone(timeZone)
                .format(Instant.ofEpochMilli(epochMs));
    }

    /// A file is not trusted with the terminal's control characters.
    private void add(String format, Object... arguments) {
        String line = String.format(Locale.ROOT, format, arguments)
                .replaceAll("\\p{Cntrl}", " ")
                .stripTrailing();
        lines.add(line.length() <= columns ? line : line.substring(0, columns));
    }
}
