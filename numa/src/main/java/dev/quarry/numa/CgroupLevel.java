// SPDX-License-Identifier: Apache-2.0
package dev.quarry.numa;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// The files of the memory controller in the directory of one cgroup, by the names of its version.
///
/// @param usage         bytes in use, pages of files included
/// @param limit         the hard limit
/// @param high          the limit above which the kernel slows the cgroup down; null in the old version
/// @param statistics    lines of a name and a number
/// @param inactiveFiles the name of the pages of files that are reclaimed first
/// @param events        lines of a name and a count; in the old version the count of what is called `max` in the new
/// @param oom           the file with a line `oom_kill`
record CgroupLevel(
        Path usage, Path limit, @Nullable Path high, Path statistics, String inactiveFiles, Path events, Path oom) {
    static CgroupLevel unified(Path directory) {
        return new CgroupLevel(
                directory.resolve("memory.current"),
                directory.resolve("memory.max"),
                directory.resolve("memory.high"),
                directory.resolve("memory.stat"),
                "inactive_file ",
                directory.resolve("memory.events"),
                directory.resolve("memory.events"));
    }

    static CgroupLevel old(Path directory) {
        return new CgroupLevel(
                directory.resolve("memory.usage_in_bytes"),
                directory.resolve("memory.limit_in_bytes"),
                null,
                directory.resolve("memory.stat"),
                "total_inactive_file ",
                directory.resolve("memory.failcnt"),
                directory.resolve("memory.oom_control"));
    }

    boolean isOld() {
        return high == null;
    }
}
