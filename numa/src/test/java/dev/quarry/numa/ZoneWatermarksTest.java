// SPDX-License-Identifier: Apache-2.0
package dev.quarry.numa;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ZoneWatermarksTest {
    private static final int PAGE_BYTES = 4096;
    private static final String ZONEINFO = """
            Node 0, zone      DMA
              pages free     3840
                    min      10
                    low      13
                    high     16
                    spanned  4095
                    managed  3840
                    protection: (0, 3019, 24090)
                  nr_free_pages 3840
              pagesets
                cpu: 0
                          high:     0
                          batch: 1
            Node 0, zone   Normal
              pages free     5000
                    high     300
                    managed  100000
                    protection: (0, 0, 0)
            Node 2, zone   Normal
                    high     77
                    managed  50000
                    protection: (0, 0, 23)
            """;

    @TempDir
    Path directory;

    @Test
    void shouldAddUpWatermarksAndReservesOfANodesZones() throws IOException {
        Path file = Files.writeString(directory.resolve("zoneinfo"), ZONEINFO);
        ZoneWatermarks watermarks = ZoneWatermarks.read(file, PAGE_BYTES);
        assertEquals((3840 + 300) * PAGE_BYTES, watermarks.keptFreeBytes(0), "never more than the zone has");
        assertEquals(100 * PAGE_BYTES, watermarks.keptFreeBytes(2));
        assertEquals(0, watermarks.keptFreeBytes(1));
    }

    @Test
    void shouldKnowNothingWithoutTheFile() {
        assertEquals(
                0, ZoneWatermarks.read(directory.resolve("none"), PAGE_BYTES).keptFreeBytes(0));
    }

    @Test
    void shouldReadNothingFromOtherText() throws IOException {
        Path file = Files.writeString(directory.resolve("zoneinfo"), "protection: (0, x)\nhigh 5\nNode x, zone\n");
        assertEquals(0, ZoneWatermarks.read(file, PAGE_BYTES).keptFreeBytes(0));
    }
}
