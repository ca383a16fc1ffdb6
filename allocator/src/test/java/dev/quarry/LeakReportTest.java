// SPDX-License-Identifier: Apache-2.0
package dev.quarry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// One block forgotten among a million: the statistics and the report show it, and its size class.
class LeakReportTest {
    private static final int PAIRS = 1_000_000;

    @ParameterizedTest
    @ValueSource(ints = {64, 5_120})
    void shouldShowTheOneBlockThatIsLeft(int leakedBytes) {
        AllocatorConfig config = AllocatorConfig.builder()
                .limit("64m")
                .reserve("1g")
                .maintenance(MaintenanceMode.EXTERNAL)
                .build();
        try (OffHeapAllocator allocator = OffHeapAllocator.create(config)) {
            long forgotten = 0;
            for (int pair = 0; pair < PAIRS; pair++) {
                long address = allocator.malloc(leakedBytes);
                long other = allocator.malloc(48);
                allocator.free(other);
                if (pair == PAIRS / 2) {
                    forgotten = address;
                } else {
                    allocator.free(address);
                }
            }
            AllocatorStats stats = allocator.stats();
            assertEquals(1, stats.liveBlocks());
            assertEquals(leakedBytes, stats.liveBytes() + stats.wasteBytes());
            List<SizeClassStats> live = stats.sizeClasses().stream()
                    .filter(row -> row.liveBlocks() != 0)
                    .toList();
            assertEquals(1, live.size(), live::toString);
            assertEquals(leakedBytes, live.get(0).slotBytes());
            assertEquals(live.get(0).frees() + 1, live.get(0).mallocs());

            String report = allocator.report();
            assertTrue(report.contains("1 blocks"), report);
            assertTrue(
                    report.lines().map(String::strip).anyMatch(line -> line.matches(leakedBytes + " +1 +1 .*")),
                    report);
            assertTrue(allocator.owns(forgotten));
        }
    }
}
