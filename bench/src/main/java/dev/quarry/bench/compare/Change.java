// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.compare;

import java.util.Optional;

/// One figure in both runs, and what is to be made of it.
///
/// @param a     the measurement of the first run
/// @param b     that of the second
/// @param ratio how many times the second is the first; absent where one of them failed
record Change(Measurement a, Measurement b, Optional<Interval> ratio, Verdict verdict) {
    /// With three processes or more on both sides the smallest change that counts.
    static final double LEAST_CHANGE = 0.05;

    /// With fewer. The rounds of a single process do not show how much processes differ from each other, for each has
    /// its own addresses and its own compiled code.
    static final double LEAST_CHANGE_OF_FEW = 0.15;

    static final int ENOUGH_PROCESSES = 3;

    /// What is to be made of a change.
    enum Verdict {
        BETTER("better"),
        NOISE("within the noise"),
        WORSE("WORSE"),
        FAILS_NOW("FAILS NOW"),
        WORKS_NOW("works now"),
        FAILED_BOTH("failed in both");

        private final String text;

        Verdict(String text) {
            this.text = text;
        }

        String text() {
            return text;
        }
    }

    static Change of(Measurement a, Measurement b) {
        if (a.figure().isPresent() && b.figure().isPresent()) {
            Measurement.Figure first = a.figure().get();
            Measurement.Figure second = b.figure().get();
            Interval ratio = first.ratio(second);
            int processes = Math.min(first.processes(), second.processes());
            double least = processes >= ENOUGH_PROCESSES ? LEAST_CHANGE : LEAST_CHANGE_OF_FEW;
            return new Change(a, b, Optional.of(ratio), verdict(ratio, least));
        }
        if (a.figure().isEmpty() && b.figure().isEmpty()) {
            return new Change(a, b, Optional.empty(), Verdict.FAILED_BOTH);
        }
        return new Change(a, b, Optional.empty(), b.figure().isEmpty() ? Verdict.FAILS_NOW : Verdict.WORKS_NOW);
    }

    /// A change counts when the interval does not hold 1 and when it is large enough. Where there is no interval its
    /// size alone decides.
    private static Verdict verdict(Interval ratio, double least) {
        if (ratio.figure() > 1 + least && (!ratio.isKnown() || ratio.low() > 1)) {
            return Verdict.WORSE;
        }
        if (ratio.figure() < 1 / (1 + least) && (!ratio.isKnown() || ratio.high() < 1)) {
            return Verdict.BETTER;
        }
        return Verdict.NOISE;
    }

    boolean isWorse() {
        return verdict == Verdict.WORSE || verdict == Verdict.FAILS_NOW;
    }

    boolean isBetter() {
        return verdict == Verdict.BETTER || verdict == Verdict.WORKS_NOW;
    }
}
