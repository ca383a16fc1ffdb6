// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.suite;

import dev.quarry.bench.memory.MemoryRun;
import java.util.List;
import java.util.Locale;

/// The kinds of cases. A kind says what a process is told on its command line, and which result file its figures go to.
public enum Suite {
    WORKLOADS("workload"),
    LATENCY("latency"),
    MEMORY("memory"),
    /// Each case is a JMH suite, whose one process compares all subjects by forks of its own.
    JMH("jmh");

    private final String argument;

    Suite(String argument) {
        this.argument = argument;
    }

    /// The name as on the command line and in result files.
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /// The file in a results folder in which the figures of this case are. For JMH each case has its own.
    public String fileName(String caseName) {
        return this == JMH ? "jmh-" + caseName + ".json" : fileName();
    }

    /// The one file of all cases of this suite; not for JMH.
    public String fileName() {
        return label() + ".json";
    }

    /// How a process is told what kind of case it runs.
    String argument() {
        return argument;
    }

    /// What a JVM gets beside the flags that all get.
    List<String> jvmFlags() {
        return this == MEMORY ? MemoryRun.JVM_FLAGS : List.of();
    }

    /// The suites whose cases share one file.
    public static List<Suite> withOneFile() {
        return List.of(WORKLOADS, LATENCY, MEMORY);
    }
}
