// SPDX-License-Identifier: Apache-2.0
package dev.quarry.numa;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// The memory controller of this process's cgroup and of those around it, in either version. Each of them may limit
/// what all inside of it use together.
///
/// Not thread-safe, since it reads through one [KernelFile].
final class CgroupMemory {
    private final KernelFile file;
    private final List<CgroupLevel> levels = new ArrayList<>();

    CgroupMemory(CgroupFiles cgroup, KernelFile file) {
        this.file = file;
        for (Path directory : cgroup.directories("memory")) {
            if (Files.exists(directory.resolve("memory.max"))) {
                levels.add(CgroupLevel.unified(directory));
            } else if (Files.exists(directory.resolve("memory.limit_in_bytes"))) {
                levels.add(CgroupLevel.old(directory));
            }
        }
    }

    /// Those that have a say, the process's own first.
    List<CgroupLevel> levels() {
        return levels;
    }

    /// The least of all limits; [ProcessLimits#UNLIMITED] where nothing limits it.
    long limitBytes() {
        long least = ProcessLimits.UNLIMITED;
        for (CgroupLevel level : levels) {
            least = Math.min(least, limitBytes(level));
        }
        return least;
    }

    /// The limit of one cgroup alone. In the old version no limit is a number of 19 digits.
    long limitBytes(CgroupLevel level) {
        long limit = positive(file.read(level.limit()).number());
        File high = level.high();
        return high == null ? limit : Math.min(limit, positive(file.read(high).number()));
    }

    /// What a cgroup uses and cannot give back by itself: the pages of files that nobody has read for a while go
    /// first, and cost nothing. [MemoryReading#UNKNOWN] where it does not tell.
    long usedBytes(CgroupLevel level) {
        long usedBytes = file.read(level.usage()).number();
        long inactiveBytes = Math.max(0, file.read(level.statistics()).numberAfter(level.inactiveFiles()));
        return usedBytes < 0 ? MemoryReading.UNKNOWN : Math.max(0, usedBytes - inactiveBytes);
    }

    private static long positive(long limit) {
        return limit > 0 ? limit : ProcessLimits.UNLIMITED;
    }
}
