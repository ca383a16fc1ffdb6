// SPDX-License-Identifier: Apache-2.0
package dev.quarry.internal.buddy;

import static dev.quarry.internal.buddy.SpanMap.PAGE_BYTES;
import static dev.quarry.numa.RawMemory.fill;
import static dev.quarry.numa.RawMemory.getByte;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quarry.internal.region.BootBitmap;
import dev.quarry.internal.region.Region;
import dev.quarry.internal.region.SimulatedRegions;
import dev.quarry.numa.Errno;
import dev.quarry.numa.OsCall;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class MetadataHeapTest {
    private static final long REGION_BYTES = 8 << 20;
    private static final long GRANULE_BYTES = 32 << 10;
    private static final int BOOT_PAGES = 4;

    private final SimulatedRegions machine = new SimulatedRegions(SimulatedRegions.NO_LIMIT);

    @AfterEach
    void releaseMachine() {
        machine.close();
    }

    private static MetadataHeap heap(SimulatedRegions machine) {
        Region region = machine.region(REGION_BYTES);
        return new MetadataHeap(
                region, machine.table(1 << 16), machine.table(4096), machine.table(4096), GRANULE_BYTES);
    }

    private MetadataHeap retiredHeap() {
        MetadataHeap heap = heap(machine);
        heap.bootAllocate(128);
        heap.retireBoot();
        return heap;
    }

    @Test
    void shouldServeFromTheBitmapUntilItRetires() {
        MetadataHeap heap = heap(machine);
        long first = heap.bootAllocate(128);

        assertEquals(first + 128, heap.bootAllocate(1));
        assertEquals(first + 192, heap.bootAllocate(64));
        heap.retireBoot();
        assertThrows(IllegalStateException.class, () -> heap.bootAllocate(1));
    }

    @Test
    void shouldHandThePagesThatTheBitmapNeverUsedToTheBuddy() {
        MetadataHeap heap = heap(machine);
        heap.bootAllocate(PAGE_BYTES + 1);
        long free = heap.pages().buddy().freeCommittedPages();

        assertEquals(BOOT_PAGES - 2, heap.retireBoot());
        assertEquals(free + BOOT_PAGES - 2, heap.pages().buddy().freeCommittedPages());
        heap.verify();
    }

    @Test
    void shouldKeepAllPagesThatTheBitmapUsed() {
        MetadataHeap heap = heap(machine);
        heap.bootAllocate(BOOT_PAGES * PAGE_BYTES);

        assertEquals(0, heap.retireBoot());
        heap.verify();
    }

    @Test
    void shouldKeepOnePageWhenTheBitmapUsedNone() {
        MetadataHeap heap = heap(machine);

        assertEquals(BOOT_PAGES, heap.retireBoot());
        heap.verify();
    }

    @Test
    void shouldSayWhyTheFirstPagesCannotBeHad() {
        try (SimulatedRegions poor = new SimulatedRegions(PAGE_BYTES)) {
            OutOfMemoryError refused = assertThrows(OutOfMemoryError.class, () -> heap(poor));
            assertTrue(refused.getMessage().endsWith("the limit is too low"), refused.getMessage());
        }
        for (int call : new int[] {1, 4}) {
            // The first of the tables, and the pages themselves.
            machine.os().failFrom(OsCall.COMMIT, call, Errno.ENOMEM);
            OutOfMemoryError refused = assertThrows(OutOfMemoryError.class, () -> heap(machine));
            assertTrue(refused.getMessage().contains("ENOMEM"), refused.getMessage());
        }
    }

    @Test
    void shouldZeroRecordsThatAreUsedAgain() {
        MetadataHeap heap = retiredHeap();
        for (int bytes : new int[] {64, 200, 8192, 8193, 40_000}) {
            long first = heap.allocate(bytes);
            fill(first, bytes, (byte) -1);
            heap.free(first, bytes);

            assertEquals(first, heap.allocate(bytes), bytes + " bytes");
            requireZero(first, bytes, bytes + " bytes");
        }
        heap.verify();
    }

    @Test
    void shouldReuseARecordForAnotherSizeOfItsClassOnly() {
        MetadataHeap heap = retiredHeap();
        long record = heap.allocate(1000);
        heap.free(record, 1000);

        assertNotEquals(record, heap.allocate(500));
        assertEquals(record, heap.allocate(1024));
    }

    @Test
    void shouldUseTheRestOfAChunkForSmallerRecords() {
        MetadataHeap heap = retiredHeap();
        heap.allocate(8192 - 1024);
        heap.allocate(8192);
        long committed = machine.ledger().committedBytes();
        long free = heap.pages().buddy().freeCommittedPages();

        heap.allocate(1024);
        assertEquals(free, heap.pages().buddy().freeCommittedPages());
        assertEquals(committed, machine.ledger().committedBytes());
    }

    @Test
    void shouldGiveNothingWhenCreditIsWanting() {
        try (SimulatedRegions poor = new SimulatedRegions(GRANULE_BYTES)) {
            MetadataHeap heap = heap(poor);
            heap.bootAllocate(64);
            heap.retireBoot();
            List<Long> records = new ArrayList<>();
            for (long record = heap.allocate(64); record != 0; record = heap.allocate(64)) {
                records.add(record);
            }
            assertEquals(0, heap.allocate(100_000));
            assertTrue(records.size() * 64L <= GRANULE_BYTES);
            assertTrue(records.size() * 64L > GRANULE_BYTES / 2, records.size() + " records");

            heap.free(records.get(0), 64);
            assertEquals(records.get(0), heap.allocate(64));
            heap.verify();
        }
    }

    @Test
    void shouldGiveRecordsThatAreZeroedAndAlignedAndDoNotOverlap() {
        long seed = System.nanoTime();
        SplittableRandom random = new SplittableRandom(seed);
        MetadataHeap heap = retiredHeap();
        long usedBefore = heap.usedBytes();
        TreeMap<Long, Integer> records = new TreeMap<>();
        for (int step = 0; step < 10_000; step++) {
            String context = "seed " + seed + ", step " + step;
            if (random.nextInt(100) < 55 && records.size() < 200) {
                int bytes = 1 + random.nextInt(random.nextInt(20) == 0 ? 30_000 : 4_000);
                long record = heap.allocate(bytes);
                assertNotEquals(0, record, context);
                assertEquals(0, record % BootBitmap.LINE_BYTES, context);
                requireZero(record, bytes, context);
                fill(record, bytes, (byte) -1);
                requireApart(records, record, bytes, context);
                records.put(record, bytes);
            } else if (!records.isEmpty()) {
                Long any = records.ceilingKey(random.nextLong(records.firstKey(), records.lastKey() + 1));
                heap.free(any, records.remove(any));
            }
        }
        records.forEach(heap::free);
        assertEquals(usedBefore, heap.usedBytes());
        heap.verify();
    }

    private static void requireApart(TreeMap<Long, Integer> records, long record, int bytes, String context) {
        Map.Entry<Long, Integer> below = records.floorEntry(record);
        Long above = records.ceilingKey(record);
        assertTrue(below == null || below.getKey() + below.getValue() <= record, context);
        assertTrue(above == null || record + bytes <= above, context);
    }

    private static void requireZero(long address, int bytes, String context) {
        for (long at = address; at < address + bytes; at++) {
            if (getByte(at) != 0) {
                throw new AssertionError("a record is not zeroed, " + context);
            }
        }
    }
}
