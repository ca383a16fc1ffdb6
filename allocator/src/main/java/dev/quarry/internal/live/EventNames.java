// SPDX-License-Identifier: Apache-2.0
package dev.quarry.internal.live;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.quarry.internal.event.EventKind;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// The names of events as the file has them: each record holds its kind's name, so that a reader of another version
/// need not know the kinds.
final class EventNames {
    private static final byte[][] NAMES = new byte[EventKind.COUNT][];

    static {
        for (int kind = 0; kind < EventKind.COUNT; kind++) {
            NAMES[kind] = Arrays.copyOf(
                    EventKind.name(kind).getBytes(StandardCharsets.US_ASCII), LiveLayout.EVENT_NAME_BYTES);
        }
    }

    private EventNames() {}

    static void write(MemorySegment memory, long offset, int kind) {
        if (kind >= 0 && kind < EventKind.COUNT) {
            MemorySegment.copy(NAMES[kind], 0, memory, JAVA_BYTE, offset, LiveLayout.EVENT_NAME_BYTES);
        }
    }
}
