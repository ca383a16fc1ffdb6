// SPDX-License-Identifier: Apache-2.0
package dev.quarry;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class UnknownKeysTest {
    @ParameterizedTest
    @CsvSource({
        "quarry.limt, quarry.limit",
        "quarry.Limit, quarry.limit",
        "quarry.lookasideDepthMax, quarry.lookaside.depth.max",
        "quarry.lookaside.depth, quarry.lookaside.depth.min",
        "quarry.lookaside.depth.maximum, quarry.lookaside.depth.max",
        "quarry.purge-delay, quarry.purge.delay",
        "quarry.hugepages, quarry.huge.pages",
        "quarry.check, quarry.checks",
        "quarry.maintenence.tick, quarry.maintenance.tick",
    })
    void shouldNameTheNearestOption(String unknown, String nearest) {
        assertEquals(
                List.of("The property " + unknown + " is unknown and has no effect; did you mean " + nearest + "?"),
                UnknownKeys.warnings(Set.of(unknown), new HashSet<>()));
    }

    @Test
    void shouldNameNoneWhenNothingIsNear() {
        assertEquals(
                List.of("The property quarry.zzzzzzzz is unknown and has no effect."),
                UnknownKeys.warnings(Set.of("quarry.zzzzzzzz"), new HashSet<>()));
    }

    @Test
    void shouldSayNothingOfKnownKeysAndOfKeysOfOthers() {
        assertEquals(
                List.of(),
                UnknownKeys.warnings(
                        List.of("quarry.limit", "quarry.lookaside.depth.max", "java.version", "quarryman", "quarry"),
                        new HashSet<>()));
    }

    @Test
    void shouldWarnOfAKeyOnlyOnce() {
        Set<String> warned = new HashSet<>();
        assertEquals(1, UnknownKeys.warnings(Set.of("quarry.limt"), warned).size());
        assertEquals(List.of(), UnknownKeys.warnings(Set.of("quarry.limt"), warned));
        assertEquals(
                1,
                UnknownKeys.warnings(Set.of("quarry.limt", "quarry.lock.s"), warned)
                        .size());
    }

    @ParameterizedTest
    @CsvSource({"'', '', 0", "'', abc, 3", "abc, '', 3", "abc, abc, 0", "abc, abd, 1", "kitten, sitting, 3", "ab, ba, 2"
    })
    void shouldCountTheEditsBetweenTwoTexts(String from, String to, int distance) {
        assertEquals(distance, UnknownKeys.editDistance(from, to));
        assertEquals(distance, UnknownKeys.editDistance(to, from));
    }

    @Test
    void shouldLogAWarningOnceInTheLifeOfTheJvm() {
        String key = "quarry.limit" + System.nanoTime();
        List<LogRecord> records = new ArrayList<>();
        Handler handler = new ListHandler(records);
        Logger logger = Logger.getLogger("dev.quarry");
        logger.addHandler(handler);
        logger.setUseParentHandlers(false);
        try {
            SystemProperties.warnOfUnknown(Map.of(key, "1g"));
            SystemProperties.warnOfUnknown(Map.of(key, "1g"));
        } finally {
            logger.setUseParentHandlers(true);
            logger.removeHandler(handler);
        }
        assertEquals(1, records.size());
        assertEquals(Level.WARNING, records.getFirst().getLevel());
        assertEquals(
                "The property " + key + " is unknown and has no effect.",
                records.getFirst().getMessage());
    }

    private static final class ListHandler extends Handler {
        private final List<LogRecord> records;

        ListHandler(List<LogRecord> records) {
            this.records = records;
        }

        @Override
        public void publish(LogRecord published) {
            records.add(published);
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    }
}
