// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.workload;

import java.time.Duration;
import java.util.Locale;

/// How much a workload does.
public enum Scale {
    /// A fixed amount of work in a few milliseconds, always the same: what tests run.
    TINY(1, Duration.ZERO, Duration.ZERO),
    /// About a second a round.
    QUICK(3, Duration.ofSeconds(1), Duration.ofSeconds(2)),
    /// About five seconds a round.
    FULL(3, Duration.ofSeconds(5), Duration.ofSeconds(2));

    private final int rounds;
    private final Duration roundTime;
    private final Duration warmUpTime;

    Scale(int rounds, Duration roundTime, Duration warmUpTime) {
        this.rounds = rounds;
        this.roundTime = roundTime;
        this.warmUpTime = warmUpTime;
    }

    /// Rounds that are timed.
    int rounds() {
        return rounds;
    }

    /// After which workloads that go by time are stopped; zero where they go by the amount of work.
    Duration roundTime() {
        return roundTime;
    }

    /// Rounds are run untimed for at least so long.
    Duration warmUpTime() {
        return warmUpTime;
    }

    /// How often a workload that goes by time does its step at most.
    long limit(long tiny) {
        return this == TINY ? tiny : Long.MAX_VALUE;
    }

    /// The amount of work of a workload that does not go by time.
    int work(int tiny, int quick, int full) {
        return switch (this) {
            case TINY -> tiny;
            case QUICK -> quick;
            case FULL -> full;
        };
    }

    public static Scale of(String argument) {
        return valueOf(argument.toUpperCase(Locale.ROOT));
    }
}
