// SPDX-License-Identifier: Apache-2.0
package dev.quarry.numa;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Reads the text form of a [Topology]. Each refusal is one sentence: the part, what is there, what was expected.
final class TopologyParser {
    private static final List<String> NODE_KEYS = List.of("cpus", "mem", "free", "huge");
    private static final List<String> PART_KEYS = List.of("distances", "allowed-nodes", "allowed-cpus", "limit");

    private final List<NumaNode> nodes = new ArrayList<>();
    private NodeSet offline = NodeSet.empty();

    private TopologyParser() {}

    static Topology parse(String text) {
        String[] parts = text.split("\\|", -1);
        TopologyParser parsed = new TopologyParser();
        for (String node : parts[0].split(";", -1)) {
            parsed.addNode(node.strip());
        }
        Map<String, String> others = new LinkedHashMap<>();
        for (String part : Arrays.asList(parts).subList(1, parts.length)) {
            addProperty(others, part.strip(), "", PART_KEYS);
        }
        return parsed.topology(others);
    }

    private Topology topology(Map<String, String> parts) {
        String rows = parts.get("distances");
        int[][] distances = rows == null ? Distances.assumed(nodes.size()) : distances(rows);
        ProcessLimits limits = new ProcessLimits(
                within("allowed-nodes", parts.get("allowed-nodes"), NodeSet::parse, NodeSet.all()),
                within("allowed-cpus", parts.get("allowed-cpus"), CpuSet::parse, CpuSet.all()),
                within("limit", parts.get("limit"), ByteSizes::parse, ProcessLimits.UNLIMITED));
        return Topology.of(nodes, distances).withOffline(offline).withLimits(limits);
    }

    private void addNode(String text) {
        int colon = text.indexOf(':');
        String id = colon < 0 ? text : text.substring(0, colon).strip();
        if (colon < 0 || !id.matches("\\d{1,4}") || Integer.parseInt(id) >= NodeSet.MAX_NODES) {
            throw new IllegalArgumentException("node '" + text + "', expected an id from 0 to "
                    + (NodeSet.MAX_NODES - 1) + " and a colon, as in 0:cpus=0-3,mem=16g");
        }
        int number = Integer.parseInt(id);
        String properties = text.substring(colon + 1).strip();
        if (properties.equals("offline")) {
            if (offline.contains(number)) {
                throw new IllegalArgumentException("node " + number + " is there twice, expected once");
            }
            offline = offline.or(NodeSet.of(number));
        } else {
            nodes.add(node(number, properties));
        }
    }

    private static NumaNode node(int id, String text) {
        String where = "node " + id + ": ";
        Map<String, String> properties = new LinkedHashMap<>();
        for (String property : joined(text)) {
            addProperty(properties, property, where, NODE_KEYS);
        }
        NumaNode node = new NumaNode(
                id,
                within(where + "cpus", properties.get("cpus"), CpuSet::parse, CpuSet.empty()),
                within(where + "mem", properties.get("mem"), ByteSizes::parse, NumaNode.UNKNOWN),
                within(where + "free", properties.get("free"), ByteSizes::parse, NumaNode.UNKNOWN),
                within(where + "huge", properties.get("huge"), TopologyParser::hugePages, List.of()));
        if (node.totalBytes() != NumaNode.UNKNOWN && node.freeBytes() > node.totalBytes()) {
            throw new IllegalArgumentException(where + "free is '" + properties.get("free")
                    + "', expected no more than mem, which is '" + properties.get("mem") + "'");
        }
        return node;
    }

    /// The properties of a node. A comma separates them, and the numbers of a list of cpus too: what has no `=` and
    /// follows such a list belongs to it.
    private static List<String> joined(String text) {
        List<String> properties = new ArrayList<>();
        for (String piece : text.isEmpty() ? new String[0] : text.split(",", -1)) {
            String last = properties.isEmpty() ? "" : properties.getLast();
            if (piece.indexOf('=') < 0 && last.startsWith("cpus")) {
                properties.set(properties.size() - 1, last + "," + piece.strip());
            } else {
                properties.add(piece.strip());
            }
        }
        return properties;
    }

    private static void addProperty(Map<String, String> properties, String text, String where, List<String> keys) {
        int equals = text.indexOf('=');
        String key = equals < 0 ? text : text.substring(0, equals).strip();
        if (equals < 0 || !keys.contains(key)) {
            throw new IllegalArgumentException(
                    where + "'" + text + "', expected one of " + String.join("=, ", keys) + "= and a value");
        }
        if (properties.put(key, text.substring(equals + 1).strip()) != null) {
            throw new IllegalArgumentException(where + "key '" + key + "' is there twice, expected once");
        }
    }

    private static <T> T within(String where, @Nullable String text, Function<String, T> parser, T assumed) {
        if (text == null) {
            return assumed;
        }
        try {
            return parser.apply(text);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(where + ": " + e.getMessage(), e);
        }
    }

    private static List<HugePagePool> hugePages(String text) {
        List<HugePagePool> pools = new ArrayList<>();
        for (String pool : text.split("\\+", -1)) {
            String[] fields = pool.strip().split("[*/]", -1);
            boolean isPool = pool.strip().matches("\\w+\\*\\d{1,15}/\\d{1,15}");
            if (!isPool) {
                throw new IllegalArgumentException("'" + pool
                        + "', expected size*count/free, as in 2m*512/100 for 512 of 2 MiB of which 100 are free");
            }
            long osPageBytes = ByteSizes.parse(fields[0]);
            if (!pools.isEmpty() && pools.getLast().osPageBytes() >= osPageBytes) {
                throw new IllegalArgumentException("'" + text + "', expected each size once, in ascending order");
            }
            pools.add(new HugePagePool(osPageBytes, Long.parseLong(fields[1]), Long.parseLong(fields[2])));
        }
        return pools;
    }

    private static int[][] distances(String text) {
        String[] rows = text.split("/", -1);
        int[][] distances = new int[rows.length][];
        for (int row = 0; row < rows.length; row++) {
            String[] columns = rows[row].split(",", -1);
            distances[row] = new int[columns.length];
            for (int column = 0; column < columns.length; column++) {
                String distance = columns[column].strip();
                if (!distance.matches("\\d{1,3}")) {
                    throw new IllegalArgumentException("distances: '" + distance + "' in column " + (column + 1)
                            + " of row " + (row + 1) + ", expected a number from 10 to 255");
                }
                distances[row][column] = Integer.parseInt(distance);
            }
        }
        return distances;
    }
}
