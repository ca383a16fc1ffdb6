// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.compare;

import java.util.Optional;

/// One figure of Quarry's in one run. Less is better, always.
///
/// @param key     what was measured; the same in both runs
/// @param unit    of the figure
/// @param figure  absent where it failed
/// @param failure why it failed
record Measurement(Key key, String unit, Optional<Figure> figure, Optional<String> failure) {
    static String threads(String count) {
        return count.equals("1") ? "1 thread" : count + " threads";
    }

    /// What was measured.
    ///
    /// @param suite   the kind of case
    /// @param name    of the case, with its parameters
    /// @param subject which of Quarry's interfaces
    /// @param measure which of the case's figures; empty where there is one
    record Key(String suite, String name, String subject, String measure) {
        String text() {
            return measure.isEmpty() ? name : name + ", " + measure;
        }
    }

    /// A figure and what is known of its noise: either the rounds of processes, or an interval that JMH made of its
    /// own iterations.
    ///
    /// @param processes how many processes it is from
    /// @param sample    the rounds, unless it is JMH's
    /// @param own       JMH's interval, or the figure alone
    record Figure(int processes, Optional<Sample> sample, Interval own) {
        static Figure of(Sample sample) {
            return new Figure(sample.processes().size(), Optional.of(sample), Interval.unknown(sample.figure()));
        }

        static Figure ofJmh(int forks, Interval interval) {
            return new Figure(forks, Optional.empty(), interval);
        }

        double value() {
            return own.figure();
        }

        /// How many times the other one is this one.
        Interval ratio(Figure other) {
            if (sample.isPresent() && other.sample.isPresent()) {
                return Bootstrap.ratio(sample.get(), other.sample.get());
            }
            // An error as large as the figure itself leaves no upper bound.
            double high = own.low() <= 0 ? Double.POSITIVE_INFINITY : other.own.high() / own.low();
            return new Interval(Math.max(0, other.own.low()) / own.high(), other.own.figure() / own.figure(), high);
        }
    }
}
