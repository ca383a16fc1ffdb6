// SPDX-License-Identifier: Apache-2.0
package dev.quarry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Locale;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What a close does about live blocks.
class CloseModeTest {
    private static final long MIB = 1 << 20;
    private static final Logger LOGGER = Logger.getLogger("dev.quarry");

    private final List<String> logged = new CopyOnWriteArrayList<>();
    private final Handler handler = new Handler() {
        @Override
        public void publish(LogRecord line) {
            logged.add(line.getMessage());
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    };

    @BeforeEach
    void listen() {
        LOGGER.setUseParentHandlers(false);
        LOGGER.addHandler(handler);
    }

    @AfterEach
    void stop() {
        LOGGER.removeHandler(handler);
        LOGGER.setUseParentHandlers(true);
    }

    @Test
    void shouldReportWhatIsLeftInOneLine() {
        try (OffHeapAllocator parent = create("free")) {
            OffHeapAllocator child = parent.child("leaky", 8 * MIB, options -> options.close(CloseMode.AUTO));
            for (int block = 0; block < 5; block++) {
                child.malloc(4_096);
            }
            child.malloc(64);
            child.malloc(2 * MIB);
            child.close();
            assertEquals(1, logged.size(), logged::toString);
            String line = logged.get(0);
            assertTrue(
                    line.startsWith("the allocator \"tree/leaky\" is closed with 7 live blocks of 2117696 bytes: "),
                    line);
            assertTrue(line.contains("5 of the class of 4096, 1 of the class of 64, 1 with a span of their own"), line);
        }
        assertEquals(1, logged.size(), logged::toString);
    }

    @Test
    void shouldSayNothingWhereNothingIsLeft() {
        try (OffHeapAllocator parent = create("report")) {
            OffHeapAllocator child = parent.child("tidy", 8 * MIB);
            child.free(child.malloc(100));
            child.close();
        }
        assertEquals(List.of(), logged);
    }

    @Test
    void shouldFreeSilently() {
        for (String mode : List.of("free", "auto")) {
            try (OffHeapAllocator parent = create(mode)) {
                parent.child("leaky", 8 * MIB, options -> options.close(CloseMode.FREE))
                        .malloc(100);
                parent.malloc(100);
            }
        }
        assertEquals(List.of(), logged);
    }

    @Test
    void shouldStayOpenWhileBlocksAreLive() {
        OffHeapAllocator alone = create("refuse");
        long address = alone.malloc(1_000);
        IllegalStateException refused = assertThrows(IllegalStateException.class, alone::close);
        assertTrue(refused.getMessage().contains("1 live block of"), refused.getMessage());
        alone.free(alone.malloc(10));
        alone.free(address);
        alone.close();
        assertThrows(IllegalStateException.class, () -> alone.malloc(1));
        assertEquals(List.of(), logged);
    }

    @Test
    void shouldCloseNothingWhereADescendantRefuses() {
        OffHeapAllocator parent = create("report");
        OffHeapAllocator child = parent.child("child", 8 * MIB);
        OffHeapAllocator strict = child.child("strict", 4 * MIB, options -> options.close(CloseMode.REFUSE));
        long address = strict.malloc(50_000);
        IllegalStateException refused = assertThrows(IllegalStateException.class, parent::close);
        assertTrue(refused.getMessage().contains("\"tree/child/strict\""), refused.getMessage());
        for (OffHeapAllocator open : List.of(parent, child, strict)) {
            assertFalse(open.isClosed());
            open.free(open.malloc(10));
        }
        parent.child("new", MIB).close();
        strict.free(address);
        parent.close();
        assertTrue(strict.isClosed());
    }

    private static OffHeapAllocator create(String mode) {
        return OffHeapAllocator.create(AllocatorConfig.builder()
                .name("tree")
                .limit(32 * MIB)
                .reserve("256m")
                .close(CloseMode.valueOf(mode.toUpperCase(Locale.ROOT)))
                .maintenance(MaintenanceMode.EXTERNAL)
                .build());
    }
}
