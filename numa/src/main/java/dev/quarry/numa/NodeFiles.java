// SPDX-License-Identifier: Apache-2.0
package dev.quarry.numa;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// What sysfs says of single nodes. A file that is missing or makes no sense counts as unknown.
final class NodeFiles {
    private static final Pattern NODE_DIRECTORY = Pattern.compile("node(\\d{1,5})");
    private static final Pattern HUGE_PAGES_DIRECTORY = Pattern.compile("hugepages-(\\d{1,12})kB");
    private static final Pattern COUNT = Pattern.compile("\\d{1,15}");
    private static final Pattern TOTAL = Pattern.compile("MemTotal:\\s+(\\d{1,15}) kB");
    private static final Pattern FREE = Pattern.compile("MemFree:\\s+(\\d{1,15}) kB");
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
        return NodeSet.of(names(directory).flatMapToInt(NodeFiles::nodeId));
    }

    private static IntStream nodeId(String name) {
        Matcher matcher = NODE_DIRECTORY.matcher(name);
        return matcher.matches()
                ? IntStream.of(Integer.parseInt(matcher.group(1))).filter(id -> id < NodeSet.MAX_NODES)
                : IntStream.empty();
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

    long totalBytes(int id) {
        return kilobytes(id, TOTAL);
    }

    long freeBytes(int id) {
        return kilobytes(id, FREE);
    }

    private long kilobytes(int id, Pattern line) {
        Matcher matcher = line.matcher(read(id, "meminfo"));
        return matcher.find() ? Long.parseLong(matcher.group(1)) * 1024 : NativeMemory.UNKNOWN;
    }

    String distances(int id) {
        return read(id, "distance");
    }

    /// The huge OS pages of each size of which there are some, by ascending size.
    List<HugePagePool> hugePages(int id) {
        Path sizes = node(id).resolve("hugepages");
        return names(sizes)
                .flatMap(name -> hugePagePool(sizes, name))
                .sorted(Comparator.comparingLong(HugePagePool::osPageBytes))
                .toList();
    }

    private static Stream<HugePagePool> hugePagePool(Path sizes, String name) {
        Matcher matcher = HUGE_PAGES_DIRECTORY.matcher(name);
        long total = count(sizes.resolve(name).resolve("nr_hugepages"));
        if (!matcher.matches() || total == 0) {
            return Stream.empty();
        }
        long osPageBytes = Long.parseLong(matcher.group(1)) * 1024;
        long free = count(sizes.resolve(name).resolve("free_hugepages"));
        return Long.bitCount(osPageBytes) == 1
                ? Stream.of(new HugePagePool(osPageBytes, total, Math.min(free, total)))
                : Stream.empty();
    }

    private static long count(Path file) {
        String text = TextFiles.read(file).strip();
        return COUNT.matcher(text).matches() ? Long.parseLong(text) : 0;
    }

    private static Stream<String> names(Path parent) {
        try (Stream<Path> entries = Files.list(parent)) {
            return entries.map(entry -> entry.getFileName().toString()).toList().stream();
        } catch (IOException | UncheckedIOException e) {
            return Stream.empty();
        }
    }

    private Path node(int id) {
        return directory.resolve("node" + id);
    }

    private String read(int id, String name) {
        return TextFiles.read(node(id).resolve(name));
    }
}
