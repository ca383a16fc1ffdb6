// SPDX-License-Identifier: Apache-2.0
package dev.quarry.internal.live;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.quarry.internal.error.DistinctError;
import dev.quarry.internal.error.DistinctErrors;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import java.nio.charset.StandardCharsets;

/// Writes distinct errors as Agrona's `DistinctErrorLog` does: a record each, appended when the error is new; its count
/// and its last time change in place.
///
/// Used by one thread at a time. Errors for which no room is left are not in the file.
final class ErrorLogWriter {
    private static final VarHandle LENGTH = JAVA_INT.varHandle();

    private final MemorySegment memory;
    private final int[] offsets = new int[DistinctErrors.MAX_DISTINCT];
    private int written;
    private int end;

    /// @param memory the file's part for errors, all zero
    ErrorLogWriter(MemorySegment memory) {
        this.memory = memory;
    }

    void write(DistinctErrors log) {
        int known = log.size();
        while (written < known && append(log.get(written))) {
            written++;
        }
        for (int index = 0; index < written; index++) {
            update(offsets[index], log.get(index));
        }
    }

    private boolean append(DistinctError error) {
        String example = error.example();
        byte[] text = (example.isEmpty() ? error.toString() : error + "; the first: " + example)
                .getBytes(StandardCharsets.UTF_8);
        int length = LiveLayout.ERROR_TEXT + text.length;
        if (end + length > memory.byteSize()) {
            return false;
        }
        MemorySegment.copy(text, 0, memory, JAVA_BYTE, end + LiveLayout.ERROR_TEXT, text.length);
        memory.set(JAVA_LONG, end + LiveLayout.ERROR_FIRST_MS, error.firstEpochMs());
        update(end, error);
        // A reader takes a record for whole as soon as it has a length.
        LENGTH.setRelease(memory, (long) end + LiveLayout.ERROR_LENGTH, length);
        offsets[written] = end;
        end += length + LiveLayout.ERROR_ALIGNMENT - 1 & -LiveLayout.ERROR_ALIGNMENT;
        return true;
    }

    private void update(long record, DistinctError error) {
        memory.set(JAVA_INT, record + LiveLayout.ERROR_COUNT, (int) Math.min(error.count(), Integer.MAX_VALUE));
        memory.set(JAVA_LONG, record + LiveLayout.ERROR_LAST_MS, error.lastEpochMs());
    }
}
