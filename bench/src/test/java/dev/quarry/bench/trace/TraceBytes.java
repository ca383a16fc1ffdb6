// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.trace;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.GZIPOutputStream;

/// Builds the content of a trace word by word, sound or broken.
public final class TraceBytes {
    private final List<Integer> words = new ArrayList<>();
    private String magic = "QTRC";
    private int version = 1;
    private int slots = 4;
    private long declaredOperations = -1;
    private long operations;

    public TraceBytes allocate(int slot, int byteSize) {
        operations++;
        return word(TraceFormat.word(TraceFormat.ALLOCATE, slot)).word(byteSize);
    }

    public TraceBytes free(int slot) {
        operations++;
        return word(TraceFormat.word(TraceFormat.FREE, slot));
    }

    public TraceBytes reallocate(int slot, int byteSize) {
        operations++;
        return word(TraceFormat.word(TraceFormat.REALLOCATE, slot)).word(byteSize);
    }

    TraceBytes switchThread(int thread) {
        return word(TraceFormat.word(TraceFormat.SWITCH_THREAD, thread));
    }

    TraceBytes word(int word) {
        words.add(word);
        return this;
    }

    TraceBytes magic(String magic) {
        this.magic = magic;
        return this;
    }

    TraceBytes version(int version) {
        this.version = version;
        return this;
    }

    TraceBytes slots(int slots) {
        this.slots = slots;
        return this;
    }

    TraceBytes operations(long operations) {
        this.declaredOperations = operations;
        return this;
    }

    /// The content without gzip; the header says two threads.
    byte[] unpacked() {
        ByteBuffer content = ByteBuffer.allocate(TraceFormat.HEADER_BYTES + Integer.BYTES * words.size())
                .order(ByteOrder.LITTLE_ENDIAN);
        magic.chars().forEach(letter -> content.put((byte) letter));
        content.putInt(version).putInt(slots);
        content.putLong(declaredOperations < 0 ? operations : declaredOperations);
        content.putInt(2);
        words.forEach(content::putInt);
        return content.array();
    }

    /// The content less its last bytes.
    byte[] unpackedWithout(int lastBytes) {
        byte[] content = unpacked();
        return Arrays.copyOf(content, content.length - lastBytes);
    }

    public Path writeTo(Path directory) throws IOException {
        return Files.write(directory.resolve("test.qtr.gz"), packed(unpacked()));
    }

    static byte[] packed(byte[] content) throws IOException {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (OutputStream gzip = new GZIPOutputStream(packed)) {
            gzip.write(content);
        }
        return packed.toByteArray();
    }
}
