// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.suite;

import dev.quarry.bench.memory.MemoryCase;
import dev.quarry.bench.micro.JmhSuites;
import dev.quarry.bench.suite.SuiteCase.Seconds;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/// All cases that there are, in the order in which a reader meets them. A quick run asks Quarry and the native
/// allocators, with which it competes; a full run asks all others as well.
final class SuiteCases {
    private static final String NS_PER_OPERATION = "ns/op";
    private static final String NS = "ns";
    private static final String BYTES = "bytes";

    /// As many threads as there are processors.
    private static final int ALL = 0;

    private static final Seconds WORKLOAD = new Seconds(5, 19);
    private static final Seconds LATENCY = new Seconds(6, 40);
    private static final Seconds MEMORY = new Seconds(1, 5);
    private static final Seconds MEMORY_AND_WAITING = new Seconds(6, 40);

    /// Cases that watch for a while what becomes of memory that nobody uses.
    private static final Set<MemoryCase> WAITING =
            EnumSet.of(MemoryCase.STRANDING, MemoryCase.BURST_IDLE, MemoryCase.BURST_TRAFFIC);

    private static final List<String> QUARRY_AND_NATIVES = Stream.concat(
                    Stream.of(Competitors.QUARRY), Competitors.natives().stream())
            .toList();
    private static final List<String> OTHERS =
            List.of(Competitors.QUARRY_LOCAL, Competitors.QUARRY_EXPORT, Competitors.LIBC_CRITICAL, Competitors.VOID);

    private static final List<String> OTHERS_OF_MEMORY = List.of(Competitors.NETTY_POOLED, Competitors.NETTY_ADAPTIVE);

    private SuiteCases() {}

    /// {@return every case}
    static List<SuiteCase> all() {
        return Stream.of(workloads(), latencies(), memories(), jmhSuites())
                .flatMap(List::stream)
                .toList();
    }

    /// Those that read what they wrote go without the allocator that does nothing: its blocks overlap.
    private static List<SuiteCase> workloads() {
        return List.of(
                workload("W1", "larson", "What does a server cost whose threads end and leave their blocks?"),
                workload("W2", "xmalloc", "What does it cost when one thread frees what another allocates?")
                        .without(Competitors.VOID),
                workload("W5", "mstress", "What do mixed sizes cost that threads keep, drop and exchange?")
                        .without(Competitors.VOID),
                workload("W5", "mstress", "What does the same cost one thread?")
                        .without(Competitors.VOID)
                        .withThreads(1),
                workload("W6", "mleak", "What do short-lived threads cost that leave a block each?")
                        .onlyInFullRuns(),
                workload("W7", "rptest", "What do random sizes up to 16 KB cost, some of them handed over?")
                        .without(Competitors.VOID),
                workload("W8", "alloc-test", "What do small blocks cost, some of them replaced far more often?"),
                workload("W8", "alloc-test", "What does the same cost one thread?")
                        .withThreads(1),
                workload("W9", "glibc-simple", "What does one size at a time cost, first in first out and reverse?"),
                workload("W10", "glibc-thread", "What do tiny blocks cost in threads that share nothing?"),
                workload("W14", "rbstress", "What does it cost to keep a burst of blocks and drop them all?")
                        .onlyInFullRuns(),
                workload("W20", "contention", "What does it cost when any thread frees any other's blocks?")
                        .onlyInFullRuns());
    }

    private static SuiteCase workload(String id, String name, String question) {
        return suiteCase(Suite.WORKLOADS, id, name, question, NS_PER_OPERATION, WORKLOAD, QUARRY_AND_NATIVES, OTHERS);
    }

    private static List<SuiteCase> latencies() {
        String question = "How long do the slowest calls of malloc and free take?";
        return List.of(suiteCase(Suite.LATENCY, "W5", "mstress", question, NS, LATENCY, QUARRY_AND_NATIVES, OTHERS)
                .without(Competitors.VOID));
    }

    private static List<SuiteCase> memories() {
        return Stream.of(MemoryCase.values()).map(SuiteCases::memory).toList();
    }

    private static SuiteCase memory(MemoryCase memoryCase) {
        SuiteCase suiteCase = suiteCase(
                Suite.MEMORY,
                memoryCase.id(),
                memoryCase.label(),
                memoryCase.question(),
                BYTES,
                WAITING.contains(memoryCase) ? MEMORY_AND_WAITING : MEMORY,
                QUARRY_AND_NATIVES,
                OTHERS_OF_MEMORY);
        return memoryCase == MemoryCase.BURST_TRAFFIC ? suiteCase.onlyInFullRuns() : suiteCase;
    }

    private static List<SuiteCase> jmhSuites() {
        return JmhSuites.names().stream().map(SuiteCases::jmhSuite).toList();
    }

    private static SuiteCase jmhSuite(String name) {
        Seconds seconds = new Seconds((int) JmhSuites.expectedTime(name, true).toSeconds(), (int)
                JmhSuites.expectedTime(name, false).toSeconds());
        String question = "What does a call cost, in the suite " + name + "?";
        return suiteCase(
                Suite.JMH, name, name, question, NS_PER_OPERATION, seconds, List.of(Competitors.JMH), List.of());
    }

    private static SuiteCase suiteCase(
            Suite suite,
            String id,
            String name,
            String question,
            String unit,
            Seconds seconds,
            List<String> subjects,
            List<String> others) {
        return new SuiteCase(suite, name, ALL, id, question, unit, seconds, subjects, others, true);
    }
}
