// SPDX-License-Identifier: Apache-2.0
package dev.quarry.numa;

import java.io.File;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Reads cgroups and the kernel's stall information. Which files there are is found out at the start, since a missing
/// one costs an exception.
final class FileGauge implements MemoryGauge {
    private final KernelFile file = new KernelFile();
    private final CgroupMemory memory;

    /// Of the own cgroup, else of the system; null where the kernel keeps none.
    private final @Nullable File stalls;

    /// @param root the root of the file system
    FileGauge(Path root) {
        CgroupFiles cgroup = new CgroupFiles(root);
        this.memory = new CgroupMemory(cgroup, file);
        this.stalls = stalls(cgroup.unifiedDirectories(), root.resolve("proc/pressure/memory"));
    }

    /// The stall information is in the new hierarchy wherever the memory controller is. It may be there and refuse to
    /// be read, when the kernel was started without it.
    private @Nullable File stalls(List<Path> directories, Path ofSystem) {
        Path own = directories.isEmpty() ? ofSystem : directories.get(0).resolve("memory.pressure");
        for (Path candidate : new Path[] {own, ofSystem}) {
            if (file.read(candidate.toFile()).hundredthsAfter("some avg10=") >= 0) {
                return candidate.toFile();
            }
        }
        return null;
    }

    @Override
    public MemoryReading read() {
        long usedBytes = MemoryReading.UNKNOWN;
        long limitBytes = MemoryReading.UNKNOWN;
        double leastLeft = Double.MAX_VALUE;
        long high = MemoryReading.UNKNOWN;
        long max = MemoryReading.UNKNOWN;
        long kills = MemoryReading.UNKNOWN;
        for (CgroupLevel level : memory.levels()) {
            long limit = memory.limitBytes(level);
            long used = limit == ProcessLimits.UNLIMITED ? MemoryReading.UNKNOWN : memory.usedBytes(level);
            if (used < 0) {
                continue;
            }
            double left = 1 - (double) used / limit;
            if (left < leastLeft) {
                leastLeft = left;
                usedBytes = used;
                limitBytes = limit;
            }
            file.read(level.events());
            high = sum(high, file.numberAfter("high "));
            max = sum(max, level.isOld() ? file.number() : file.numberAfter("max "));
            kills = sum(kills, file.read(level.oom()).numberAfter("oom_kill "));
        }
        int some = MemoryReading.UNKNOWN;
        int full = MemoryReading.UNKNOWN;
        if (stalls != null) {
            some = file.read(stalls).hundredthsAfter("some avg10=");
            full = file.hundredthsAfter("full avg10=");
        }
        return new MemoryReading(usedBytes, limitBytes, high, max, kills, some, full);
    }

    /// Of counts of which either may be unknown.
    private static long sum(long left, long right) {
        return left < 0 ? right : right < 0 ? left : left + right;
    }
}
