// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.trace;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;

/// A trace, ready to be replayed on one thread: thread switches are taken out, and a free is appended for each
/// block that is live at the end of the file. Every word has been checked: a slot is below [#slotCount()], is empty
/// when a block is allocated into it, and holds one when it is freed or reallocated.
public final class Trace {
    private final String name;
    private final int[] words;
    private final int slotCount;
    private final long operations;
    private final Peak peak;

    /// When most requested bytes are live: after the operation that ends before `wordIndex`.
    public record Peak(int wordIndex, long liveBytes) {}

    Trace(String name, int[] words, int slotCount, long operations, Peak peak) {
        this.name = name;
        this.words = words;
        this.slotCount = slotCount;
        this.operations = operations;
        this.peak = peak;
    }

    /// The file's name without its suffix.
    public String name() {
        return name;
    }

    /// The program, not a copy: the replay reads it millions of times, and nobody writes it.
    public int[] words() {
        return words;
    }

    public int slotCount() {
        return slotCount;
    }

    /// Allocations, frees and reallocations, with the frees at the end.
    public long operations() {
        return operations;
    }

    public Peak peak() {
        return peak;
    }

    /// Writes the trace without gzip around it, for the processes that replay it.
    public void writeUnpacked(Path file) throws IOException {
        ByteBuffer content = ByteBuffer.allocate(TraceFormat.HEADER_BYTES + words.length * Integer.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN);
        content.putInt(TraceFormat.MAGIC).putInt(TraceFormat.VERSION).putInt(slotCount);
        content.putLong(operations).putInt(1);
        content.asIntBuffer().put(words);
        Files.write(file, content.array());
    }
}
