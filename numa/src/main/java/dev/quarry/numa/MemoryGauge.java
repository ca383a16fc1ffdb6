// SPDX-License-Identifier: Apache-2.0
package dev.quarry.numa;

import java.nio.file.Path;

/// Shows how short memory is around this process: in its cgroup, in those around it, on the machine.
///
/// **Threads.** Each gauge may be read by any thread, by one at a time.
@FunctionalInterface
public interface MemoryGauge {
    /// Shows nothing: for systems that do not tell.
    MemoryGauge NONE = () -> MemoryReading.NOTHING;

    /// Reads what holds now. Costs up to a dozen system calls for each cgroup that has a limit, about a tenth of a
    /// millisecond in all, and a little garbage.
    ///
    /// @return the reading; never an exception
    MemoryReading read();

    /// The gauge of this process, by proc and cgroups of either version. Which files there are is found out now.
    ///
    /// @return a new gauge
    static MemoryGauge system() {
        return of(Path.of("/"));
    }

    /// The gauge that a directory gives that has the form of a file system with proc and cgroups.
    ///
    /// @param root a directory with `proc`, and what that says of cgroups
    /// @return a new gauge
    static MemoryGauge of(Path root) {
        return new FileGauge(root);
    }
}
