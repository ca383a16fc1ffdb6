// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.demo;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.SplittableRandom;

/// JSON of any size from two bytes on: a list of records as services exchange them, filled up with spaces.
final class JsonBody {
    private static final int RECORD_COUNT = 1024;
    private static final int ID_LIMIT = 100_000_000;
    private static final int CENT_LIMIT = 10_000;
    private static final String[] STATES = {"pending", "shipped", "refused", "unknown"};

    private static final byte[] BEGIN = ascii("{\"items\":[");
    private static final byte[] END = ascii("]}");
    private static final byte[] BEGIN_EMPTY = ascii("{");
    private static final byte[] END_EMPTY = ascii("}");
    private static final byte SPACE = ' ';

    /// The records with a comma after each, one behind the other, all of one length.
    private static final byte[] RECORDS = records();

    private static final int RECORD_BYTES = RECORDS.length / RECORD_COUNT;

    private JsonBody() {}

    /// Appends a body.
    ///
    /// @param byteSize its exact size, at least two
    /// @param number   which body of that size: neighbours differ
    static void write(ByteBuf out, int byteSize, int number) {
        int end = out.writerIndex() + byteSize;
        if (byteSize < BEGIN.length + END.length) {
            out.writeBytes(BEGIN_EMPTY);
            pad(out, end - END_EMPTY.length);
            out.writeBytes(END_EMPTY);
            return;
        }
        out.writeBytes(BEGIN);
        // The comma after the last record is left out, so one byte more is there for records.
        int records = (byteSize - BEGIN.length - END.length + 1) / RECORD_BYTES;
        if (records > 0) {
            writeRecords(out, records, number);
            out.writerIndex(out.writerIndex() - 1);
        }
        pad(out, end - END.length);
        out.writeBytes(END);
    }

    private static void writeRecords(ByteBuf out, int count, int number) {
        int next = Math.floorMod(number, RECORD_COUNT);
        int left = count;
        while (left > 0) {
            int run = Math.min(left, RECORD_COUNT - next);
            out.writeBytes(RECORDS, next * RECORD_BYTES, run * RECORD_BYTES);
            left -= run;
            next = 0;
        }
    }

    private static void pad(ByteBuf out, int end) {
        while (out.writerIndex() < end) {
            out.writeByte(SPACE);
        }
    }

    private static byte[] records() {
        SplittableRandom random = new SplittableRandom(1);
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < RECORD_COUNT; i++) {
            text.append(String.format(
                    Locale.ROOT,
                    "{\"id\":\"%08d\",\"state\":\"%s\",\"price\":\"%02d.%02d\"},",
                    random.nextInt(ID_LIMIT),
                    STATES[random.nextInt(STATES.length)],
                    random.nextInt(CENT_LIMIT) / 100,
                    random.nextInt(CENT_LIMIT) % 100));
        }
        return ascii(text.toString());
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
