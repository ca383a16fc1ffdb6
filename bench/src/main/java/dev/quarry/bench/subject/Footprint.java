// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.subject;

import dev.quarry.AllocatorStats;
import dev.quarry.OffHeapAllocator;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalLong;
import java.util.stream.Stream;

/// How much memory a subject holds.
public final class Footprint {
    /// The figure that is compared.
    public static final String HELD = "heldBytes";

    private static final Path MAPPINGS = Path.of("/proc/self/smaps");
    private static final String QUARRY_MAPPING = "[anon:quarry";

    private Footprint() {}

    /// Quarry's own accounting, and what the kernel says of Quarry's mappings where it keeps their names.
    static Map<String, Long> ofQuarry() {
        AllocatorStats stats = OffHeapAllocator.system().stats();
        Map<String, Long> figures = new LinkedHashMap<>();
        figures.put(HELD, stats.heldBytes());
        figures.put("committedBytes", stats.committedBytes());
        figures.put("spanCleanBytes", stats.spanCleanBytes());
        figures.put("spanDirtyBytes", stats.spanDirtyBytes());
        figures.put("slabFreeBytes", stats.slabFreeBytes());
        figures.put("lookasideBytes", stats.lookasideBytes());
        figures.put("liveAndWasteBytes", stats.liveBytes() + stats.wasteBytes());
        figures.put("metadataBytes", stats.metadataBytes());
        residentBytes().ifPresent(bytes -> figures.put("residentBytes", bytes));
        return figures;
    }

    static Map<String, Long> ofBytes(long bytes) {
        return Map.of(HELD, bytes);
    }

    private static OptionalLong residentBytes() {
        if (!Files.isReadable(MAPPINGS)) {
            return OptionalLong.empty();
        }
        try (Stream<String> lines = Files.lines(MAPPINGS)) {
            return sumResident(lines);
        } catch (IOException e) {
            return OptionalLong.empty();
        }
    }

    /// Sums the `Rss:` lines below the headers of Quarry's mappings; empty when no mapping carries the name.
    static OptionalLong sumResident(Stream<String> lines) {
        long sum = 0;
        boolean named = false;
        boolean inside = false;
        for (String line : (Iterable<String>) lines::iterator) {
            if (isHeader(line)) {
                inside = line.contains(QUARRY_MAPPING);
                named |= inside;
            } else if (inside && line.startsWith("Rss:")) {
                sum += 1024 * Long.parseLong(line.replaceAll("[^0-9]", ""));
            }
        }
        return named ? OptionalLong.of(sum) : OptionalLong.empty();
    }

    /// A header begins with a range of addresses in lower-case hexadecimal, the lines below it with a capital letter.
    private static boolean isHeader(String line) {
        return !line.isEmpty() && Character.digit(line.charAt(0), 16) >= 0 && !Character.isUpperCase(line.charAt(0));
    }
}
