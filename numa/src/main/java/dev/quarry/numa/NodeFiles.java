// SPDX-License-Identifier: Apache-2.0
package dev.quarry.numa;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;

/// What sysfs says of single nodes. A file that is missing or makes no sense counts as unknown.
///
/// Written without streams and patterns, since each process reads this at its start: they would cost it some MiB of
/// classes and garbage.
final class NodeFiles {
    private static final String NODE_PREFIX = "node";
    private static final String HUGE_PAGES_PREFIX = "hugepages-";
    private static final String HUGE_PAGES_SUFFIX = "kB";
    private static final int MAX_DIGITS = 15;
    private static final NodeFiles SYSTEM = new NodeFiles(Path.of("/"));

    private final Path directory;

    /// @param root the root of the file system
    NodeFiles(Path root) {
        this.directory = root.resolve("sys/devices/system/node");
    }

    /// Those of this machine.
    static NodeFiles system() {
        return SYSTEM;
    }

    /// The nodes that have a directory.
    NodeSet present() {
        BitSet ids = new BitSet();
        for (String name : names(directory)) {
            int id = name.startsWith(NODE_PREFIX) ? NumberLists.number(name.substring(NODE_PREFIX.length())) : -1;
            if (id >= 0 && id < NodeSet.MAX_NODES) {
                ids.set(id);
            }
        }
        return NodeSet.of(ids);
    }

    /// The nodes that a list such as `online` names.
    ///
    /// @param assumed what to give where there is no such list
    NodeSet list(String name, NodeSet assumed) {
        try {
            NodeSet nodes = NodeSet.parse(TextFiles.read(directory.resolve(name)));
            return nodes.isEmpty() ? assumed : nodes;
        } catch (IllegalArgumentException e) {
            return assumed;
        }
    }

    CpuSet cpus(int id) {
        try {
            return CpuSet.parse(read(id, "cpulist"));
        } catch (IllegalArgumentException e) {
            return CpuSet.empty();
        }
    }

    /// The lines of `meminfo`, for [#totalBytes] and [#freeBytes(String)].
    String memory(int id) {
        return read(id, "meminfo");
    }

    static long totalBytes(String memory) {
        return bytesAfter("MemTotal:", memory);
    }

    static long freeBytes(String memory) {
        return bytesAfter("MemFree:", memory);
    }

    long freeBytes(int id) {
        return freeBytes(memory(id));
    }

    /// The number in a line such as `Node 0 MemTotal:       16384 kB`.
    private static long bytesAfter(String label, String memory) {
        int found = memory.indexOf(label);
        int start = found + label.length();
        int end = found < 0 ? -1 : memory.indexOf(" kB", start);
        long kibibytes =
                end < 0 ? -1 : NumberLists.number(memory.substring(start, end).strip(), MAX_DIGITS);
        return kibibytes < 0 ? NativeMemory.UNKNOWN : kibibytes * 1024;
    }

    String distances(int id) {
        return read(id, "distance");
    }

    /// The huge OS pages of each size of which there are some, by ascending size.
    List<HugePagePool> hugePages(int id) {
        Path sizes = node(id).resolve("hugepages");
        List<HugePagePool> pools = new ArrayList<>();
        for (String name : names(sizes)) {
            long osPageBytes = hugePageBytes(name);
            long total = osPageBytes < 0 ? 0 : count(sizes.resolve(name).resolve("nr_hugepages"));
            if (total != 0) {
                long free = count(sizes.resolve(name).resolve("free_hugepages"));
                pools.add(new HugePagePool(osPageBytes, total, Math.min(free, total)));
            }
        }
        if (pools.size() > 1) {
            pools.sort(Comparator.comparingLong(HugePagePool::osPageBytes));
        }
        return pools;
    }

    /// The size in a name such as `hugepages-2048kB`; -1 where it makes no sense.
    private static long hugePageBytes(String name) {
        if (!name.startsWith(HUGE_PAGES_PREFIX) || !name.endsWith(HUGE_PAGES_SUFFIX)) {
            return -1;
        }
        int end = name.length() - HUGE_PAGES_SUFFIX.length();
        long kibibytes = NumberLists.number(name.substring(HUGE_PAGES_PREFIX.length(), end), 12);
        return Long.bitCount(kibibytes) == 1 ? kibibytes * 1024 : -1;
    }

    private static long count(Path file) {
        return Math.max(0, NumberLists.number(TextFiles.read(file).strip(), MAX_DIGITS));
    }

    private static String[] names(Path parent) {
        String[] names = parent.toFile().list();
        return names == null ? new String[0] : names;
    }

    private Path node(int id) {
        return directory.resolve(NODE_PREFIX + id);
    }

    private String read(int id, String name) {
        return TextFiles.read(node(id).resolve(name));
    }
}
