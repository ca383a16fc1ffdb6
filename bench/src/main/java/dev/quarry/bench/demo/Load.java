// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.demo;

import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.Recorder;

/// What the connections of a client share: whether to go on, and what is counted.
final class Load {
    private static final int SIGNIFICANT_DIGITS = 3;

    private final Consumer<String> onFailure;
    private final Recorder latenciesNs = new Recorder(SIGNIFICANT_DIGITS);
    private final LongAdder answers = new LongAdder();
    private volatile boolean isEnding;

    /// @param onFailure is told why the load cannot go on
    Load(Consumer<String> onFailure) {
        this.onFailure = onFailure;
    }

    /// Figures of a load that fails here and there would mean nothing: all of it ends.
    void fail(String reason) {
        onFailure.accept(reason);
    }

    void answered(long latencyNs) {
        latenciesNs.recordValue(latencyNs);
        answers.increment();
    }

    long answers() {
        return answers.sum();
    }

    /// {@return the latencies since the last call, in nanoseconds}
    Histogram takeLatencies() {
        return latenciesNs.getIntervalHistogram();
    }

    void end() {
        isEnding = true;
    }

    boolean isEnding() {
        return isEnding;
    }
}
