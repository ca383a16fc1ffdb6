// SPDX-License-Identifier: Apache-2.0
package dev.quarry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What a recording of the JDK's Flight Recorder holds of an allocator.
@Tag("once")
class FlightRecorderTest {
    private static final Set<String> ALL = Set.of(
            "quarry.Adoption",
            "quarry.Commit",
            "quarry.Configuration",
            "quarry.Exhausted",
            "quarry.Flush",
            "quarry.Note",
            "quarry.Pressure",
            "quarry.Purge",
            "quarry.Reclaim",
            "quarry.Refill",
            "quarry.Statistics");

    @TempDir
    Path directory;

    private List<RecordedEvent> record(String settings) throws Exception {
        Path file = directory.resolve("child.jfr");
        String flag = "-XX:StartFlightRecording:settings=" + settings + ",filename=" + file;
        ChildJvm.Outcome outcome = ChildJvm.run(FlightRecorderChild.class, List.of(flag, "-Xlog:jfr+startup=error"));
        outcome.requireSuccess();
        return RecordingFile.readAllEvents(file);
    }

    private Path shippedSettings() throws Exception {
        Path copy = directory.resolve("quarry.jfc");
        try (InputStream in = Objects.requireNonNull(OffHeapAllocator.class.getResourceAsStream("quarry.jfc"))) {
            Files.copy(in, copy);
        }
        return copy;
    }

    private static Map<String, RecordedEvent> firstByName(List<RecordedEvent> events) {
        return events.stream()
                .collect(Collectors.toMap(
                        event -> event.getEventType().getName(), event -> event, (first, next) -> first));
    }

    @Test
    void shouldRecordEachKindAndNothingElse() throws Exception {
        Map<String, RecordedEvent> events = firstByName(record(shippedSettings().toString()));
        assertEquals(new TreeSet<>(ALL), new TreeSet<>(events.keySet()));
        for (RecordedEvent event : events.values()) {
            assertEquals("recorded", event.getString("allocator"), event::toString);
            assertEquals(List.of("Quarry"), event.getEventType().getCategoryNames());
            assertNull(event.getStackTrace(), event::toString);
        }
        RecordedEvent exhausted = events.get("quarry.Exhausted");
        assertEquals(1 << 20, exhausted.getLong("requested"));
        assertEquals(32 << 20, exhausted.getLong("limit"));
        assertTrue(exhausted.getLong("committed") > 24 << 20, exhausted::toString);
        assertEquals("ended", events.get("quarry.Adoption").getString("cause"));
        assertEquals("something was refused", events.get("quarry.Note").getString("text"));
        assertEquals(2, events.get("quarry.Pressure").getLong("level"));
        RecordedEvent reclaim = events.get("quarry.Reclaim");
        assertTrue(reclaim.getDuration("elapsed").compareTo(Duration.ZERO) > 0, reclaim::toString);
        assertEquals("trim", events.get("quarry.Purge").getString("cause"));
        assertAddsUp(events.get("quarry.Statistics"));
    }

    /// What takes less than an hour is not wanted here.
    @Test
    void shouldLeaveOutWhatTookLessThanTheMinimum() throws Exception {
        Path settings = shippedSettings();
        Files.writeString(settings, Files.readString(settings).replace("0 ns", "1 h"));
        Set<String> names =
                new TreeSet<>(firstByName(record(settings.toString())).keySet());
        Set<String> expected = new TreeSet<>(ALL);
        expected.removeAll(Set.of("quarry.Commit", "quarry.Purge", "quarry.Reclaim"));
        assertEquals(expected, names);
    }

    private static void assertAddsUp(RecordedEvent statistics) {
        long sum = 0;
        for (String bucket :
                List.of("live", "waste", "slabFree", "lookaside", "spanDirty", "spanClean", "quarantine", "metadata")) {
            sum += statistics.getLong(bucket);
        }
        assertTrue(sum > 0, statistics::toString);
        assertEquals(statistics.getLong("committed"), sum, statistics::toString);
    }

    /// With the JDK's own settings the allocator's events are on as well, and the one that asks for a stack has it.
    @Test
    void shouldBePartOfAnyRecording() throws Exception {
        List<RecordedEvent> events = record("default");
        Map<String, RecordedEvent> first = firstByName(events);
        assertTrue(first.keySet().containsAll(ALL), first.keySet()::toString);
        assertNotNull(first.get("quarry.Exhausted").getStackTrace());
        assertNull(first.get("quarry.Refill").getStackTrace());
        long options = events.stream()
                .filter(event -> event.getEventType().getName().equals("quarry.Configuration"))
                .map(event -> event.getString("key"))
                .distinct()
                .count();
        assertEquals(ConfigOptions.ALL.size(), options);
    }
}
