// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.memory;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;
import java.nio.file.Files;
import java.nio.file.Path;

/// Reads how much anonymous memory the kernel holds for this process, without what the JVM itself took meanwhile: the
/// heap is resident from the start ([MemoryRun#JVM_FLAGS]), and what classes and compiled code take is subtracted.
/// Pages of files, such as the JVM's own code, are no anonymous memory. What is left of the JVM's noise is below a
/// mebibyte or two: the case run with the subject `void` shows it.
final class ResidentMemory {
    /// How it is taken, for the results.
    static final String METHOD = "anonymous memory of /proc/self/smaps_rollup after a collection of the heap, which is"
            + " resident from the start; less what it was when one block of 64 bytes had been allocated and freed, but for"
            + " what the allocator had committed by then; and less what classes and compiled code grew by";

    private static final Path ROLLUP = Path.of("/proc/self/smaps_rollup");
    private static final String KEY = "Anonymous:";
    private static final MemoryMXBean JVM = ManagementFactory.getMemoryMXBean();

    private ResidentMemory() {}

    static long bytes() {
        System.gc();
        return anonymousBytes() - JVM.getNonHeapMemoryUsage().getUsed();
    }

    private static long anonymousBytes() {
        try {
            for (String line : Files.readAllLines(ROLLUP)) {
                if (line.startsWith(KEY)) {
                    String[] words = line.substring(KEY.length()).strip().split(" ", 2);
                    return Long.parseLong(words[0]) << 10;
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("the resident memory of a process is read from " + ROLLUP, e);
        }
        throw new IllegalStateException(ROLLUP + " has no line " + KEY);
    }
}
