// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.micro;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.openjdk.jmh.runner.options.Options;

/// The JMH suites by name, and how each is run: shortly for a first look, or for figures to be published.
///
/// Quick runs have one fork and fewer parameters. On two cores all of them together take four minutes, and the full
/// ones half an hour.
public final class JmhSuites {
    private static final String SUBJECT = "subject";
    private static final String BYTE_SIZE = "byteSize";

    /// Whoever keeps blocks and gives them back one by one, by name: Quarry in two ways, Netty in two ways, the C
    /// library in two ways, and nobody.
    private static final List<String> POOLS =
            List.of("facade", "local_arena", "netty_pooled", "netty_adaptive", "libc", "libc_critical", "void");

    private static final List<String> QUICK_POOLS =
            List.of("facade", "local_arena", "netty_pooled", "netty_adaptive", "libc_critical", "void");

    private static final List<String> SHARED_POOLS =
            List.of("facade", "netty_pooled", "netty_adaptive", "libc_critical", "void");

    private static final Map<String, JmhSuite> SUITES = new LinkedHashMap<>();

    static {
        SUITES.put(
                "pair",
                new JmhSuite(PairBenchmark.class)
                        .quick(SUBJECT, with(QUICK_POOLS, "jdk_confined", "allocate_direct", "libc"))
                        .full(SUBJECT, with(POOLS, "jdk_confined", "jdk_shared", "jdk_auto", "allocate_direct"))
                        .quick(BYTE_SIZE, List.of("16", "256", "4096", "65536"))
                        .full(BYTE_SIZE, pairSizes()));
        SUITES.put(
                "batch",
                new JmhSuite(BatchBenchmark.class)
                        .quick(SUBJECT, QUICK_POOLS)
                        .full(SUBJECT, POOLS)
                        .quick("order", List.of("lifo", "random"))
                        .full("order", List.of("lifo", "fifo", "random"))
                        .quick(BYTE_SIZE, List.of("64"))
                        .full(BYTE_SIZE, List.of("64", "1024")));
        SUITES.put(
                "realloc",
                new JmhSuite(ReallocBenchmark.class)
                        .quick(SUBJECT, SHARED_POOLS)
                        .full(SUBJECT, with(POOLS, "jdk_confined", "allocate_direct")));
        SUITES.put(
                "calloc",
                new JmhSuite(CallocBenchmark.class)
                        .quick(SUBJECT, List.of("facade", "netty_adaptive", "jdk_confined", "libc_critical", "void"))
                        .full(SUBJECT, with(POOLS, "jdk_confined", "allocate_direct"))
                        .quick(BYTE_SIZE, List.of("64", "65536"))
                        .full(BYTE_SIZE, List.of("64", "4096", "65536")));
        SUITES.put(
                "aligned",
                new JmhSuite(AlignedBenchmark.class)
                        .quick(SUBJECT, List.of("facade", "jdk_confined", "libc_critical", "void"))
                        .full(
                                SUBJECT,
                                List.of(
                                        "facade",
                                        "local_arena",
                                        "jdk_confined",
                                        "allocate_direct",
                                        "libc",
                                        "libc_critical",
                                        "void"))
                        .quick("byteAlignment", List.of("64"))
                        .full("byteAlignment", List.of("64", "4096")));
        SUITES.put(
                "segment",
                new JmhSuite(SegmentBenchmark.class)
                        .quick(
                                SUBJECT,
                                List.of(
                                        "quarry_segment",
                                        "quarry_arena",
                                        "quarry_buffer",
                                        "jdk_confined",
                                        "allocate_direct"))
                        .full(
                                SUBJECT,
                                List.of(
                                        "quarry_segment",
                                        "quarry_arena",
                                        "quarry_shared_arena",
                                        "quarry_buffer",
                                        "jdk_confined",
                                        "jdk_shared",
                                        "jdk_auto",
                                        "allocate_direct")));
        SUITES.put(
                "hand-over",
                new JmhSuite(HandOverBenchmark.class)
                        .quick(SUBJECT, QUICK_POOLS)
                        .full(SUBJECT, with(POOLS, "jdk_shared"))
                        .full(BYTE_SIZE, List.of("64", "1024"))
                        .quick(BYTE_SIZE, List.of("64")));
        SUITES.put(
                "threads",
                new JmhSuite(ThreadsBenchmark.class, VirtualThreadsBenchmark.class)
                        .quick(SUBJECT, SHARED_POOLS)
                        .full(SUBJECT, SHARED_POOLS));
    }

    private JmhSuites() {}

    /// {@return the names of the suites, in the order in which a reader meets them}
    public static List<String> names() {
        return List.copyOf(SUITES.keySet());
    }

    /// What JMH is to run, its profiler of garbage included; the file of the results is the caller's to add.
    ///
    /// @param name  of the suite
    /// @param quick whether a first look will do
    /// @throws IllegalArgumentException when there is no such suite
    public static Options options(String name, boolean quick) {
        return find(name).options(quick, cores());
    }

    /// About how long that takes: the time of the iterations, and a second for each JVM.
    ///
    /// @param name  of the suite
    /// @param quick whether a first look will do
    /// @throws IllegalArgumentException when there is no such suite
    public static Duration expectedTime(String name, boolean quick) {
        return find(name).expectedTime(quick, cores());
    }

    /// What was to be measured and is not among the results, in words: JMH leaves out what has failed.
    ///
    /// @param name    of the suite
    /// @param quick   whether a first look was wanted
    /// @param results as JMH's file has them
    /// @throws IllegalArgumentException when there is no such suite
    public static List<String> missing(String name, boolean quick, List<?> results) {
        return find(name).missing(quick, cores(), results);
    }

    static JmhSuite find(String name) {
        JmhSuite suite = SUITES.get(name);
        if (suite == null) {
            throw new IllegalArgumentException("no JMH suite " + name + "; there are " + String.join(", ", names()));
        }
        return suite;
    }

    private static int cores() {
        return Runtime.getRuntime().availableProcessors();
    }

    private static List<String> with(List<String> names, String... others) {
        List<String> all = new ArrayList<>(names);
        all.addAll(List.of(others));
        return List.copyOf(all);
    }

    /// Every other power of two from 8 bytes to 64 KiB with some sizes between, and two that go to the zone.
    private static List<String> pairSizes() {
        IntStream powers = IntStream.of(8, 16, 64, 256, 1 << 10, 4 << 10, 16 << 10, 64 << 10);
        IntStream between = IntStream.of(24, 100, 1500);
        IntStream large = IntStream.of(1 << 20, 4 << 20);
        return IntStream.concat(IntStream.concat(powers, between), large)
                .sorted()
                .mapToObj(Integer::toString)
                .toList();
    }
}
