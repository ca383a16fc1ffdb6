// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bounds;

import dev.quarry.AllocatorAccess;
import dev.quarry.OffHeapAllocator;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What the kernel says in `/proc/self/smaps` of an allocator's memory.
final class Smaps {
    private static final Path FILE = Path.of("/proc/self/smaps");
    private static final Pattern RANGE = Pattern.compile("^([0-9a-f]+)-([0-9a-f]+) .*");
    private static final Pattern RESIDENT = Pattern.compile("^Rss: +(\\d+) kB$");

    private Smaps() {}

    static boolean isThere() {
        return Files.isReadable(FILE);
    }

    /// {@return bytes of the allocator's mappings, data and metadata, that are in memory} Calls nothing of the
    /// allocator.
    static long residentBytes(OffHeapAllocator allocator) {
        long[][] ranges = AllocatorAccess.ranges(allocator);
        long residentBytes = 0;
        boolean isOurs = false;
        try {
            for (String line : Files.readAllLines(FILE)) {
                Matcher range = RANGE.matcher(line);
                Matcher resident = RESIDENT.matcher(line);
                if (range.matches()) {
                    isOurs = isIn(
                            ranges,
                            Long.parseUnsignedLong(range.group(1), 16),
                            Long.parseUnsignedLong(range.group(2), 16));
                } else if (isOurs && resident.matches()) {
                    residentBytes += Long.parseLong(resident.group(1)) << 10;
                }
            }
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
        return residentBytes;
    }

    private static boolean isIn(long[][] ranges, long start, long end) {
        for (long[] range : ranges) {
            if (Long.compareUnsigned(start, range[0]) >= 0 && Long.compareUnsigned(end, range[1]) <= 0) {
                return true;
            }
        }
        return false;
    }
}
