// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.subject;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// What the kernel and the JVM say of this process's memory.
public final class ProcessMemory {
    private static final Path STATUS = Path.of("/proc/self/status");
    private static final Path STAT = Path.of("/proc/self/stat");
    private static final Path CLEAR_REFS = Path.of("/proc/self/clear_refs");

    /// What the kernel takes as the request to forget the peak.
    private static final String FORGET_PEAK = "5";

    /// The field of minor faults, counted from the one behind the program's name, which may hold anything.
    private static final int MINOR_FAULTS_FIELD = 7;

    private static final int HEAP_STEP_BYTES = 1 << 18;

    /// Where each step of filling the heap is seen, so that the compiler cannot leave it out.
    @SuppressWarnings({"NonFinalStaticField", "UnusedVariable"})
    private static volatile byte[] heapStep = new byte[0];

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private ProcessMemory() {}

    public static long peakResidentBytes() {
        return statusBytes("VmHWM:");
    }

    /// Makes the young part of the Java heap resident, so that the garbage of what runs after this changes nothing
    /// in the figures of the process: fills it until the collector has run once.
    public static void touchYoungHeap() {
        long before = collections();
        long maxBytes = Runtime.getRuntime().maxMemory();
        for (long bytes = 0; bytes < maxBytes && collections() == before; bytes += HEAP_STEP_BYTES) {
            heapStep = new byte[HEAP_STEP_BYTES];
        }
        heapStep = new byte[0];
    }

    private static long collections() {
        return ManagementFactory.getGarbageCollectorMXBeans().stream()
                .mapToLong(GarbageCollectorMXBean::getCollectionCount)
                .sum();
    }

    /// Makes what is resident now the peak.
    ///
    /// @return false where the kernel does not let a process do so
    public static boolean resetPeak() {
        try {
            Files.writeString(CLEAR_REFS, FORGET_PEAK);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /// {@return page faults of this process since its start for which nothing was read from a disk}
    public static long minorFaults() {
        try {
            String stat = Files.readString(STAT);
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", MINOR_FAULTS_FIELD + 2);
            return Long.parseLong(fields[MINOR_FAULTS_FIELD]);
        } catch (IOException e) {
            throw new UncheckedIOException("the page faults of a process are read from " + STAT, e);
        }
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
