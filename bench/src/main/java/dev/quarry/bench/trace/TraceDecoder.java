// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.trace;

import static dev.quarry.bench.trace.TraceFormat.ALLOCATE;
import static dev.quarry.bench.trace.TraceFormat.FREE;
import static dev.quarry.bench.trace.TraceFormat.HEADER_BYTES;
import static dev.quarry.bench.trace.TraceFormat.REALLOCATE;
import static dev.quarry.bench.trace.TraceFormat.SWITCH_THREAD;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/// One pass over the content of a trace, which follows what each slot holds and refuses the first word that does not
/// fit.
final class TraceDecoder {
    private static final long EMPTY = -1;

    private final String file;
    private final String name;
    private final ByteBuffer content;

    private int slotCount;
    private long declaredOperations;
    private long threadCount;

    /// Per slot the bytes requested for its block, or [#EMPTY].
    private long[] slotBytes = {};

    private int[] words = {};
    private int wordCount;
    private long operations;
    private long liveBytes;
    private Trace.Peak peak = new Trace.Peak(0, 0);

    TraceDecoder(String file, String name, byte[] content) {
        this.file = file;
        this.name = name;
        this.content = ByteBuffer.wrap(content).order(ByteOrder.LITTLE_ENDIAN);
    }

    Trace decode() throws TraceFormatException {
        readHeader();
        slotBytes = new long[slotCount];
        Arrays.fill(slotBytes, EMPTY);
        words = new int[content.remaining() / Integer.BYTES];
        while (content.hasRemaining()) {
            readOperation();
        }
        if (operations != declaredOperations) {
            throw wrong(content.position(), declaredOperations + " operations, as the header says", "" + operations);
        }
        freeWhatIsLive();
        return new Trace(name, words, slotCount, operations, peak);
    }

    private void readHeader() throws TraceFormatException {
        if (content.remaining() < HEADER_BYTES) {
            throw wrong(content.remaining(), "a header of " + HEADER_BYTES + " bytes", "the end of the file");
        }
        int magic = content.getInt();
        if (magic != TraceFormat.MAGIC) {
            throw wrong(0, "the letters QTRC of a trace", "0x%08x".formatted(Integer.reverseBytes(magic)));
        }
        int version = content.getInt();
        if (version != TraceFormat.VERSION) {
            throw wrong(4, "version " + TraceFormat.VERSION, "version " + Integer.toUnsignedString(version));
        }
        long slots = Integer.toUnsignedLong(content.getInt());
        declaredOperations = content.getLong();
        threadCount = Integer.toUnsignedLong(content.getInt());
        int sourceWords = content.remaining() / Integer.BYTES;
        if (declaredOperations < 1 || declaredOperations > sourceWords) {
            throw wrong(
                    12,
                    "1 to %d operations in %d words".formatted(sourceWords, sourceWords),
                    Long.toUnsignedString(declaredOperations));
        }
        // A slot that no operation names would cost memory for nothing, and a damaged header could ask for gigabytes.
        if (slots < 1 || slots > declaredOperations) {
            throw wrong(8, "1 to %d slots".formatted(declaredOperations), "" + slots);
        }
        slotCount = (int) slots;
    }

    private void readOperation() throws TraceFormatException {
        int offset = content.position();
        int word = nextWord("a word of 4 bytes");
        int kind = TraceFormat.kind(word);
        int operand = TraceFormat.operand(word);
        if (kind == SWITCH_THREAD) {
            if (operand >= threadCount) {
                throw wrong(offset, "a thread below " + threadCount, "thread " + operand);
            }
            return;
        }
        if (operand >= slotCount) {
            throw wrong(offset, "a slot below " + slotCount, "slot " + operand);
        }
        checkOccupancy(offset, kind, operand);
        switch (kind) {
            case ALLOCATE -> append(word, nextWord("the size word of an allocation"));
            case REALLOCATE -> append(word, nextWord("the size word of a reallocation"));
            default -> appendFree(operand);
        }
    }

    private void checkOccupancy(int offset, int kind, int slot) throws TraceFormatException {
        boolean empty = slotBytes[slot] == EMPTY;
        if (kind == ALLOCATE && !empty) {
            throw wrong(offset, "slot %d to be empty for an allocation".formatted(slot), "a live block in it");
        }
        if (kind != ALLOCATE && empty) {
            String what = kind == FREE ? "free" : "reallocate";
            throw wrong(offset, "a live block in slot %d to %s".formatted(slot, what), "an empty slot");
        }
    }

    private int nextWord(String expected) throws TraceFormatException {
        if (content.remaining() < Integer.BYTES) {
            throw wrong(content.position(), expected, content.remaining() + " bytes before the end of the file");
        }
        return content.getInt();
    }

    /// An allocation or a reallocation.
    private void append(int word, int sizeWord) {
        int slot = TraceFormat.operand(word);
        long byteSize = TraceFormat.byteSize(sizeWord);
        liveBytes += byteSize - Math.max(slotBytes[slot], 0);
        slotBytes[slot] = byteSize;
        words[wordCount++] = word;
        words[wordCount++] = sizeWord;
        operations++;
        if (liveBytes > peak.liveBytes()) {
            peak = new Trace.Peak(wordCount, liveBytes);
        }
    }

    private void appendFree(int slot) {
        liveBytes -= slotBytes[slot];
        slotBytes[slot] = EMPTY;
        words[wordCount++] = TraceFormat.word(FREE, slot);
        operations++;
    }

    private void freeWhatIsLive() {
        long live = Arrays.stream(slotBytes).filter(bytes -> bytes != EMPTY).count();
        words = Arrays.copyOf(words, wordCount + (int) live);
        for (int slot = 0; slot < slotCount; slot++) {
            if (slotBytes[slot] != EMPTY) {
                appendFree(slot);
            }
        }
    }

    private TraceFormatException wrong(long byteOffset, String expected, String found) {
        return new TraceFormatException(file, byteOffset, expected, found);
    }
}
