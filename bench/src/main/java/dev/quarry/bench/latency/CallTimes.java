// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.latency;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.HdrHistogram.Histogram;

/// The times of one thread's calls. Not thread-safe.
final class CallTimes {
    private static final List<String> PERCENTS = List.of("50", "90", "99", "99.9", "99.99", "99.999", "100");
    private static final long MAX_NS = (1L << 41) - 1;

    final Histogram mallocNs = newHistogram();
    final Histogram freeNs = newHistogram();

    /// Exact below 256 ns, within 1/128 above, as that of `bench/native/histogram.h`.
    static Histogram newHistogram() {
        return new Histogram(1, MAX_NS, 2);
    }

    void add(CallTimes other) {
        mallocNs.add(other.mallocNs);
        freeNs.add(other.freeNs);
    }

    Map<String, Object> summary() {
        Map<String, Object> calls = new LinkedHashMap<>();
        calls.put("malloc", summary(mallocNs));
        calls.put("free", summary(freeNs));
        return calls;
    }

    /// The number of samples, and under each percentage the greatest sample of which so many are at most.
    static Map<String, Object> summary(Histogram histogram) {
        Map<String, Long> percentiles = new LinkedHashMap<>();
        for (String percent : PERCENTS) {
            percentiles.put(percent, histogram.getValueAtPercentile(Double.parseDouble(percent)));
        }
        return Map.of("count", histogram.getTotalCount(), "percentiles", percentiles);
    }
}
