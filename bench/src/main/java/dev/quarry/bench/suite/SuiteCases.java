// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.suite;

import dev.quarry.bench.suite.SuiteCase.Seconds;
import java.util.List;
import java.util.stream.Stream;

/// All cases that there are, in the order in which a reader meets them. A quick run asks Quarry and the native
/// allocators, with which it competes; a full run asks all others as well.
final class SuiteCases {
    private static final String NS_PER_OPERATION = "ns/op";
    private static final String NS = "ns";
    private static final String BYTES = "bytes";

    /// As many threads as there are processors.
    private static final int ALL = 0;

    private static final Seconds WORKLOAD = new Seconds(5, 29);
    private static final Seconds LATENCY = new Seconds(8, 40);
    private static final Seconds MEMORY = new Seconds(2, 5);

    private static final List<String> QUARRY_AND_NATIVES = Stream.concat(
                    Stream.of(Competitors.QUARRY), Competitors.natives().stream())
            .toList();
    private static final List<String> OTHERS = List.of(
            Competitors.QUARRY_LOCAL,
            Competitors.QUARRY_EXPORT,
            Competitors.LIBC,
            Competitors.LIBC_CRITICAL,
            Competitors.VOID);

    /// Where a workload reads what it wrote: the blocks of the allocator that does nothing overlap.
    private static final List<String> OTHERS_BUT_VOID = OTHERS.subList(0, OTHERS.size() - 1);

    private static final List<String> OTHERS_OF_MEMORY =
            List.of(Competitors.NETTY_POOLED, Competitors.NETTY_ADAPTIVE, Competitors.LIBC);

    private SuiteCases() {}

    /// {@return every case}
    static List<SuiteCase> all() {
        return Stream.of(workloads(), latencies(), memories(), jmhSuites())
                .flatMap(List::stream)
                .toList();
    }

    private static List<SuiteCase> workloads() {
        return List.of(
                workload(
                        "W1",
                        "larson",
                        ALL,
                        OTHERS,
                        "What does a server cost whose threads end and leave their blocks?"),
                workload(
                        "W2",
                        "xmalloc",
                        ALL,
                        OTHERS_BUT_VOID,
                        "What does it cost when one thread frees what another allocates?"),
                workload(
                        "W5",
                        "mstress",
                        ALL,
                        OTHERS_BUT_VOID,
                        "What do mixed sizes cost that threads keep, drop and exchange?"),
                workload("W5", "mstress", 1, OTHERS_BUT_VOID, "What does the same cost one thread?"),
                workload("W6", "mleak", ALL, OTHERS, "What do short-lived threads cost that leave a block each?"),
                workload(
                        "W7",
                        "rptest",
                        ALL,
                        OTHERS_BUT_VOID,
                        "What do random sizes up to 16 KB cost, some of them handed over?"),
                workload(
                        "W8",
                        "alloc-test",
                        ALL,
                        OTHERS,
                        "What do small blocks cost, some of them replaced far more often?"),
                workload("W8", "alloc-test", 1, OTHERS, "What does the same cost one thread?"),
                workload(
                        "W9",
                        "glibc-simple",
                        ALL,
                        OTHERS,
                        "What does one size at a time cost, first in first out and reverse?"),
                workload("W10", "glibc-thread", ALL, OTHERS, "What do tiny blocks cost in threads that share nothing?"),
                workload(
                        "W14",
                        "rbstress",
                        ALL,
                        OTHERS,
                        "What does it cost to keep a burst of blocks and drop them all?"),
                workload(
                        "W20",
                        "contention",
                        ALL,
                        OTHERS,
                        "What does it cost when any thread frees any other's blocks?"));
    }

    private static SuiteCase workload(String id, String name, int threads, List<String> others, String question) {
        return new SuiteCase(
                Suite.WORKLOADS, name, threads, id, question, NS_PER_OPERATION, WORKLOAD, QUARRY_AND_NATIVES, others);
    }

    private static List<SuiteCase> latencies() {
        return List.of(new SuiteCase(
                Suite.LATENCY,
                "mstress",
                ALL,
                "W5",
                "How long do the slowest calls of malloc and free take?",
                NS,
                LATENCY,
                QUARRY_AND_NATIVES,
                OTHERS_BUT_VOID));
    }

    private static List<SuiteCase> memories() {
        return List.of(
                memory("F1", "robson", "How much is held when each stage asks for twice the size of the holes?"),
                memory("F2", "alternate-free", "How much stays when every other block is freed?"),
                memory("F3", "keep-one", "How much stays when one of very many blocks survives each round?"),
                memory("F4", "realized", "How much is held after the sizes of a program have changed twice?"),
                memory("F5", "release", "How much of what was freed does the system get back?"),
                memory("F6", "packing", "Are the holes of slabs filled before new pages are taken?"),
                memory("F7", "redis", "How much is held for each byte of keys and values?"),
                memory("F9", "phase", "Does what is held grow with each change of sizes?"),
                memory("F10", "stranding", "How much do threads keep that do nothing any more?"),
                memory("burst-idle", "burst-idle", "How soon is a burst given back in silence?"),
                memory("burst-traffic", "burst-traffic", "How soon is a burst given back under traffic?"),
                memory("internal", "internal", "How much is lost by rounding sizes up?"));
    }

    private static SuiteCase memory(String id, String name, String question) {
        return new SuiteCase(
                Suite.MEMORY, name, ALL, id, question, BYTES, MEMORY, QUARRY_AND_NATIVES, OTHERS_OF_MEMORY);
    }

    private static List<SuiteCase> jmhSuites() {
        return List.of();
    }
}
