// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.child;

import dev.quarry.bench.subject.Footprint;
import dev.quarry.bench.subject.ReplayLoop;
import dev.quarry.bench.subject.Subject;
import dev.quarry.bench.trace.Trace;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.IntStream;

/// Times rounds of a trace, or samples what a subject holds during one.
final class ReplayMeasurement {
    private static final int SAMPLES = 16;

    private ReplayMeasurement() {}

    static Map<String, Object> rounds(Subject subject, Trace trace, int rounds) {
        ReplayLoop loop = subject.newReplay(trace.slotCount());
        int end = trace.words().length;
        long[] roundNs = new long[rounds];
        for (int round = 0; round < rounds; round++) {
            long startNs = System.nanoTime();
            loop.replayUntil(trace, 0, end);
            roundNs[round] = System.nanoTime() - startNs;
        }
        return Map.of("operations", trace.operations(), "roundNs", roundNs);
    }

    static Map<String, Object> peak(Subject subject, Trace trace) {
        ReplayLoop loop = subject.newReplay(trace.slotCount());
        Map<String, Object> result = new LinkedHashMap<>();
        result.put("heldBeforeBytes", held(loop.footprint()));
        Map<String, Long> atPeak = Map.of();
        long maxBytes = 0;
        int index = 0;
        for (int stop : stops(trace)) {
            index = loop.replayUntil(trace, index, stop);
            Map<String, Long> sample = loop.footprint();
            maxBytes = Math.max(maxBytes, held(sample));
            if (stop == trace.peak().wordIndex()) {
                atPeak = sample;
            }
        }
        loop.replayUntil(trace, index, trace.words().length);
        result.put("peakLiveBytes", trace.peak().liveBytes());
        result.put("heldAtPeakBytes", held(atPeak));
        result.put("heldMaxBytes", maxBytes);
        result.put("atPeak", atPeak);
        return result;
    }

    private static long held(Map<String, Long> footprint) {
        return footprint.getOrDefault(Footprint.HELD, 0L);
    }

    /// The peak, and some points evenly spread over the trace, in order.
    private static int[] stops(Trace trace) {
        int length = trace.words().length;
        IntStream spread = IntStream.range(0, SAMPLES).map(sample -> (int) ((long) length * sample / SAMPLES));
        return IntStream.concat(spread, IntStream.of(trace.peak().wordIndex()))
                .sorted()
                .distinct()
                .toArray();
    }
}
