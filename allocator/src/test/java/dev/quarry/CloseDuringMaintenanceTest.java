// SPDX-License-Identifier: Apache-2.0
package dev.quarry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.quarry.numa.RawMemory;
import org.junit.jupiter.api.Test;

/// A close while another part of the program is in the midst of a round of maintenance.
class CloseDuringMaintenanceTest {
    private static AllocatorConfig.Builder config() {
        return AllocatorConfig.builder()
                .limit("64m")
                .reserve("64m")
                .purgeDelay("0")
                .maintenance(MaintenanceMode.EXTERNAL);
    }

    /// Closes an allocator, and makes the next one, from inside of a round.
    private static final class Closer implements BlockCache {
        private final OffHeapAllocator allocator;
        private OffHeapAllocator next;
        private long block;

        Closer(OffHeapAllocator allocator) {
            this.allocator = allocator;
            this.next = allocator;
        }

        @Override
        public void count(Counter counter) {}

        @Override
        public void reclaim() {}

        @Override
        public void sweep() {
            allocator.close();
            next = OffHeapAllocator.create(config().build());
            block = next.malloc(1 << 20);
            RawMemory.fill(block, 1 << 20, (byte) 7);
        }
    }

    @Test
    void shouldNotTouchTheNextAllocator() {
        OffHeapAllocator allocator = OffHeapAllocator.create(config().build());
        allocator.free(allocator.malloc(4 << 20));
        Closer closer = new Closer(allocator);
        allocator.register(closer);
        allocator.maintain();
        try (OffHeapAllocator next = closer.next) {
            assertEquals(allocator.space().base, next.space().base, "the address range serves again at once");
            assertNotEquals(allocator.space().nullSlab, next.space().nullSlab, "and the records do not");
            for (int offset = 0; offset < 1 << 20; offset += 4096) {
                assertEquals(7, RawMemory.getByte(closer.block + offset), "at " + offset);
            }
            next.free(closer.block);
            next.verify();
        }
        assertThrows(IllegalStateException.class, allocator::stats);
        assertEquals(0, allocator.maintain());
    }
}
