// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.compare;

import java.util.SplittableRandom;
import java.util.stream.IntStream;

/// The interval of a ratio of two samples by the bootstrap: the processes are drawn anew, and in each of them its
/// rounds, 4,000 times; the interval is that of the middle 99 % of the ratios. The draws are the same in each run,
/// so that the same two folders give the same answer.
final class Bootstrap {
    private static final int RESAMPLES = 4_000;
    private static final double TAIL = 0.005;
    private static final long SEED = 20_251_121;

    private Bootstrap() {}

    static Interval ratio(Sample a, Sample b) {
        SplittableRandom random = new SplittableRandom(SEED);
        double[] ratios = IntStream.range(0, RESAMPLES)
                .mapToDouble(i -> b.resampledFigure(random::nextInt) / a.resampledFigure(random::nextInt))
                .sorted()
                .toArray();
        int skipped = (int) (RESAMPLES * TAIL);
        return new Interval(ratios[skipped], b.figure() / a.figure(), ratios[RESAMPLES - 1 - skipped]);
    }
}
