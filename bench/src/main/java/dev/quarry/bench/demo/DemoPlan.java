// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.demo;

import java.time.Duration;
import java.util.List;

/// How a demo goes.
///
/// @param total        for everything; each pool has the same part of it
/// @param idle         how long a server is left alone after its load
/// @param port         of the servers, 0 for any
/// @param jvmArguments added to the command lines of the servers
public record DemoPlan(Duration total, Duration idle, int port, List<String> jvmArguments) {
    /// What starting two processes, replaying the recording and ending both take for each pool, about.
    private static final Duration AROUND_LOAD = Duration.ofSeconds(3);

    private static final Duration MIN_LOAD = Duration.ofSeconds(1);

    /// {@return the least total for this pause}
    public static Duration minTotal(Duration idle) {
        return AROUND_LOAD.plus(MIN_LOAD).plus(idle).multipliedBy(DemoRun.POOLS.size());
    }

    /// {@return for how long each server is driven: all for the same time, even if the whole takes longer then}
    Duration load() {
        return total.dividedBy(DemoRun.POOLS.size()).minus(idle).minus(AROUND_LOAD);
    }
}
