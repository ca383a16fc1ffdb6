// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.memory;

import java.util.LinkedHashMap;
import java.util.Map;

/// Asks for one block of each size and for how much of it may be used. What an allocator keeps in front of a block for
/// itself (8 bytes in glibc) is not in it.
final class InternalFragmentation {
    private static final int MAX_BYTES = 64 << 10;

    /// Below, the smallest block is what counts, not how classes are spaced.
    private static final int SMALLEST_TELLING_BYTES = 129;

    private InternalFragmentation() {}

    static void run(Measurement measurement) {
        BlockTable table = measurement.newTable(1);
        long[] usableBytes = new long[MAX_BYTES + 1];
        for (int byteSize = 1; byteSize <= MAX_BYTES; byteSize++) {
            table.allocate(0, byteSize);
            usableBytes[byteSize] = table.usableBytes();
            table.free(0);
        }
        measurement.read("all sizes");
        Map<String, Object> rows = new LinkedHashMap<>();
        for (SizeDistribution distribution : SizeDistribution.values()) {
            rows.put(distribution.label(), row(distribution, usableBytes).toJson());
        }
        measurement.facts().put(Figure.NAME, row(SizeDistribution.LOG_UNIFORM, usableBytes).bytes);
        measurement.facts().put(Figure.MEANING, "usable bytes over requested bytes, sizes log-uniform to 64 KiB");
        measurement.facts().put("usableOverRequested", rows);
    }

    /// Usable over requested, under one distribution.
    ///
    /// @param worst of all sizes that occur
    /// @param worstAbove128 of those above 128 bytes
    /// @param mean of the ratios, by the weights of the sizes
    /// @param bytes all usable bytes over all requested ones
    private record Row(double worst, double worstAbove128, double mean, double bytes) {
        Map<String, Object> toJson() {
            Map<String, Object> members = new LinkedHashMap<>();
            members.put("worst", worst);
            members.put("worstAbove128", worstAbove128);
            members.put("mean", mean);
            members.put("bytes", bytes);
            return members;
        }
    }

    private static Row row(SizeDistribution distribution, long[] usableBytes) {
        double worst = 0;
        double worstAbove128 = 0;
        double weights = 0;
        double ratios = 0;
        double usable = 0;
        double requested = 0;
        for (int byteSize = 1; byteSize <= MAX_BYTES; byteSize++) {
            double weight = distribution.weight(byteSize);
            if (weight > 0) {
                double ratio = usableBytes[byteSize] / (double) byteSize;
                worst = Math.max(worst, ratio);
                worstAbove128 = byteSize < SMALLEST_TELLING_BYTES ? worstAbove128 : Math.max(worstAbove128, ratio);
                weights += weight;
                ratios += weight * ratio;
                usable += weight * usableBytes[byteSize];
                requested += weight * byteSize;
            }
        }
        return new Row(worst, worstAbove128, ratios / weights, usable / requested);
    }
}
