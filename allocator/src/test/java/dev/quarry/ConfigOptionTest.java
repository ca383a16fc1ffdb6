// SPDX-License-Identifier: Apache-2.0
package dev.quarry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConfigOptionTest {
    static List<ConfigOption<?>> options() {
        return ConfigOptions.ALL;
    }

    @Test
    void shouldHaveDistinctKeysInOurPrefix() {
        List<String> keys = ConfigOptions.ALL.stream().map(ConfigOption::key).collect(Collectors.toList());
        assertEquals(keys.stream().distinct().collect(Collectors.toList()), keys);
        assertTrue(keys.stream().allMatch(key -> key.matches("quarry(\\.[a-z]+)+")), keys::toString);
    }

    @ParameterizedTest
    @MethodSource("options")
    void shouldReadItsDefaultBackFromItsText(ConfigOption<?> option) {
        assertDefaultReadsBack(option);
    }

    private static <T> void assertDefaultReadsBack(ConfigOption<T> option) {
        assertEquals(option.defaultValue(), option.parse(option.type().format(option.defaultValue())));
    }

    @ParameterizedTest
    @MethodSource("options")
    void shouldSayWhatItDoesInOneSentence(ConfigOption<?> option) {
        assertTrue(option.sentence().matches("[A-Z].*[^.]\\."), option::sentence);
        assertFalse(option.sentence().contains(". "), option::sentence);
        assertFalse(option.sentence().contains("|"), "it would end the table's cell");
    }

    @ParameterizedTest
    @CsvSource({
        "limit, 1m",
        "limit, 64t",
        "limit, AUTO",
        "limit, 0",
        "limit, ' 2g '",
        "limit, 1048577",
        "limit, 1%",
        "limit, 75%",
        "limit, 100%",
        "reserve, 64m",
        "reserve, auto",
        "reserve, 64t",
        "checks, off",
        "checks, ON",
        "checks, Canary",
        "checks, full",
        "quarantine.bytes, 0",
        "quarantine.bytes, 1g",
        "arenas.max, 1",
        "arenas.max, 32768",
        "arenas.stripes, 1",
        "arenas.stripes, 256",
        "arenas.stripes, auto",
        "lookaside.limit, 0",
        "lookaside.depth.min, 4",
        "lookaside.depth.max, 1024",
        "direct.threshold, 64k",
        "direct.threshold, 65537",
        "commit.granule, 1g",
        "maintenance, external",
        "maintenance.tick, 1ms",
        "maintenance.tick, 1h",
        "maintenance.tick, 60m",
        "purge.delay, 0",
        "pressure, false",
        "pressure.moderate, 1%",
        "pressure.severe, 100%",
        "purge.delay, 1ns",
        "numa.policy, off",
        "numa.policy, bind:2",
        "numa.policy, preferred:1",
        "numa.policy, interleave",
        "numa.policy, interleave:0-1",
        "memory, portable",
        "memory.access, foreign",
        "huge.pages, transparent",
        "lock, best-effort",
        "populate, TRUE",
        "name, a.B_9-x",
    })
    void shouldTakeValuesInRange(String name, String text) {
        ConfigOption<?> option = named(name);
        option.parse(text);
    }

    @ParameterizedTest
    @CsvSource({
        "limit, 1048575",
        "limit, 65t",
        "limit, 9999999t",
        "limit, -1",
        "limit, unlimited",
        "limit, 0%",
        "limit, 101%",
        "limit, -5%",
        "limit, 7.5%",
        "limit, 75 %",
        "limit, %",
        "limit, 9999999999999999999%",
        "limit, 10x",
        "reserve, 50%",
        "limit, ''",
        "reserve, 63m",
        "reserve, 96m",
        "reserve, 128t",
        "checks, true",
        "checks, ''",
        "quarantine.bytes, 1025m",
        "quarantine.bytes, auto",
        "arenas.max, 0",
        "arenas.max, 32769",
        "arenas.max, 4294967297",
        "arenas.stripes, 3",
        "arenas.stripes, 512",
        "lookaside.limit, 65g",
        "lookaside.depth.min, 3",
        "lookaside.depth.max, 1025",
        "direct.threshold, 65535",
        "direct.threshold, 1048577",
        "commit.granule, 32k",
        "commit.granule, 96k",
        "maintenance, threads",
        "maintenance.tick, 999us",
        "maintenance.tick, 250",
        "maintenance.tick, 61m",
        "purge.delay, 10",
        "pressure, on",
        "pressure.moderate, 0%",
        "pressure.moderate, 0",
        "pressure.moderate, 85",
        "pressure.severe, 101%",
        "purge.delay, -1s",
        "purge.delay, 25h",
        "numa.policy, preferred",
        "numa.policy, bind:",
        "numa.policy, bind:x",
        "numa.policy, preferred:0-1",
        "numa.policy, local:1",
        "memory, windows",
        "memory.access, unsafe",
        "huge.pages, on",
        "lock, best_effort",
        "populate, yes",
        "populate, 1",
        "name, ''",
        "name, two words",
        "name, a/b",
        "name, naïve",
    })
    void shouldRefuseOtherValuesWithKeyAndTextAndWhatWasExpected(String name, String text) {
        ConfigOption<?> option = named(name);
        String message = assertThrows(IllegalArgumentException.class, () -> option.parse(text))
                .getMessage();
        assertEquals(
                option.key() + "=\"" + text + "\" is refused: expected "
                        + option.type().expected() + ".",
                message);
    }

    @Test
    void shouldSayWhatWasExpectedInWords() {
        assertEquals(
                "quarry.commit.granule=\"3m\" is refused: expected a size such as 64m, 1g or 65536, from 64k to 1g,"
                        + " a power of two.",
                refusal(ConfigOptions.COMMIT_GRANULE, "3m"));
        assertEquals(
                "quarry.arenas.stripes=\"x\" is refused: expected a whole number, from 1 to 256, a power of two,"
                        + " or auto.",
                refusal(ConfigOptions.ARENAS_STRIPES, "x"));
        assertEquals(
                "quarry.maintenance.tick=\"5\" is refused: expected a time such as 250us, 10ms or 5s, from 1ms to 1h.",
                refusal(ConfigOptions.MAINTENANCE_TICK, "5"));
        assertEquals(
                "quarry.lock=\"on\" is refused: expected one of off, best-effort, required.",
                refusal(ConfigOptions.LOCK, "on"));
        assertEquals(
                "quarry.populate=\"on\" is refused: expected true or false.", refusal(ConfigOptions.POPULATE, "on"));
        assertEquals(
                "quarry.name=\"a b\" is refused: expected 1 to 64 of the characters a-z, A-Z, 0-9, dot, hyphen and"
                        + " underscore.",
                refusal(ConfigOptions.NAME, "a b"));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, -1, Long.MIN_VALUE, Long.MAX_VALUE, (1L << 20) - 1, (64L << 40) + 1})
    void shouldRefuseNumbersOutOfRange(long bytes) {
        String message = assertThrows(IllegalArgumentException.class, () -> ConfigOptions.LIMIT.check(bytes))
                .getMessage();
        assertTrue(
                message.startsWith("quarry.limit=\"" + QuantityUnits.BYTES.format(bytes) + "\" is refused"), message);
    }

    @Test
    void shouldKeepTheMessageOneLineOfBoundedLengthWhateverTheValue() {
        String message = refusal(ConfigOptions.CHECKS, "a\nb\u0007" + "x".repeat(1_000_000));
        assertTrue(message.startsWith("quarry.checks=\"a?b?xxx"), message);
        assertTrue(message.length() < 200, message);
    }

    @Test
    void shouldRefuseADefaultThatIsOutOfItsOwnRange() {
        assertThrows(
                IllegalArgumentException.class,
                () -> ConfigOption.of("bad", QuantityType.size("1k", "2k"), "3k", "Does nothing."));
    }

    private static String refusal(ConfigOption<?> option, String text) {
        return assertThrows(IllegalArgumentException.class, () -> option.parse(text))
                .getMessage();
    }

    private static ConfigOption<?> named(String name) {
        Stream<ConfigOption<?>> all = ConfigOptions.ALL.stream();
        return all.filter(option -> option.name().equals(name)).findFirst().orElseThrow();
    }
}
