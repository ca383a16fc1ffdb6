// SPDX-License-Identifier: Apache-2.0
package dev.quarry.numa;

import java.nio.file.Path;

/// How much memory there is: of the machine, and of what contains this process.
///
/// @param machineBytes the memory of the machine; [#UNKNOWN] where the system does not tell
/// @param limitBytes   the least of all limits of the process's cgroup and of those around it, `memory.high` included:
///     above that the kernel slows a process down until it has less; [ProcessLimits#UNLIMITED] where nothing limits it
public record MachineMemory(long machineBytes, long limitBytes) {
    /// The value of what the system does not tell.
    public static final long UNKNOWN = -1;

    /// Reads a handful of small files.
    ///
    /// @return what holds now
    public static MachineMemory read() {
        return read(Path.of("/"));
    }

    /// What a directory tells that has the form of a file system with proc and cgroups.
    ///
    /// @param root a directory with `proc`, and what that says of cgroups
    /// @return what it tells
    public static MachineMemory read(Path root) {
        KernelFile file = new KernelFile();
        long limitBytes = new CgroupMemory(new CgroupFiles(root), file).limitBytes();
        return new MachineMemory(
                machineBytes(file.read(root.resolve("proc/meminfo").toFile())), limitBytes);
    }

    /// The line is `MemTotal:       24684084 kB`.
    private static long machineBytes(KernelFile meminfo) {
        long kibibytes = meminfo.numberAfter("MemTotal:");
        return kibibytes <= 0 ? UNKNOWN : kibibytes << 10;
    }
}
