// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.buffer;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// What the kernel and the JVM say of this process's memory.
public final class ProcessMemory {
    private static final Path STATUS = Path.of("/proc/self/status");
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private ProcessMemory() {}

    public static long peakResidentBytes() {
        return statusBytes("VmHWM:");
    }

    public static long residentBytes() {
        return statusBytes("VmRSS:");
    }

    /// {@return bytes of Java objects that all threads allocated up to now}
    public static long allocatedHeapBytes() {
        return THREADS.getTotalThreadAllocatedBytes();
    }

    private static long statusBytes(String key) {
        List<String> lines;
        try {
            lines = Files.readAllLines(STATUS);
        } catch (IOException e) {
            throw new UncheckedIOException("the resident size of a process is read from " + STATUS, e);
        }
        for (String line : lines) {
            if (line.startsWith(key)) {
                String[] words = line.substring(key.length()).strip().split(" ", 2);
                return Long.parseLong(words[0]) << 10;
            }
        }
        throw new IllegalStateException(STATUS + " has no line " + key);
    }
}
