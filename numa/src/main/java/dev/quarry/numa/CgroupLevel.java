// SPDX-License-Identifier: Apache-2.0
package dev.quarry.numa;

import java.io.File;
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
        File usage, File limit, @Nullable File high, File statistics, String inactiveFiles, File events, File oom) {
    static CgroupLevel unified(Path directory) {
        return new CgroupLevel(
                file(directory, "memory.current"),
                file(directory, "memory.max"),
                file(directory, "memory.high"),
                file(directory, "memory.stat"),
                "inactive_file ",
                file(directory, "memory.events"),
                file(directory, "memory.events"));
    }

    static CgroupLevel old(Path directory) {
        return new CgroupLevel(
                file(directory, "memory.usage_in_bytes"),
                file(directory, "memory.limit_in_bytes"),
                null,
                file(directory, "memory.stat"),
                "total_inactive_file ",
                file(directory, "memory.failcnt"),
                file(directory, "memory.oom_control"));
    }

    private static File file(Path directory, String name) {
        return directory.resolve(name).toFile();
    }

    boolean isOld() {
        return high == null;
    }
}
