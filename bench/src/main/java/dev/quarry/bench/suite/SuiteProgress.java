// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.suite;

import dev.quarry.bench.runner.Progress;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// Says what runs and how long all of it will go on: on a terminal in one line that is written over each second, else
/// in a line for each process.
public final class SuiteProgress {
    private static final long REDRAW_MILLIS = 1000;
    private static final String REWRITE = "\r\033[K";

    private final PrintStream out;
    private final boolean isTerminal;
    private final LongSupplier clockNs;
    private final Scale scale;
    private final Deque<Step> left = new ArrayDeque<>();
    private final Map<SuiteCase, Measured> measured = new HashMap<>();
    private final Measured all = new Measured();
    private boolean isRedrawn;
    private @Nullable Step running;
    private int total;
    private int done;
    private long startNs;

    /// How long processes took, and how long they were expected to take.
    private static final class Measured {
        private long count;
        private long expectedNs;
        private long elapsedNs;

        void add(long expected, long elapsed) {
            count++;
            expectedNs += expected;
            elapsedNs += elapsed;
        }

        double factor() {
            return expectedNs == 0 ? 1 : (double) elapsedNs / expectedNs;
        }
    }

    /// @param isTerminal whether a line can be written over
    /// @param clockNs    the time
    public SuiteProgress(PrintStream out, boolean isTerminal, LongSupplier clockNs, Scale scale) {
        this.out = out;
        this.isTerminal = isTerminal;
        this.clockNs = clockNs;
        this.scale = scale;
    }

    synchronized void start(int totalSteps, List<Step> stepsLeft) {
        total = totalSteps;
        done = totalSteps - stepsLeft.size();
        left.addAll(stepsLeft);
        if (done > 0) {
            out.printf("Going on: %d of %d processes are done.%n", done, total);
        }
        if (isTerminal) {
            isRedrawn = true;
            Thread.ofPlatform().daemon().name("progress").start(this::redrawEachSecond);
        }
    }

    synchronized void begin(Step step) {
        left.removeFirst();
        running = step;
        startNs = clockNs.getAsLong();
        if (isTerminal) {
            redraw();
        } else {
            out.println(line(step));
        }
    }

    synchronized void end(Step step) {
        long elapsedNs = clockNs.getAsLong() - startNs;
        long expectedNs = expectedNs(step);
        measured.computeIfAbsent(step.suiteCase(), key -> new Measured()).add(expectedNs, elapsedNs);
        all.add(expectedNs, elapsedNs);
        running = null;
        done++;
    }

    synchronized void skip(Step step) {
        left.remove(step);
        done++;
    }

    synchronized void fail(Step step, String reason) {
        out.printf(
                "%s%s, %s failed: %s%n",
                isTerminal ? REWRITE : "",
                step.suiteCase().label(),
                step.subject().name(),
                reason);
    }

    synchronized void finish() {
        if (isRedrawn) {
            isRedrawn = false;
            notifyAll();
            out.print(REWRITE);
            out.flush();
        }
    }

    private synchronized void redrawEachSecond() {
        try {
            while (isRedrawn) {
                redraw();
                wait(REDRAW_MILLIS);
            }
        } catch (InterruptedException ending) {
            Thread.currentThread().interrupt();
        }
    }

    private void redraw() {
        Step step = running;
        if (step != null) {
            out.print(REWRITE + line(step));
            out.flush();
        }
    }

    private String line(Step step) {
        return "[%3d/%d] %s, %s%s, about %s left"
                .formatted(
                        done + 1,
                        total,
                        step.suiteCase().label(),
                        step.subject().name(),
                        step.process() > 1 ? ", process " + step.process() : "",
                        Progress.format(timeLeft()));
    }

    Duration timeLeft() {
        double leftNs = 0;
        for (Step step : left) {
            leftNs += likelyNs(step);
        }
        Step step = running;
        if (step != null) {
            leftNs += Math.max(0, likelyNs(step) - (clockNs.getAsLong() - startNs));
        }
        return Duration.ofNanos((long) leftNs);
    }

    /// What the other processes of the case took is the best guess, else how far guesses were off until now.
    private double likelyNs(Step step) {
        Measured ofCase = measured.get(step.suiteCase());
        return ofCase == null ? expectedNs(step) * all.factor() : (double) ofCase.elapsedNs / ofCase.count;
    }

    private long expectedNs(Step step) {
        return step.suiteCase().expected(scale).toNanos();
    }
}
