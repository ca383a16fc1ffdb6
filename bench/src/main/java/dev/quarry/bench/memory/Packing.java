// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.memory;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/// Fills eight groups of 64 KiB with blocks of one size, frees all but one of each group, at another place in each,
/// and takes as many again. Those fit into what became free: no new OS page need be touched.
final class Packing {
    private static final int GROUPS = 8;
    private static final int GROUP_BYTES = 64 << 10;
    private static final int[] BLOCK_BYTES = {16, 64, 256, 1024};
    private static final int OS_PAGE_SHIFT = 12;

    /// How far the survivor's place moves from group to group.
    private static final int SURVIVOR_STEP = 37;

    private Packing() {}

    static void run(Measurement measurement) {
        Map<String, Object> newPages = new LinkedHashMap<>();
        Map<String, Object> reused = new LinkedHashMap<>();
        Map<String, Object> ascending = new LinkedHashMap<>();
        long allNewPages = 0;
        for (int blockBytes : BLOCK_BYTES) {
            Packing.Refill refill = refill(measurement, blockBytes);
            String key = blockBytes + " bytes";
            newPages.put(key, refill.newPages);
            reused.put(key, refill.reused / (double) refill.blocks);
            ascending.put(key, refill.ascending / (double) refill.blocks);
            allNewPages += refill.newPages;
        }
        measurement.facts().put(Figure.NAME, (double) allNewPages);
        measurement.facts().put(Figure.MEANING, "OS pages on which the refill lies and nothing lay before");
        measurement.facts().put("newPages", newPages);
        measurement.facts().put("partOfAddressesReused", reused);
        measurement.facts().put("partOfAddressesAboveTheOneBefore", ascending);
    }

    /// What became of the blocks that were taken in the place of freed ones.
    ///
    /// @param blocks how many there were
    /// @param reused of them those at an address that was freed
    /// @param ascending of them those above the one before
    /// @param newPages OS pages that no block lay on before
    record Refill(int blocks, int reused, int ascending, int newPages) {}

    private static Refill refill(Measurement measurement, int blockBytes) {
        int perGroup = GROUP_BYTES / blockBytes;
        BlockTable table = measurement.newTable(GROUPS * perGroup);
        long[] before = new long[table.slotCount()];
        for (int slot = 0; slot < before.length; slot++) {
            before[slot] = table.allocate(slot, blockBytes);
        }
        measurement.read(blockBytes + " bytes filled");
        long[] freed = new long[GROUPS * (perGroup - 1)];
        int[] freeSlots = new int[freed.length];
        int count = 0;
        for (int slot = 0; slot < before.length; slot++) {
            int survivor = slot / perGroup * SURVIVOR_STEP % perGroup;
            if (slot % perGroup != survivor) {
                table.free(slot);
                freeSlots[count] = slot;
                freed[count++] = before[slot];
            }
        }
        long[] after = new long[count];
        for (int i = 0; i < count; i++) {
            after[i] = table.allocate(freeSlots[i], blockBytes);
        }
        measurement.read(blockBytes + " bytes refilled");
        return new Refill(count, reused(freed, after), ascending(after), newPages(before, after));
    }

    private static int reused(long[] freed, long[] after) {
        Arrays.sort(freed);
        return (int) Arrays.stream(after)
                .filter(address -> Arrays.binarySearch(freed, address) >= 0)
                .count();
    }

    private static int ascending(long[] after) {
        int count = 0;
        for (int i = 1; i < after.length; i++) {
            count += after[i] > after[i - 1] ? 1 : 0;
        }
        return count;
    }

    private static int newPages(long[] before, long[] after) {
        long[] pages = Arrays.stream(before)
                .map(address -> address >>> OS_PAGE_SHIFT)
                .sorted()
                .toArray();
        return (int) Arrays.stream(after)
                .map(address -> address >>> OS_PAGE_SHIFT)
                .distinct()
                .filter(page -> Arrays.binarySearch(pages, page) < 0)
                .count();
    }
}
