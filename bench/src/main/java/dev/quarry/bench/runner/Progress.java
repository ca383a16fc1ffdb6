// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.runner;

import java.io.PrintStream;
import java.time.Duration;

/// Says on standard error what runs and roughly how long it will go on.
public final class Progress {
    private final PrintStream out;
    private int total;
    private int done;
    private long startNs;

    public Progress(PrintStream out) {
        this.out = out;
    }

    public void start(int total) {
        this.total = total;
        startNs = System.nanoTime();
        out.printf("Processes to run, one after another: %d. The table follows.%n", total);
    }

    public void next(String workload, String contender, String what) {
        out.printf("[%3d/%d] %s, %s, %s%s%n", done + 1, total, workload, contender, what, timeLeft());
        done++;
    }

    public void finish() {
        out.printf("Done in %s.%n", format(elapsed()));
    }

    private String timeLeft() {
        if (done == 0) {
            return "";
        }
        Duration left = elapsed().multipliedBy(total - done).dividedBy(done);
        return " (about " + format(left) + " left)";
    }

    private Duration elapsed() {
        return Duration.ofNanos(System.nanoTime() - startNs);
    }

    /// Minutes and seconds, as a reader says them.
    public static String format(Duration duration) {
        long seconds = Math.max(1, duration.toSeconds());
        return seconds < 60 ? seconds + " s" : seconds / 60 + " min " + seconds % 60 + " s";
    }
}
