// SPDX-License-Identifier: Apache-2.0
package dev.quarry.internal.event;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quarry.numa.SimulatedMachine;
import dev.quarry.numa.SimulatedMemory;
import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// Events reach who listens, and nobody else pays or fails for that.
class EventHubTest {
    private final SimulatedMemory os =
            new SimulatedMemory(SimulatedMachine.builder().build());
    private final EventHub hub = new EventHub(os);
    private final List<String> heard = new ArrayList<>();

    private EventSink sink(String name) {
        return (kind, node, bytes, detail, durationNs) -> heard.add(
                name + " " + EventKind.name(kind) + " " + node + " " + bytes + " " + detail + " " + durationNs);
    }

    @Test
    void shouldTellEachListenerUntilItIsRemoved() {
        EventSink first = sink("first");
        EventSink second = sink("second");
        hub.publish(EventKind.COMMIT, 0, 1, 2, 3);
        hub.add(first);
        hub.add(first);
        hub.add(second);
        hub.publish(EventKind.PURGE, 1, 4096, EventKind.BY_TRIM, 7);
        hub.remove(first);
        hub.publish(EventKind.NOTE, EventHub.ANY_NODE, 0, 1, 0);
        hub.remove(second);
        hub.publish(EventKind.REFILL, 0, 1, 2, 3);
        assertEquals(List.of("first purge 1 4096 1 7", "second purge 1 4096 1 7", "second note -1 0 1 0"), heard);
        assertFalse(hub.isListening());
    }

    @Test
    void shouldMeasureOnlyForListeners() {
        os.advanceClock(1000);
        assertEquals(0, hub.startNs());
        long unmeasuredNs = hub.startNs();
        hub.add(sink("late"));
        long startNs = hub.startNs();
        os.advanceClock(250);
        hub.publishSince(EventKind.RECLAIM, 0, 1, 2, startNs);
        hub.publishSince(EventKind.RECLAIM, 0, 1, 2, unmeasuredNs);
        assertEquals(List.of("late reclaim 0 1 2 250", "late reclaim 0 1 2 0"), heard);
    }

    @Test
    void shouldKeepWhatASinkThrowsFromThePublisher() {
        hub.add((kind, node, bytes, detail, durationNs) -> {
            throw new OutOfMemoryError("of a sink");
        });
        hub.add(sink("next"));
        hub.publish(EventKind.FLUSH, 0, 1, 2, 3);
        assertEquals(List.of("next flush 0 1 2 3"), heard);
        assertEquals(1, hub.lost());
    }

    @Test
    void shouldNameEachKind() throws Exception {
        Set<String> names = new HashSet<>();
        int kinds = 0;
        for (Field field : EventKind.class.getFields()) {
            if (!field.getName().startsWith("BY_") && !field.getName().equals("COUNT")) {
                String name = field.getName().toLowerCase(Locale.ROOT).replace('_', '-');
                assertEquals(name, EventKind.name(field.getInt(null)));
                names.add(name);
                kinds++;
            }
        }
        assertEquals(EventKind.COUNT, kinds);
        assertEquals(kinds, names.size());
        assertTrue(EventKind.name(EventKind.COUNT).equals(Integer.toString(EventKind.COUNT)));
    }
}
