// SPDX-License-Identifier: Apache-2.0
package dev.quarry.internal.live;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/// Takes the bytes of a live file apart. Bytes that make no sense are left out; none makes it fail.
final class LiveParser {
    private final ByteBuffer file;
    private final LiveLayout layout;

    /// @param file   all of it, in the machine's byte order
    /// @param layout that it has, and is long enough for
    LiveParser(ByteBuffer file, LiveLayout layout) {
        this.file = file;
        this.layout = layout;
    }

    LiveSnapshot parse(boolean isWhole) {
        int nameBytes = Math.clamp(file.getInt(LiveLayout.NAME_BYTES_OFFSET), 0, LiveLayout.MAX_NAME_BYTES);
        return new LiveSnapshot(
                text(LiveLayout.NAME_OFFSET, nameBytes),
                file.getLong(LiveLayout.PID_OFFSET),
                file.getLong(LiveLayout.CREATED_EPOCH_MS_OFFSET),
                file.getLong(LiveLayout.CREATED_NS_OFFSET),
                file.getLong(LiveLayout.HEARTBEAT_EPOCH_MS_OFFSET),
                file.getLong(LiveLayout.SNAPSHOT_NS_OFFSET),
                isWhole,
                counters(),
                rows(layout.classOffset(0, 0), layout.classes(), ClassColumn.COUNT),
                rows(layout.nodeOffset(0, 0), layout.nodes(), NodeColumn.COUNT),
                errors(),
                events());
    }

    private List<LiveSnapshot.Counter> counters() {
        List<LiveSnapshot.Counter> counters = new ArrayList<>();
        for (int counter = 0; counter < layout.counters(); counter++) {
            int record = layout.metadataOffset() + counter * LiveLayout.METADATA_BYTES;
            if (file.getInt(record + LiveLayout.METADATA_STATE) == LiveLayout.STATE_ALLOCATED) {
                int labelBytes =
                        Math.clamp(file.getInt(record + LiveLayout.METADATA_LABEL), 0, LiveLayout.MAX_LABEL_BYTES);
                counters.add(new LiveSnapshot.Counter(
                        file.getInt(record + LiveLayout.METADATA_TYPE_ID),
                        text(record + LiveLayout.METADATA_LABEL + Integer.BYTES, labelBytes),
                        file.getLong(layout.valueOffset(counter))));
            }
        }
        return counters;
    }

    private List<long[]> rows(int offset, int count, int columns) {
        List<long[]> rows = new ArrayList<>();
        for (int row = 0; row < count; row++) {
            long[] values = new long[columns];
            file.slice(offset + row * columns * Long.BYTES, columns * Long.BYTES)
                    .order(file.order())
                    .asLongBuffer()
                    .get(values);
            rows.add(values);
        }
        return rows;
    }

    private List<LiveSnapshot.ErrorEntry> errors() {
        List<LiveSnapshot.ErrorEntry> errors = new ArrayList<>();
        int end = layout.errorsOffset() + layout.errorBytes();
        int record = layout.errorsOffset();
        while (record + LiveLayout.ERROR_TEXT <= end) {
            int length = file.getInt(record + LiveLayout.ERROR_LENGTH);
            if (length < LiveLayout.ERROR_TEXT || length > end - record) {
                break;
            }
            errors.add(new LiveSnapshot.ErrorEntry(
                    file.getInt(record + LiveLayout.ERROR_COUNT),
                    file.getLong(record + LiveLayout.ERROR_FIRST_MS),
                    file.getLong(record + LiveLayout.ERROR_LAST_MS),
                    text(record + LiveLayout.ERROR_TEXT, length - LiveLayout.ERROR_TEXT)));
            record += length + LiveLayout.ERROR_ALIGNMENT - 1 & -LiveLayout.ERROR_ALIGNMENT;
        }
        return errors;
    }

    /// Whole records only: one whose number is odd was cut.
    private List<LiveSnapshot.Event> events() {
        List<LiveSnapshot.Event> events = new ArrayList<>();
        for (int index = 0; index < layout.events(); index++) {
            int record = layout.eventsOffset() + index * LiveLayout.EVENT_BYTES;
            long sequence = file.getLong(record + LiveLayout.EVENT_SEQUENCE);
            if (sequence > 0 && (sequence & 1) == 0) {
                events.add(event(record, sequence / 2 - 1));
            }
        }
        events.sort(Comparator.comparingLong(LiveSnapshot.Event::number));
        return events;
    }

    private LiveSnapshot.Event event(int record, long number) {
        int nameBytes = 0;
        while (nameBytes < LiveLayout.EVENT_NAME_BYTES && file.get(record + LiveLayout.EVENT_NAME + nameBytes) != 0) {
            nameBytes++;
        }
        return new LiveSnapshot.Event(
                number,
                file.getLong(record + LiveLayout.EVENT_NS),
                file.getInt(record + LiveLayout.EVENT_KIND),
                text(record + LiveLayout.EVENT_NAME, nameBytes),
                file.getInt(record + LiveLayout.EVENT_NODE),
                file.getLong(record + LiveLayout.EVENT_AMOUNT),
                file.getLong(record + LiveLayout.EVENT_DETAIL),
                file.getLong(record + LiveLayout.EVENT_DURATION_NS));
    }

    private String text(int offset, int bytes) {
        byte[] text = new byte[bytes];
        file.get(offset, text);
        return new String(text, StandardCharsets.UTF_8);
    }
}
