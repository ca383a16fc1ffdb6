// SPDX-License-Identifier: Apache-2.0
package dev.quarry;

import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/// The configuration of one allocator: a value for each option, and who chose it.
///
/// Each option has a system property, such as `quarry.limit`, and a method of the [Builder] by the property's name,
/// such as [Builder#limit(String)]. What the options do, their ranges and defaults are listed in
/// `docs/configuration.md`. A value that an option does not take is an `IllegalArgumentException` at once, whose
/// message holds the property's name, the value, and what was expected.
///
/// Immutable. The accessors give the values in effect, with a number in the place of each `auto`; they are meant to be
/// called when an allocator is made, not while it works.
public final class AllocatorConfig {
    private final ConfigSettings asked;
    private final Budget budget;
    private final ConfigSettings effective;
    private final MachineFacts machine;

    private AllocatorConfig(ConfigSettings asked, MachineFacts machine) {
        this.machine = machine;
        this.asked = new ConfigSettings(asked);
        this.budget = Budget.of(asked, machine);
        this.effective = ConfigResolver.resolve(asked, machine, budget);
    }

    /// The configuration that the JVM's system properties ask for, and the defaults for the rest. Properties that start
    /// with `quarry.` and name no option are logged as a warning, once in the life of the JVM.
    ///
    /// @return the configuration
    /// @throws IllegalArgumentException when an option does not take its property's value, or two options contradict
    ///     each other
    public static AllocatorConfig fromSystemProperties() {
        Map<String, String> properties = SystemProperties.read();
        SystemProperties.warnOfUnknown(properties);
        return of(properties, MachineFacts.read());
    }

    /// The configuration that these properties ask for on this machine.
    static AllocatorConfig of(Map<String, String> properties, MachineFacts machine) {
        ConfigSettings asked = new ConfigSettings();
        asked.parseAll(properties);
        return new AllocatorConfig(asked, machine);
    }

    /// A builder that starts with the defaults, and does not look at the system properties but for
    /// `quarry.memory.access`, which holds for the whole JVM.
    ///
    /// @return a new builder
    public static Builder builder() {
        ConfigSettings settings = new ConfigSettings();
        String memoryAccess = SystemProperties.read().get(ConfigOptions.MEMORY_ACCESS.key());
        if (memoryAccess != null) {
            settings.parse(ConfigOptions.MEMORY_ACCESS, memoryAccess, ConfigOrigin.PROPERTY);
        }
        return new Builder(settings);
    }

    /// A builder that starts with what was asked for here, `auto` included.
    ///
    /// @return a new builder
    public Builder toBuilder() {
        return new Builder(new ConfigSettings(asked));
    }

    /// {@return what automatic values were computed from}
    MachineFacts machine() {
        return machine;
    }

    /// {@return the allocator's name, as reports and the kernel's map list show it}
    public String name() {
        return effective.get(ConfigOptions.NAME);
    }

    /// {@return how the limit came about}
    Budget budget() {
        return budget;
    }

    /// {@return the hard limit of committed memory, in bytes; a number even where `auto` was asked for}
    public long limitBytes() {
        return effective.get(ConfigOptions.LIMIT);
    }

    /// {@return the address space reserved for each node, in bytes: a power of two}
    public long reserveBytes() {
        return effective.get(ConfigOptions.RESERVE);
    }

    /// {@return how much each free is checked}
    public Checks checks() {
        return effective.get(ConfigOptions.CHECKS);
    }

    /// {@return the freed memory that each arena holds back from reuse when checks ask for it, in bytes}
    public long quarantineBytes() {
        return effective.get(ConfigOptions.QUARANTINE_BYTES);
    }

    /// {@return how many platform threads get an arena of their own}
    public int maxArenas() {
        return Math.toIntExact(effective.get(ConfigOptions.ARENAS_MAX));
    }

    /// {@return how many shared arenas there are: a power of two}
    public int stripes() {
        return Math.toIntExact(effective.get(ConfigOptions.ARENAS_STRIPES));
    }

    /// {@return the budget of all lookaside lists together, in bytes}
    public long lookasideLimitBytes() {
        return effective.get(ConfigOptions.LOOKASIDE_LIMIT);
    }

    /// {@return the least depth of a lookaside list, in slots}
    public int lookasideDepthMin() {
        return Math.toIntExact(effective.get(ConfigOptions.LOOKASIDE_DEPTH_MIN));
    }

    /// {@return the greatest depth of a lookaside list, in slots}
    public int lookasideDepthMax() {
        return Math.toIntExact(effective.get(ConfigOptions.LOOKASIDE_DEPTH_MAX));
    }

    /// {@return the size from which blocks bypass the arenas, in bytes}
    public long directThresholdBytes() {
        return effective.get(ConfigOptions.DIRECT_THRESHOLD);
    }

    /// {@return the step in which memory is committed, in bytes: a power of two}
    public long commitGranuleBytes() {
        return effective.get(ConfigOptions.COMMIT_GRANULE);
    }

    /// {@return who does the background work}
    public MaintenanceMode maintenance() {
        return effective.get(ConfigOptions.MAINTENANCE);
    }

    /// {@return the time between two rounds of maintenance, in nanoseconds}
    public long maintenanceTickNs() {
        return effective.get(ConfigOptions.MAINTENANCE_TICK);
    }

    /// {@return how long a free span keeps its OS pages, in nanoseconds; 0 gives them back at once}
    public long purgeDelayNs() {
        return effective.get(ConfigOptions.PURGE_DELAY);
    }

    /// {@return what a close does about live blocks; `auto` depends on whether there is a parent}
    public CloseMode close() {
        return effective.get(ConfigOptions.CLOSE);
    }

    /// {@return whether the allocator watches how short memory is around the process}
    public boolean pressure() {
        return effective.get(ConfigOptions.PRESSURE);
    }

    /// {@return the used part of the cgroup's memory from which on pressure is moderate, in percent}
    public int pressureModeratePercent() {
        return Math.toIntExact(effective.get(ConfigOptions.PRESSURE_MODERATE));
    }

    /// {@return the used part of the cgroup's memory from which on pressure is severe, in percent}
    public int pressureSeverePercent() {
        return Math.toIntExact(effective.get(ConfigOptions.PRESSURE_SEVERE));
    }

    /// {@return on which node memory is placed}
    public NumaPolicy numaPolicy() {
        return effective.get(ConfigOptions.NUMA_POLICY);
    }

    /// {@return what a call does for which there is no memory}
    public ExhaustionPolicy exhaustion() {
        return effective.get(ConfigOptions.EXHAUSTION);
    }

    /// {@return whether a full node is reclaimed before the next one is asked}
    public boolean numaReclaim() {
        return effective.get(ConfigOptions.NUMA_RECLAIM);
    }

    /// {@return the machine's nodes as text; `auto` for those that the system tells}
    public String numaTopology() {
        return effective.get(ConfigOptions.NUMA_TOPOLOGY);
    }

    /// {@return where memory comes from}
    public MemoryMode memory() {
        return effective.get(ConfigOptions.MEMORY);
    }

    /// {@return how raw addresses are accessed: the property's value, for it holds for the whole JVM}
    public MemoryAccess memoryAccess() {
        return effective.get(ConfigOptions.MEMORY_ACCESS);
    }

    /// {@return which OS pages back the memory}
    public HugePages hugePages() {
        return effective.get(ConfigOptions.HUGE_PAGES);
    }

    /// {@return whether committed memory is locked against swapping}
    public MemoryLock lock() {
        return effective.get(ConfigOptions.LOCK);
    }

    /// {@return whether memory is backed by OS pages as soon as it is committed}
    public boolean populate() {
        return effective.get(ConfigOptions.POPULATE);
    }

    /// {@return when the allocator registers with the platform's MBean server}
    public JmxMode jmx() {
        return effective.get(ConfigOptions.JMX);
    }

    /// {@return the folder of the live file, `auto` or `off`}
    public String live() {
        return effective.get(ConfigOptions.LIVE);
    }

    /// All options, one on each line: the property's name, the value in effect, and in parentheses who chose it:
    /// `default`, `property` or `code`, with what was asked for where that is another value, such as `auto`.
    ///
    /// @return the lines, each ended by a line feed
    public String describe() {
        int width = ConfigOptions.ALL.stream()
                .mapToInt(option -> option.key().length())
                .max()
                .orElseThrow();
        return ConfigOptions.ALL.stream()
                .map(option ->
                        option.key() + " ".repeat(width - option.key().length()) + " = " + valueAndOrigin(option))
                .collect(Collectors.joining("\n", "", "\n"));
    }

    @Override
    public String toString() {
        return ConfigOptions.ALL.stream()
                .map(option -> option.key() + "=" + valueAndOrigin(option))
                .collect(Collectors.joining(", ", "AllocatorConfig[", "]"));
    }

    private String valueAndOrigin(ConfigOption<?> option) {
        return value(option) + " (" + origin(option) + ")";
    }

    /// The value in effect, as a user would write it.
    String value(ConfigOption<?> option) {
        return effective.text(option);
    }

    /// Who chose it: `default`, `property` or `code`, with what was asked for where that is another value, such as
    /// `auto`.
    String origin(ConfigOption<?> option) {
        String wish = asked.text(option);
        return asked.origin(option).label() + (value(option).equals(wish) ? "" : ", " + wish);
    }

    /// Collects what the code asks for. Each method sets the option whose property has the same name, and throws an
    /// `IllegalArgumentException` when the option does not take the value. Not thread-safe.
    public static final class Builder {
        private final ConfigSettings settings;

        private Builder(ConfigSettings settings) {
            this.settings = settings;
        }

        /// Sets `quarry.name`.
        ///
        /// @param name the allocator's name
        /// @return this builder
        public Builder name(String name) {
            return set(ConfigOptions.NAME, name);
        }

        /// Sets `quarry.limit`.
        ///
        /// @param bytes the size in bytes; 0 is `auto`
        /// @return this builder
        public Builder limit(long bytes) {
            return set(ConfigOptions.LIMIT, bytes);
        }

        /// Sets `quarry.limit`.
        ///
        /// @param size the size as text, like `64m`, `75%` of the memory of the machine or container, or `auto`
        /// @return this builder
        public Builder limit(String size) {
            return parse(ConfigOptions.LIMIT, size);
        }

        /// Sets `quarry.reserve`.
        ///
        /// @param bytes the size in bytes; 0 is `auto`
        /// @return this builder
        public Builder reserve(long bytes) {
            return set(ConfigOptions.RESERVE, bytes);
        }

        /// Sets `quarry.reserve`.
        ///
        /// @param size the size as text, like `64m` or `auto`
        /// @return this builder
        public Builder reserve(String size) {
            return parse(ConfigOptions.RESERVE, size);
        }

        /// Sets `quarry.checks`.
        ///
        /// @param checks how much each free is checked
        /// @return this builder
        public Builder checks(Checks checks) {
            return set(ConfigOptions.CHECKS, checks);
        }

        /// Sets `quarry.quarantine.bytes`.
        ///
        /// @param bytes the size in bytes
        /// @return this builder
        public Builder quarantineBytes(long bytes) {
            return set(ConfigOptions.QUARANTINE_BYTES, bytes);
        }

        /// Sets `quarry.quarantine.bytes`.
        ///
        /// @param size the size as text, like `64m`
        /// @return this builder
        public Builder quarantineBytes(String size) {
            return parse(ConfigOptions.QUARANTINE_BYTES, size);
        }

        /// Sets `quarry.arenas.max`.
        ///
        /// @param count how many platform threads get an arena of their own
        /// @return this builder
        public Builder arenasMax(int count) {
            return set(ConfigOptions.ARENAS_MAX, (long) count);
        }

        /// Sets `quarry.arenas.stripes`.
        ///
        /// @param count how many shared arenas there are; 0 is `auto`
        /// @return this builder
        public Builder arenasStripes(int count) {
            return set(ConfigOptions.ARENAS_STRIPES, (long) count);
        }

        /// Sets `quarry.lookaside.limit`.
        ///
        /// @param bytes the size in bytes
        /// @return this builder
        public Builder lookasideLimit(long bytes) {
            return set(ConfigOptions.LOOKASIDE_LIMIT, bytes);
        }

        /// Sets `quarry.lookaside.limit`.
        ///
        /// @param size the size as text, like `64m`
        /// @return this builder
        public Builder lookasideLimit(String size) {
            return parse(ConfigOptions.LOOKASIDE_LIMIT, size);
        }

        /// Sets `quarry.lookaside.depth.min`.
        ///
        /// @param count the least depth in slots
        /// @return this builder
        public Builder lookasideDepthMin(int count) {
            return set(ConfigOptions.LOOKASIDE_DEPTH_MIN, (long) count);
        }

        /// Sets `quarry.lookaside.depth.max`.
        ///
        /// @param count the greatest depth in slots
        /// @return this builder
        public Builder lookasideDepthMax(int count) {
            return set(ConfigOptions.LOOKASIDE_DEPTH_MAX, (long) count);
        }

        /// Sets `quarry.direct.threshold`.
        ///
        /// @param bytes the size in bytes
        /// @return this builder
        public Builder directThreshold(long bytes) {
            return set(ConfigOptions.DIRECT_THRESHOLD, bytes);
        }

        /// Sets `quarry.direct.threshold`.
        ///
        /// @param size the size as text, like `64m`
        /// @return this builder
        public Builder directThreshold(String size) {
            return parse(ConfigOptions.DIRECT_THRESHOLD, size);
        }

        /// Sets `quarry.commit.granule`.
        ///
        /// @param bytes the size in bytes
        /// @return this builder
        public Builder commitGranule(long bytes) {
            return set(ConfigOptions.COMMIT_GRANULE, bytes);
        }

        /// Sets `quarry.commit.granule`.
        ///
        /// @param size the size as text, like `64m`
        /// @return this builder
        public Builder commitGranule(String size) {
            return parse(ConfigOptions.COMMIT_GRANULE, size);
        }

        /// Sets `quarry.maintenance`.
        ///
        /// @param mode who does the background work
        /// @return this builder
        public Builder maintenance(MaintenanceMode mode) {
            return set(ConfigOptions.MAINTENANCE, mode);
        }

        /// Sets `quarry.maintenance.tick`.
        ///
        /// @param time the time
        /// @return this builder
        public Builder maintenanceTick(Duration time) {
            return set(ConfigOptions.MAINTENANCE_TICK, nanos(time));
        }

        /// Sets `quarry.maintenance.tick`.
        ///
        /// @param time the time as text, like `10ms`
        /// @return this builder
        public Builder maintenanceTick(String time) {
            return parse(ConfigOptions.MAINTENANCE_TICK, time);
        }

        /// Sets `quarry.purge.delay`.
        ///
        /// @param time the time
        /// @return this builder
        public Builder purgeDelay(Duration time) {
            return set(ConfigOptions.PURGE_DELAY, nanos(time));
        }

        /// Sets `quarry.purge.delay`.
        ///
        /// @param time the time as text, like `10ms`
        /// @return this builder
        public Builder purgeDelay(String time) {
            return parse(ConfigOptions.PURGE_DELAY, time);
        }

        /// Sets `quarry.close`.
        ///
        /// @param mode what a close does about live blocks
        /// @return this builder
        public Builder close(CloseMode mode) {
            return set(ConfigOptions.CLOSE, mode);
        }

        /// Sets `quarry.pressure`.
        ///
        /// @param watch whether the allocator watches how short memory is around the process
        /// @return this builder
        public Builder pressure(boolean watch) {
            return set(ConfigOptions.PRESSURE, watch);
        }

        /// Sets `quarry.pressure.moderate`.
        ///
        /// @param percent the used part of the cgroup's memory from which on pressure is moderate
        /// @return this builder
        public Builder pressureModerate(int percent) {
            return set(ConfigOptions.PRESSURE_MODERATE, (long) percent);
        }

        /// Sets `quarry.pressure.severe`.
        ///
        /// @param percent the used part of the cgroup's memory from which on pressure is severe
        /// @return this builder
        public Builder pressureSevere(int percent) {
            return set(ConfigOptions.PRESSURE_SEVERE, (long) percent);
        }

        /// Sets `quarry.numa.policy`.
        ///
        /// @param policy where memory is placed
        /// @return this builder
        public Builder numaPolicy(NumaPolicy policy) {
            return set(ConfigOptions.NUMA_POLICY, policy);
        }

        /// Sets `quarry.numa.policy`.
        ///
        /// @param policy where memory is placed, as text like `bind:0,2`
        /// @return this builder
        public Builder numaPolicy(String policy) {
            return parse(ConfigOptions.NUMA_POLICY, policy);
        }

        /// Sets `quarry.exhaustion`.
        ///
        /// @param policy what a call does for which there is no memory
        /// @return this builder
        public Builder exhaustion(ExhaustionPolicy policy) {
            return set(ConfigOptions.EXHAUSTION, policy);
        }

        /// Sets `quarry.exhaustion`.
        ///
        /// @param policy what a call does for which there is no memory, as text like `wait:100ms`
        /// @return this builder
        public Builder exhaustion(String policy) {
            return parse(ConfigOptions.EXHAUSTION, policy);
        }

        /// Sets `quarry.numa.reclaim`.
        ///
        /// @param reclaim whether a full node is reclaimed before the next one is asked
        /// @return this builder
        public Builder numaReclaim(boolean reclaim) {
            return set(ConfigOptions.NUMA_RECLAIM, reclaim);
        }

        /// Sets `quarry.numa.topology`.
        ///
        /// @param topology the machine's nodes as text, or `auto`
        /// @return this builder
        public Builder numaTopology(String topology) {
            return set(ConfigOptions.NUMA_TOPOLOGY, topology);
        }

        /// Sets `quarry.memory`.
        ///
        /// @param mode where memory comes from
        /// @return this builder
        public Builder memory(MemoryMode mode) {
            return set(ConfigOptions.MEMORY, mode);
        }

        /// Sets `quarry.huge.pages`.
        ///
        /// @param hugePages which OS pages back the memory
        /// @return this builder
        public Builder hugePages(HugePages hugePages) {
            return set(ConfigOptions.HUGE_PAGES, hugePages);
        }

        /// Sets `quarry.lock`.
        ///
        /// @param lock whether committed memory is locked
        /// @return this builder
        public Builder lock(MemoryLock lock) {
            return set(ConfigOptions.LOCK, lock);
        }

        /// Sets `quarry.live`.
        ///
        /// @param live `auto`, `off`, or the absolute path of a folder
        /// @return this
        /// @throws IllegalArgumentException if it is none of these
        public Builder live(String live) {
            return set(ConfigOptions.LIVE, live);
        }

        /// Sets `quarry.populate`.
        ///
        /// @param populate whether memory is backed as soon as it is committed
        /// @return this builder
        public Builder populate(boolean populate) {
            return set(ConfigOptions.POPULATE, populate);
        }

        /// Sets `quarry.jmx`.
        ///
        /// @param mode when the allocator registers with the platform's MBean server
        /// @return this builder
        public Builder jmx(JmxMode mode) {
            return set(ConfigOptions.JMX, mode);
        }

        /// The configuration. The builder may be used further, and does not change it.
        ///
        /// @return an immutable configuration
        /// @throws IllegalArgumentException when two options contradict each other
        public AllocatorConfig build() {
            return build(MachineFacts.read());
        }

        /// The configuration for a given machine.
        AllocatorConfig build(MachineFacts machine) {
            return new AllocatorConfig(settings, machine);
        }

        private <T> Builder set(ConfigOption<T> option, T value) {
            settings.set(option, Objects.requireNonNull(value, option.key()), ConfigOrigin.CODE);
            return this;
        }

        private Builder parse(ConfigOption<?> option, String text) {
            settings.parse(option, Objects.requireNonNull(text, option.key()), ConfigOrigin.CODE);
            return this;
        }

        /// The duration in nanoseconds; what a `long` cannot hold becomes its greatest or least value.
        private static long nanos(Duration time) {
            return TimeUnit.NANOSECONDS.convert(time);
        }
    }
}
