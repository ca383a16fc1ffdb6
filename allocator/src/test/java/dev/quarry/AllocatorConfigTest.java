// SPDX-License-Identifier: Apache-2.0
package dev.quarry;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quarry.numa.ProcessLimits;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AllocatorConfigTest {
    private static final MachineFacts MACHINE = machine(16L << 30, 6);

    /// A machine without a container, and with a heap that leaves ten of sixteen GiB.
    private static MachineFacts machine(long memoryBytes, int processors) {
        long maxHeapBytes = (long) (3.25 * (1L << 30));
        return new MachineFacts(memoryBytes, ProcessLimits.UNLIMITED, maxHeapBytes, 0, processors);
    }

    private static AllocatorConfig of(String... keysAndValues) {
        Map<String, String> properties = new HashMap<>();
        for (int i = 0; i < keysAndValues.length; i += 2) {
            properties.put(keysAndValues[i], keysAndValues[i + 1]);
        }
        return AllocatorConfig.of(properties, MACHINE);
    }

    private static String refusal(Runnable action) {
        return assertThrows(IllegalArgumentException.class, action::run).getMessage();
    }

    @Test
    void shouldHaveTheDocumentedDefaults() {
        AllocatorConfig config = of();
        assertEquals("quarry", config.name());
        assertEquals(10L << 30, config.limitBytes());
        assertEquals(64L << 30, config.reserveBytes());
        assertEquals(Checks.ON, config.checks());
        assertEquals(1L << 20, config.quarantineBytes());
        assertEquals(1_024, config.maxArenas());
        assertEquals(8, config.stripes());
        assertEquals(64L << 20, config.lookasideLimitBytes());
        assertEquals(4, config.lookasideDepthMin());
        assertEquals(512, config.lookasideDepthMax());
        assertEquals(1L << 20, config.directThresholdBytes());
        assertEquals(1L << 20, config.commitGranuleBytes());
        assertEquals(MaintenanceMode.THREAD, config.maintenance());
        assertEquals(250_000_000, config.maintenanceTickNs());
        assertEquals(10_000_000_000L, config.purgeDelayNs());
        assertTrue(config.pressure());
        assertEquals(85, config.pressureModeratePercent());
        assertEquals(93, config.pressureSeverePercent());
        assertEquals(NumaPolicy.LOCAL, config.numaPolicy());
        assertEquals(MemoryMode.AUTO, config.memory());
        assertEquals(MemoryAccess.AUTO, config.memoryAccess());
        assertEquals(HugePages.OFF, config.hugePages());
        assertEquals(MemoryLock.OFF, config.lock());
        assertFalse(config.populate());
        assertEquals(JmxMode.AUTO, config.jmx());
        assertEquals("auto", config.live());
    }

    @Test
    void shouldTakeEachValueFromItsProperty() {
        assertEquals("cache", of("quarry.name", "cache").name());
        assertEquals(2L << 30, of("quarry.limit", "2g").limitBytes());
        assertEquals(1L << 40, of("quarry.reserve", "1t").reserveBytes());
        assertEquals(Checks.FULL, of("quarry.checks", "full").checks());
        assertEquals(0, of("quarry.quarantine.bytes", "0").quarantineBytes());
        assertEquals(7, of("quarry.arenas.max", "7").maxArenas());
        assertEquals(16, of("quarry.arenas.stripes", "16").stripes());
        assertEquals(1L << 20, of("quarry.lookaside.limit", "1MiB").lookasideLimitBytes());
        assertEquals(5, of("quarry.lookaside.depth.min", "5").lookasideDepthMin());
        assertEquals(6, of("quarry.lookaside.depth.max", "6").lookasideDepthMax());
        assertEquals(1L << 16, of("quarry.direct.threshold", "64k").directThresholdBytes());
        assertEquals(1L << 16, of("quarry.commit.granule", "65536").commitGranuleBytes());
        assertEquals(MaintenanceMode.INLINE, of("quarry.maintenance", "inline").maintenance());
        assertEquals(10_000_000, of("quarry.maintenance.tick", "10ms").maintenanceTickNs());
        assertEquals(60_000_000_000L, of("quarry.purge.delay", "1m").purgeDelayNs());
        assertFalse(of("quarry.pressure", "false").pressure());
        assertEquals(50, of("quarry.pressure.moderate", "50%").pressureModeratePercent());
        assertEquals(100, of("quarry.pressure.severe", "100%").pressureSeverePercent());
        assertEquals(NumaPolicy.OFF, of("quarry.numa.policy", "off").numaPolicy());
        assertEquals(MemoryMode.PORTABLE, of("quarry.memory", "portable").memory());
        assertEquals(MemoryAccess.FOREIGN, of("quarry.memory.access", "foreign").memoryAccess());
        assertEquals(
                HugePages.TRANSPARENT, of("quarry.huge.pages", "transparent").hugePages());
        assertEquals(MemoryLock.BEST_EFFORT, of("quarry.lock", "best-effort").lock());
        assertTrue(of("quarry.populate", "true").populate());
        assertEquals(JmxMode.ON, of("quarry.jmx", "on").jmx());
        assertEquals("/run/live", of("quarry.live", "/run/live").live());
        assertEquals("off", of("quarry.live", "off").live());
        assertThrows(IllegalArgumentException.class, () -> of("quarry.live", "some/folder"));
    }

    @Test
    void shouldTakeEachValueFromTheBuilderInNumbers() {
        AllocatorConfig config = AllocatorConfig.builder()
                .name("cache")
                .limit(2L << 30)
                .reserve(1L << 32)
                .checks(Checks.CANARY)
                .quarantineBytes(4_096)
                .arenasMax(7)
                .arenasStripes(16)
                .lookasideLimit(1L << 21)
                .lookasideDepthMin(5)
                .lookasideDepthMax(6)
                .directThreshold(100_000)
                .commitGranule(1L << 17)
                .maintenance(MaintenanceMode.EXTERNAL)
                .maintenanceTick(Duration.ofMillis(3))
                .purgeDelay(Duration.ZERO)
                .exhaustion("wait:5ms")
                .close(CloseMode.REFUSE)
                .pressure(false)
                .pressureModerate(10)
                .pressureSevere(20)
                .numaPolicy(NumaPolicy.OFF)
                .numaReclaim(false)
                .memory(MemoryMode.LINUX)
                .hugePages(HugePages.TRANSPARENT)
                .lock(MemoryLock.REQUIRED)
                .populate(true)
                .jmx(JmxMode.OFF)
                .live("/run/live")
                .build(MACHINE);
        assertEquals(
                "AllocatorConfig[quarry.name=cache (code), quarry.limit=2g (code), quarry.reserve=4g (code),"
                        + " quarry.checks=canary (code), quarry.quarantine.bytes=4k (code), quarry.arenas.max=7 (code),"
                        + " quarry.arenas.stripes=16 (code), quarry.lookaside.limit=2m (code),"
                        + " quarry.lookaside.depth.min=5 (code), quarry.lookaside.depth.max=6 (code),"
                        + " quarry.direct.threshold=100000 (code), quarry.commit.granule=128k (code),"
                        + " quarry.maintenance=external (code), quarry.maintenance.tick=3ms (code),"
                        + " quarry.purge.delay=0 (code), quarry.close=refuse (code), quarry.exhaustion=wait:5ms (code),"
                        + " quarry.pressure=false (code), quarry.pressure.moderate=10% (code),"
                        + " quarry.pressure.severe=20% (code), quarry.numa.policy=off (code),"
                        + " quarry.numa.reclaim=false (code), quarry.numa.topology=auto (default), quarry.memory=linux (code),"
                        + " quarry.memory.access=auto (default), quarry.huge.pages=transparent (code),"
                        + " quarry.lock=required (code), quarry.populate=true (code), quarry.jmx=off (code),"
                        + " quarry.live=/run/live (code)]",
                config.toString());
    }

    @Test
    void shouldTakeSizesAndTimesFromTheBuilderAsText() {
        AllocatorConfig config = AllocatorConfig.builder()
                .limit("2g")
                .reserve("4g")
                .quarantineBytes("8k")
                .lookasideLimit("2m")
                .directThreshold("128k")
                .commitGranule("256k")
                .maintenanceTick("5ms")
                .purgeDelay("7s")
                .build(MACHINE);
        assertEquals(2L << 30, config.limitBytes());
        assertEquals(4L << 30, config.reserveBytes());
        assertEquals(8L << 10, config.quarantineBytes());
        assertEquals(2L << 20, config.lookasideLimitBytes());
        assertEquals(128L << 10, config.directThresholdBytes());
        assertEquals(256L << 10, config.commitGranuleBytes());
        assertEquals(5_000_000, config.maintenanceTickNs());
        assertEquals(7_000_000_000L, config.purgeDelayNs());
    }

    @Test
    void shouldHaveABuilderMethodByThePropertysNameForEachOptionThatCodeMaySet() {
        Set<String> methods = Arrays.stream(AllocatorConfig.Builder.class.getMethods())
                .map(method -> method.getName())
                .collect(Collectors.toSet());
        for (ConfigOption<?> option : ConfigOptions.ALL) {
            assertEquals(
                    option != ConfigOptions.MEMORY_ACCESS,
                    methods.contains(ConfigurationDocs.builderMethod(option)),
                    option::key);
        }
    }

    @ParameterizedTest
    @CsvSource({
        // memory bytes, limit, reserve: the effective limit and reserve
        "17179869184, auto, auto, 10g, 64g",
        "17179869184, 40g, auto, 40g, 128g",
        "17179869184, 33g, auto, 33g, 128g",
        "17179869184, 1m, auto, 1m, 64g",
        "17179869184, 64t, auto, 64t, 64t",
        "17179869184, 64t, 64t, 64t, 64t",
        "17179869184, auto, 1g, 1g, 1g",
        "17179869184, auto, 1t, 10g, 1t",
        "17179869184, 75%, auto, 12g, 64g",
        "65536, auto, auto, 64m, 64g",
        "9223372036854775807, auto, auto, 64t, 64t",
    })
    void shouldFindTheLimitAndTheReserveThatAreLeftToIt(
            long memoryBytes, String limit, String reserve, String effectiveLimit, String effectiveReserve) {
        AllocatorConfig config =
                AllocatorConfig.of(Map.of("quarry.limit", limit, "quarry.reserve", reserve), machine(memoryBytes, 2));
        assertEquals(QuantityUnits.BYTES.parse(effectiveLimit), config.limitBytes());
        assertEquals(QuantityUnits.BYTES.parse(effectiveReserve), config.reserveBytes());
    }

    @ParameterizedTest
    @CsvSource({"1, 1", "2, 2", "3, 4", "4, 4", "5, 8", "255, 256", "256, 256", "4096, 256"})
    void shouldHaveAPowerOfTwoOfStripesForTheProcessors(int processors, int stripes) {
        assertEquals(
                stripes,
                AllocatorConfig.of(Map.of(), machine(1L << 30, processors)).stripes());
    }

    @Test
    void shouldRefuseOptionsThatContradictEachOther() {
        assertEquals(
                "quarry.lookaside.depth.min=100 is refused: it must not exceed quarry.lookaside.depth.max=50.",
                refusal(() -> of("quarry.lookaside.depth.min", "100", "quarry.lookaside.depth.max", "50")));
        assertEquals(
                "quarry.pressure.moderate=94% is refused: it must not exceed quarry.pressure.severe=93%.",
                refusal(() -> of("quarry.pressure.moderate", "94%")));
        assertEquals(
                "quarry.limit=2g is refused: it must not exceed quarry.reserve=1g.",
                refusal(() -> of("quarry.limit", "2g", "quarry.reserve", "1g")));
        assertEquals(
                "quarry.limit=8g is refused: it must not exceed quarry.reserve=1g.",
                refusal(() -> of("quarry.limit", "50%", "quarry.reserve", "1g")));
        assertEquals(
                "quarry.commit.granule=1g is refused: it must not exceed quarry.limit=512m.",
                refusal(() -> AllocatorConfig.builder()
                        .commitGranule("1g")
                        .limit("512m")
                        .build(MACHINE)));
    }

    @Test
    void shouldTakeOptionsThatTouchEachOther() {
        assertDoesNotThrow(() -> of("quarry.lookaside.depth.min", "50", "quarry.lookaside.depth.max", "50"));
        assertDoesNotThrow(() -> of("quarry.limit", "1g", "quarry.reserve", "1g", "quarry.commit.granule", "1g"));
    }

    @Test
    void shouldRefuseABadValueInTheCallThatBringsIt() {
        AllocatorConfig.Builder builder = AllocatorConfig.builder();
        assertTrue(refusal(() -> builder.limit(3)).startsWith("quarry.limit=\"3\" is refused: expected a size"));
        assertTrue(refusal(() -> builder.limit("3")).startsWith("quarry.limit=\"3\" is refused: expected a size"));
        assertTrue(refusal(() -> builder.arenasMax(-1)).startsWith("quarry.arenas.max=\"-1\" is refused"));
        assertTrue(refusal(() -> builder.purgeDelay(Duration.ofDays(400_000)))
                .startsWith("quarry.purge.delay=\"9223372036854775807ns\" is refused"));
        assertTrue(refusal(() -> builder.maintenanceTick(Duration.ofNanos(-1)))
                .startsWith("quarry.maintenance.tick=\"-1ns\" is refused"));
        assertEquals(
                AllocatorConfig.builder().build(MACHINE).toString(),
                builder.build(MACHINE).toString(),
                "what was refused must leave no trace");
    }

    @Test
    void shouldNameTheOptionThatIsSetToNull() {
        AllocatorConfig.Builder builder = AllocatorConfig.builder();
        assertEquals(
                "quarry.checks",
                assertThrows(NullPointerException.class, () -> builder.checks(null))
                        .getMessage());
        assertEquals(
                "quarry.limit",
                assertThrows(NullPointerException.class, () -> builder.limit(null))
                        .getMessage());
    }

    @Test
    void shouldSayOfEachValueWhoChoseIt() {
        String description = of("quarry.limit", "2g", "quarry.arenas.stripes", "auto").toBuilder()
                .checks(Checks.FULL)
                .build(MACHINE)
                .describe();
        assertEquals(ConfigOptions.ALL.size(), description.lines().count());
        assertTrue(description.endsWith("\n"));
        assertTrue(description.contains("quarry.limit               = 2g (property)\n"), description);
        assertTrue(description.contains("quarry.arenas.stripes      = 8 (property, auto)\n"), description);
        assertTrue(of("quarry.limit", "25%").describe().contains("quarry.limit               = 4g (property, 25%)\n"));
        assertTrue(description.contains("quarry.checks              = full (code)\n"), description);
        assertTrue(description.contains("quarry.reserve             = 64g (default, auto)\n"), description);
        assertTrue(description.contains("quarry.lookaside.depth.max = 512 (default)\n"), description);
        assertTrue(description.contains("quarry.memory              = auto (default)\n"), description);
    }

    @Test
    void shouldNotChangeWhenItsBuilderIsUsedFurther() {
        AllocatorConfig.Builder builder = AllocatorConfig.builder().limit("1g");
        AllocatorConfig first = builder.build(MACHINE);
        AllocatorConfig second = builder.limit("2g").build(MACHINE);
        AllocatorConfig third = first.toBuilder().limit("3g").build(MACHINE);
        assertEquals(1L << 30, first.limitBytes());
        assertEquals(2L << 30, second.limitBytes());
        assertEquals(3L << 30, third.limitBytes());
    }

    @Test
    void shouldComputeAutomaticValuesAnewForACopy() {
        AllocatorConfig copy = of().toBuilder().limit("100g").build(MACHINE);
        assertEquals(256L << 30, copy.reserveBytes());
    }

    @Test
    void shouldReadTheSystemProperties() {
        System.setProperty("quarry.name", "from-property");
        try {
            assertEquals("from-property", AllocatorConfig.fromSystemProperties().name());
            assertEquals("quarry", AllocatorConfig.builder().build().name(), "a builder does not look at them");
            System.setProperty("quarry.name", "no good");
            assertTrue(refusal(AllocatorConfig::fromSystemProperties).startsWith("quarry.name=\"no good\" is refused"));
        } finally {
            System.clearProperty("quarry.name");
        }
    }

    @Test
    void shouldShowTheMemoryAccessOfTheJvmInEveryConfiguration() {
        System.setProperty("quarry.memory.access", "foreign");
        try {
            assertEquals(MemoryAccess.FOREIGN, AllocatorConfig.builder().build().memoryAccess());
        } finally {
            System.clearProperty("quarry.memory.access");
        }
    }

    @Test
    void shouldFindTheMachinesOwnMemoryAndProcessors() {
        MachineFacts machine = MachineFacts.read();
        assertTrue(machine.memoryBytes() > Runtime.getRuntime().totalMemory() / 2, machine::toString);
        assertEquals(Runtime.getRuntime().availableProcessors(), machine.processors());
    }
}
