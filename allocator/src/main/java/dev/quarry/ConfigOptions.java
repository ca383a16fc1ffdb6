// SPDX-License-Identifier: Apache-2.0
package dev.quarry;

import java.util.List;

/// The table of all options, in the order in which they are documented.
final class ConfigOptions {
    static final ConfigOption<String> NAME = ConfigOption.of(
            "name",
            new NameType(64),
            "quarry",
            "Names the allocator in reports and its memory in the kernel's map list.");

    static final ConfigOption<Long> LIMIT = ConfigOption.of(
            "limit",
            QuantityType.size("1m", "64t").orPercentage().orAutomatic(),
            "auto",
            "The hard limit of committed memory, metadata included, in bytes or percent of the memory of the machine or"
                    + " container; auto is four fifths of what heap, -XX:MaxDirectMemorySize (where it is set) and 256m for"
                    + " the JVM itself leave of that memory, at least 64m and at most the reserve.");

    /// The least and the greatest limit.
    static final long LEAST_LIMIT_BYTES = 1L << 20;

    static final long MOST_LIMIT_BYTES = 64L << 40;

    static final ConfigOption<Long> RESERVE = ConfigOption.of(
            "reserve",
            QuantityType.size("64m", "64t").onlyPowersOfTwo().orAutomatic(),
            "auto",
            "Address space to reserve for each NUMA node, which costs no memory until it is committed; auto is twice"
                    + " the limit and at least 64g, rounded up to a power of two.");

    static final ConfigOption<Checks> CHECKS = ConfigOption.of(
            "checks",
            ChoiceType.of(Checks.values()),
            "on",
            "How much each free is checked: off trusts the caller; on refuses double, interior and foreign frees;"
                    + " canary also poisons freed slots, holds them in quarantine and checks them before reuse; full is"
                    + " canary, and exact when threads race to free one block; blocks above 32k have no quarantine and"
                    + " are exact at every level.");

    static final ConfigOption<Long> QUARANTINE_BYTES = ConfigOption.of(
            "quarantine.bytes",
            QuantityType.size("0", "1g"),
            "1m",
            "With checks at canary or full, the freed slots (blocks of up to 32k) that each arena holds back from reuse, in"
                    + " bytes.");

    static final ConfigOption<Long> ARENAS_MAX = ConfigOption.of(
            "arenas.max",
            QuantityType.count(1, 32_768),
            "1024",
            "How many platform threads get an arena of their own, carriers of virtual threads among them; the threads"
                    + " beyond share the stripes.");

    static final ConfigOption<Long> ARENAS_STRIPES = ConfigOption.of(
            "arenas.stripes",
            QuantityType.count(1, 256).onlyPowersOfTwo().orAutomatic(),
            "auto",
            "How many shared arenas serve threads beyond arenas.max, and virtual threads whose carrier's arena is in"
                    + " use; auto is the number of"
                    + " processors, rounded up to a power of two.");

    static final ConfigOption<Long> LOOKASIDE_LIMIT = ConfigOption.of(
            "lookaside.limit",
            QuantityType.size("0", "64g"),
            "64m",
            "The byte budget of all arenas' lookaside lists together: more means fewer refills and more memory held.");

    static final ConfigOption<Long> LOOKASIDE_DEPTH_MIN = ConfigOption.of(
            "lookaside.depth.min",
            QuantityType.count(4, 1_024),
            "4",
            "The depth in slots at which a lookaside list starts, and below which it never shrinks.");

    static final ConfigOption<Long> LOOKASIDE_DEPTH_MAX = ConfigOption.of(
            "lookaside.depth.max",
            QuantityType.count(4, 1_024),
            "512",
            "The depth in slots beyond which a lookaside list never grows.");

    static final ConfigOption<Long> DIRECT_THRESHOLD = ConfigOption.of(
            "direct.threshold",
            QuantityType.size("64k", "1m"),
            "1m",
            "Blocks of at least this size bypass the arenas and go back to their node as soon as they are freed.");

    static final ConfigOption<Long> COMMIT_GRANULE = ConfigOption.of(
            "commit.granule",
            QuantityType.size("64k", "1g").onlyPowersOfTwo(),
            "1m",
            "The step in which memory is committed: larger means fewer calls of the operating system and more memory"
                    + " held.");

    static final ConfigOption<MaintenanceMode> MAINTENANCE = ConfigOption.of(
            "maintenance",
            ChoiceType.of(MaintenanceMode.values()),
            "thread",
            "Who adopts dead threads' arenas, delivers what other threads freed and gives memory back: thread is a daemon"
                    + " thread of the allocator's own, external is the host application by calling maintain(), inline is"
                    + " the allocating threads on their slow paths.");

    static final ConfigOption<Long> MAINTENANCE_TICK = ConfigOption.of(
            "maintenance.tick", QuantityType.time("1ms", "1h"), "250ms", "The time between two rounds of maintenance.");

    static final ConfigOption<Long> PURGE_DELAY = ConfigOption.of(
            "purge.delay",
            QuantityType.time("0", "24h"),
            "10s",
            "How long free spans that still hold old contents keep their OS pages at most, fewer and fewer of them over"
                    + " that time, and fewer while fresh memory is taken beside them; and four times as long as a"
                    + " thread must be idle to lose what its arena keeps; 0 gives pages back at once, and the next use"
                    + " has to fault them in again.");

    static final ConfigOption<CloseMode> CLOSE = ConfigOption.of(
            "close",
            ChoiceType.of(CloseMode.values()),
            "auto",
            "What a close does about blocks that are still live: free frees them without a word, report frees them and"
                    + " logs one line, refuse throws and leaves the allocator open; auto is report for a child and free"
                    + " for an allocator without a parent.");

    static final ConfigOption<ExhaustionPolicy> EXHAUSTION = ConfigOption.of(
            "exhaustion",
            new ExhaustionType(),
            "throw",
            "What a call does for which there is no memory, after everything was reclaimed: throw is an"
                    + " OutOfOffHeapMemoryError at once, wait:TIME tries again for so long before, callback asks the"
                    + " handler that was set by onExhaustion, halt prints the diagnosis and ends the process with exit"
                    + " code 3.");

    static final ConfigOption<Boolean> PRESSURE = ConfigOption.of(
            "pressure",
            new FlagType(),
            "true",
            "Whether the allocator watches how short memory is around the process (cgroup, memory.events, stall information)"
                    + " and gives back more and sooner when it is.");

    static final ConfigOption<Long> PRESSURE_MODERATE = ConfigOption.of(
            "pressure.moderate",
            QuantityType.percentage(),
            "85%",
            "The used part of the cgroup's memory from which on free pages go back four times as fast and lookaside lists"
                    + " keep half as much.");

    static final ConfigOption<Long> PRESSURE_SEVERE = ConfigOption.of(
            "pressure.severe",
            QuantityType.percentage(),
            "93%",
            "The used part of the cgroup's memory from which on everything that is free goes back at once and nothing is"
                    + " kept for reuse; a service that always lives above it should raise it.");

    static final ConfigOption<NumaPolicy> NUMA_POLICY = ConfigOption.of(
            "numa.policy",
            new PolicyType(),
            "local",
            "Where memory is placed: local is on the node that the thread runs on, preferred on one node and by distance"
                    + " where that is full, bind on some nodes and nowhere else, interleave on all or some nodes in turn;"
                    + " off treats the machine as one node.");

    static final ConfigOption<Boolean> NUMA_RECLAIM = ConfigOption.of(
            "numa.reclaim",
            new FlagType(),
            "true",
            "Whether a node without free memory is reclaimed before the next one by distance is asked (the kernel's"
                    + " zone_reclaim_mode), which gives back free pages of its own if they suffice; otherwise the next"
                    + " one is asked at once.");

    static final ConfigOption<String> NUMA_TOPOLOGY = ConfigOption.of(
            "numa.topology",
            new TopologyType(),
            TopologyType.AUTO,
            "The machine's nodes, for a machine that does not tell them or to try a layout; auto asks the system.");

    static final ConfigOption<MemoryMode> MEMORY = ConfigOption.of(
            "memory",
            ChoiceType.of(MemoryMode.values()),
            "auto",
            "Where memory comes from: linux calls the kernel, portable uses only what the JDK offers and cannot give"
                    + " memory back; auto is linux on Linux.");

    static final ConfigOption<MemoryAccess> MEMORY_ACCESS = ConfigOption.of(
            "memory.access",
            ChoiceType.of(MemoryAccess.values()),
            "auto",
            "How the allocator reads and writes raw addresses, read once per JVM and from the property alone: foreign"
                    + " is java.lang.foreign, internal is the JDK's own access and needs"
                    + " --add-exports java.base/jdk.internal.misc=ALL-UNNAMED; auto is internal where that flag is"
                    + " given.");

    static final ConfigOption<HugePages> HUGE_PAGES = ConfigOption.of(
            "huge.pages",
            ChoiceType.of(HugePages.values()),
            "off",
            "Huge OS pages: off leaves them to the system's own setting, transparent asks the kernel for them"
                    + " and keeps them whole, which is faster on large heaps and holds more memory on small ones.");

    static final ConfigOption<MemoryLock> LOCK = ConfigOption.of(
            "lock",
            ChoiceType.of(MemoryLock.values()),
            "off",
            "Whether committed memory is locked against swapping: best-effort goes on when the kernel refuses,"
                    + " required fails, at the start where it is refused there.");

    static final ConfigOption<Boolean> POPULATE = ConfigOption.of(
            "populate",
            new FlagType(),
            "false",
            "Whether memory is backed by OS pages when it is committed instead of at its first use, so that a lack of"
                    + " memory is an error then and not a crash later.");

    static final ConfigOption<JmxMode> JMX = ConfigOption.of(
            "jmx",
            ChoiceType.of(JmxMode.values()),
            "auto",
            "Whether the allocator is in JMX: on is from its start, which makes the platform's MBean server, off is never;"
                    + " auto is from when that server is there.");

    static final ConfigOption<String> LIVE = ConfigOption.of(
            "live",
            new LiveType(),
            LiveType.AUTO,
            "The folder of the live file, which `quarry top` reads while the process runs or after it was killed; auto is"
                    + " quarry-<user> in the folder for temporary files, and no file for processes that end within"
                    + " seconds.");

    static final List<ConfigOption<?>> ALL = List.of(
            NAME,
            LIMIT,
            RESERVE,
            CHECKS,
            QUARANTINE_BYTES,
            ARENAS_MAX,
            ARENAS_STRIPES,
            LOOKASIDE_LIMIT,
            LOOKASIDE_DEPTH_MIN,
            LOOKASIDE_DEPTH_MAX,
            DIRECT_THRESHOLD,
            COMMIT_GRANULE,
            MAINTENANCE,
            MAINTENANCE_TICK,
            PURGE_DELAY,
            CLOSE,
            EXHAUSTION,
            PRESSURE,
            PRESSURE_MODERATE,
            PRESSURE_SEVERE,
            NUMA_POLICY,
            NUMA_RECLAIM,
            NUMA_TOPOLOGY,
            MEMORY,
            MEMORY_ACCESS,
            HUGE_PAGES,
            LOCK,
            POPULATE,
            JMX,
            LIVE);

    private ConfigOptions() {}
}
