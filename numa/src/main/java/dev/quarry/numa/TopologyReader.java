// SPDX-License-Identifier: Apache-2.0
package dev.quarry.numa;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// Reads a [Topology] from sysfs. Sandboxes hide parts of it and machines leave parts out, so nothing is an error: a
/// file that is missing or makes no sense counts as unknown, and a directory that describes no node as a machine
/// without NUMA.
final class TopologyReader {
    private static final Pattern NODE_DIRECTORY = Pattern.compile("node(\\d{1,5})");
    private static final Pattern WHITE_SPACE = Pattern.compile("\\s+");

    private final Path root;
    private final NodeFiles files;

    TopologyReader(Path root) {
        this.root = root;
        this.files = new NodeFiles(root);
    }

    Topology read() {
        List<Integer> ids = nodeIds();
        if (ids.isEmpty()) {
            return Topology.singleNode(Topology.availableProcessors());
        }
        List<NumaNode> nodes = new ArrayList<>();
        BitSet claimedCpus = new BitSet();
        for (int id : ids) {
            nodes.add(readNode(id, claimedCpus));
        }
        if (claimedCpus.isEmpty()) {
            return Topology.singleNode(Topology.availableProcessors());
        }
        int[][] distances = new int[ids.size()][];
        for (int row = 0; row < distances.length; row++) {
            distances[row] = readDistances(ids, row);
        }
        return Topology.of(nodes, distances);
    }

    private List<Integer> nodeIds() {
        try (Stream<Path> entries = Files.list(root)) {
            return entries.map(
                            entry -> NODE_DIRECTORY.matcher(entry.getFileName().toString()))
                    .filter(Matcher::matches)
                    .map(matcher -> Integer.valueOf(matcher.group(1)))
                    .distinct()
                    .sorted()
                    .toList();
        } catch (IOException | UncheckedIOException e) {
            return List.of();
        }
    }

    /// A cpu belongs to the first node that lists it: two nodes cannot have the same one.
    private NumaNode readNode(int id, BitSet claimedCpus) {
        CpuSet listed = readCpus(id);
        BitSet cpus = new BitSet();
        listed.stream().filter(cpu -> !claimedCpus.get(cpu)).forEach(cpus::set);
        claimedCpus.or(cpus);
        return new NumaNode(id, CpuSet.of(cpus), files.totalBytes(id), files.freeBytes(id));
    }

    private CpuSet readCpus(int id) {
        try {
            return CpuSet.parse(files.read(id, "cpulist"));
        } catch (IllegalArgumentException e) {
            return CpuSet.empty();
        }
    }

    /// The kernel writes a number for each node that is online, in the order of their ids.
    private int[] readDistances(List<Integer> ids, int row) {
        int[] distances = new int[ids.size()];
        String[] words = WHITE_SPACE.split(files.read(ids.get(row), "distance").strip(), -1);
        for (int column = 0; column < distances.length; column++) {
            int assumed = row == column ? Topology.LOCAL_DISTANCE : Topology.REMOTE_DISTANCE;
            boolean isGiven = words.length == distances.length && words[column].matches("[1-9]\\d{0,5}");
            distances[column] = isGiven ? Integer.parseInt(words[column]) : assumed;
        }
        return distances;
    }
}
