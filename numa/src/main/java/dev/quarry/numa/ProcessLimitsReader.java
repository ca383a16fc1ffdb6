// SPDX-License-Identifier: Apache-2.0
package dev.quarry.numa;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Reads [ProcessLimits] from proc and from cgroups of either version. What is missing or makes no sense limits
/// nothing.
final class ProcessLimitsReader {
    private final Path root;
    private final CgroupFiles cgroup;

    /// @param root the root of the file system
    ProcessLimitsReader(Path root) {
        this.root = root;
        this.cgroup = new CgroupFiles(root);
    }

    ProcessLimits read() {
        NodeSet nodes = NodeSet.all();
        CpuSet cpus = CpuSet.all();
        for (String line : TextFiles.lines(root.resolve("proc/self/status"))) {
            if (line.startsWith("Mems_allowed_list:")) {
                nodes = narrowed(nodes, nodes(afterColon(line)));
            } else if (line.startsWith("Cpus_allowed_list:")) {
                cpus = narrowed(cpus, cpus(afterColon(line)));
            }
        }
        List<Path> directories = cgroup.directories("cpuset");
        nodes = narrowed(nodes, nodes(first(directories, "cpuset.mems.effective", "cpuset.effective_mems")));
        cpus = narrowed(cpus, cpus(first(directories, "cpuset.cpus.effective", "cpuset.effective_cpus")));
        return new ProcessLimits(nodes, cpus, new CgroupMemory(cgroup, new KernelFile()).limitBytes());
    }

    private static String afterColon(String line) {
        return line.substring(line.indexOf(':') + 1);
    }

    /// The text of the innermost file that is there and not empty, under either of its names.
    private static String first(List<Path> directories, String name, String oldName) {
        for (Path directory : directories) {
            String text = TextFiles.read(directory.resolve(name)) + TextFiles.read(directory.resolve(oldName));
            if (!text.isBlank()) {
                return text;
            }
        }
        return "";
    }

    private static NodeSet narrowed(NodeSet nodes, @Nullable NodeSet other) {
        return other == null || nodes.and(other).isEmpty() ? nodes : nodes.and(other);
    }

    private static CpuSet narrowed(CpuSet cpus, @Nullable CpuSet other) {
        return other == null || cpus.and(other).isEmpty() ? cpus : cpus.and(other);
    }

    private static @Nullable NodeSet nodes(String list) {
        try {
            return NodeSet.parse(list);
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    private static @Nullable CpuSet cpus(String list) {
        try {
            return CpuSet.parse(list);
        } catch (IllegalArgumentException e) {
            return null;
        }
    }
}
