// SPDX-License-Identifier: Apache-2.0
package dev.quarry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;

/// What goes wrong in an allocator comes to its report, and as few lines to the log.
class ErrorReportTest {
    private final OffHeapAllocator allocator = OffHeapAllocator.create(AllocatorConfig.builder()
            .name("faulty")
            .limit(8L << 20)
            .maintenance(MaintenanceMode.EXTERNAL)
            .build());

    @Test
    void shouldTellWhatWentWrongHowOften() {
        try (allocator) {
            assertFalse(allocator.report().contains("errors"), allocator::report);
            long block = allocator.malloc(100);
            assertThrows(InvalidFreeException.class, () -> allocator.free(block + 16));
            allocator.free(block);
            assertThrows(DoubleFreeException.class, () -> allocator.free(block));
            assertThrows(DoubleFreeException.class, () -> allocator.free(block));
            assertThrows(OutOfOffHeapMemoryError.class, () -> allocator.malloc(1L << 30));
            String report = allocator.report();
            assertTrue(report.contains("1   invalid free, interior; first "), report);
            assertTrue(report.contains("2   invalid free, double; first "), report);
            assertTrue(report.contains("the first: 0x" + Long.toHexString(block) + " is free already"), report);
            assertTrue(report.contains("1   out of memory, the request alone is above the limit; first "), report);
        }
    }

    @Test
    void shouldWriteFewLinesForManyFaults() {
        List<String> lines = new ArrayList<>();
        Handler handler = new ListHandler(lines);
        Logger logger = Logger.getLogger("dev.quarry");
        logger.addHandler(handler);
        try (allocator) {
            long startNs = System.nanoTime();
            for (int fault = 0; fault < 100_000; fault++) {
                assertThrows(InvalidFreeException.class, () -> allocator.free(16));
                allocator.maintain();
            }
            long seconds = (System.nanoTime() - startNs) / 1_000_000_000;
            long ours = lines.stream()
                    .filter(line -> line.startsWith("faulty: invalid free, foreign ("))
                    .count();
            assertTrue(ours >= 1 && ours <= seconds + 1, () -> seconds + " s: " + lines);
            assertEquals(100_000, allocator.stats().invalidFrees());
        } finally {
            logger.removeHandler(handler);
        }
    }

    private static final class ListHandler extends Handler {
        private final List<String> lines;

        ListHandler(List<String> lines) {
            this.lines = lines;
        }

        @Override
        public synchronized void publish(LogRecord logged) {
            lines.add(logged.getMessage());
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    }
}
