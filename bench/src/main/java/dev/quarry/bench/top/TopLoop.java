// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.top;

import dev.quarry.internal.live.LiveFolder;
import dev.quarry.internal.live.LiveReader;
import dev.quarry.internal.live.LiveSnapshot;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// Reads a live file again and again and shows it, until it is told to end, or the file is gone.
public final class TopLoop {
    private static final long KEY_POLL_NS = TimeUnit.MILLISECONDS.toNanos(50);

    /// Lines that are no size classes and no events, at most: head, buckets, counts, nodes, errors, help.
    private static final int OTHER_ROWS = 31;

    private static final int MIN_CLASSES = 5;
    private static final int MIN_EVENTS = 3;

    private final Path file;
    private final long intervalNs;
    private final long maxFrames;
    private @Nullable LiveSnapshot before;
    private @Nullable LiveSnapshot now;

    /// @param file       the live file
    /// @param intervalNs between two frames
    /// @param maxFrames  after which it ends; 0 for none
    public TopLoop(Path file, long intervalNs, long maxFrames) {
        this.file = file;
        this.intervalNs = intervalNs;
        this.maxFrames = maxFrames;
    }

    /// Prints a line for each frame.
    /// @param out where to
    /// @throws IOException if the file cannot be read at the start
    public void batch(PrintWriter out) throws IOException {
        Frame frame = read();
        out.println(BatchTable.heading());
        for (long shown = 1; ; shown++) {
            out.println(BatchTable.line(frame, ZoneId.systemDefault()));
            out.flush();
            if (shown == maxFrames || !frame.isAlive()) {
                return;
            }
            LockSupport.parkNanos(intervalNs);
            if (isGone()) {
                return;
            }
            frame = read();
        }
    }

    /// Shows frames on the terminal until `q` is pressed.
    /// @throws IOException if there is no terminal, or the file cannot be read
    public void interactive() throws IOException {
        Frame frame = read();
        ClassOrder order = ClassOrder.LIVE;
        try (Terminal terminal = new Terminal()) {
            for (long shown = 1; ; shown++) {
                terminal.show(page(frame, order, terminal.size()));
                int key = awaitKey(terminal);
                order = ClassOrder.of(key, order);
                if (key == 'q' || shown == maxFrames || isGone()) {
                    return;
                }
                frame = read();
            }
        }
    }

    private static List<String> page(Frame frame, ClassOrder order, Terminal.Size size) {
        int room = Math.max(0, size.rows() - OTHER_ROWS);
        int classes = Math.max(MIN_CLASSES, room / 2);
        int events = Math.max(MIN_EVENTS, room - room / 2);
        List<String> lines =
                new ArrayList<>(TopPage.lines(frame, order, size.columns(), classes, events, ZoneId.systemDefault()));
        int last = Math.max(0, size.rows() - 2);
        List<String> page = new ArrayList<>(lines.subList(0, Math.min(lines.size(), last)));
        page.add("");
        page.add(help(order, size.columns()));
        return page;
    }

    private static String help(ClassOrder order, int columns) {
        StringBuilder help = new StringBuilder("q quit; sort by");
        for (ClassOrder each : ClassOrder.values()) {
            help.append(each == ClassOrder.LIVE ? " " : ", ")
                    .append(each.key())
                    .append(' ')
                    .append(each.label());
        }
        help.append(" (now ").append(order.label()).append(')');
        return help.length() <= columns ? help.toString() : help.substring(0, columns);
    }

    private int awaitKey(Terminal terminal) throws IOException {
        long startNs = System.nanoTime();
        while (System.nanoTime() - startNs < intervalNs) {
            int key = terminal.key();
            if (key >= 0) {
                return key;
            }
            LockSupport.parkNanos(KEY_POLL_NS);
        }
        return -1;
    }

    private boolean isGone() {
        return !Files.exists(file);
    }

    /// A snapshot takes the place of the last one only when it has new figures, so that rates are of two that differ.
    private Frame read() throws IOException {
        LiveSnapshot read = LiveReader.read(file);
        LiveSnapshot last = now;
        if (last != null && read.snapshotNs() != last.snapshotNs()) {
            before = last;
        }
        now = read;
        return new Frame(read, before, LiveFolder.isAlive(file), System.currentTimeMillis());
    }
}
