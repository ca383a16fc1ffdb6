// SPDX-License-Identifier: Apache-2.0
package dev.quarry.numa;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What the kernel keeps free on each node, as `/proc/zoneinfo` tells it: the high watermark of each of the node's
/// zones and what of the zone is reserved for requests that no other zone can serve. Below that, pages come from the
/// next node.
final class ZoneWatermarks {
    private static final Pattern ZONE = Pattern.compile("Node (\\d{1,4}), zone\\s+\\S+\\s*");
    private static final Pattern FIELD = Pattern.compile("\\s+(high|managed)\\s+(\\d{1,15})\\s*");
    private static final Pattern PROTECTION = Pattern.compile("\\s+protection: \\(([\\d, ]+)\\)\\s*");

    private final int osPageBytes;
    private final Map<Integer, Long> keptPagesByNode = new HashMap<>();
    private int node = -1;
    private long high;
    private long managed;

    private ZoneWatermarks(int osPageBytes) {
        this.osPageBytes = osPageBytes;
    }

    /// Reads them.
    ///
    /// @param zoneinfo    the file; where it cannot be read nothing is known to be kept
    /// @param osPageBytes in which it counts
    static ZoneWatermarks read(Path zoneinfo, int osPageBytes) {
        ZoneWatermarks watermarks = new ZoneWatermarks(osPageBytes);
        TextFiles.lines(zoneinfo).forEach(watermarks::line);
        return watermarks;
    }

    /// The fields of a zone come in this order, and its protection after them.
    private void line(String line) {
        Matcher zone = ZONE.matcher(line);
        Matcher field = FIELD.matcher(line);
        Matcher protection = PROTECTION.matcher(line);
        if (zone.matches()) {
            node = Integer.parseInt(zone.group(1));
            high = 0;
            managed = 0;
        } else if (field.matches()) {
            long pages = Long.parseLong(field.group(2));
            high = field.group(1).equals("high") && high == 0 ? pages : high;
            managed = field.group(1).equals("managed") ? pages : managed;
        } else if (protection.matches() && node >= 0) {
            long reserved = 0;
            for (String part : protection.group(1).split(",", -1)) {
                reserved = Math.max(reserved, Long.parseLong(part.strip()));
            }
            keptPagesByNode.merge(node, Math.min(managed, high + reserved), Long::sum);
        }
    }

    /// What is kept free on a node, in bytes; 0 where nothing is known.
    long keptFreeBytes(int id) {
        return keptPagesByNode.getOrDefault(id, 0L) * osPageBytes;
    }
}
