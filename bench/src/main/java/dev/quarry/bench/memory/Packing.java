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
        long allPages = 0;
        long allNewPages = 0;
        for (int blockBytes : BLOCK_BYTES) {
            Refill refill = refill(measurement, blockBytes);
            String key = blockBytes + " bytes";
            newPages.put(key, refill.newPages);
            reused.put(key, refill.reused / (double) refill.blocks);
            ascending.put(key, refill.ascending / (double) refill.blocks);
            allPages += refill.pages;
            allNewPages += refill.newPages;
        }
        measurement.facts().put(Figure.NAME, (allPages + allNewPages) / (double) allPages);
        measurement.facts().put(Figure.MEANING, "OS pages after the refill over OS pages before");
        measurement.facts().put("newPages", newPages);
        measurement.facts().put("partOfAddressesReused", reused);
        measurement.facts().put("partOfAddressesAboveTheOneBefore", ascending);
    }

    /// What became of the blocks that were taken in the place of freed ones.
    ///
    /// @param blocks how many there were
    /// @param reused of them those at an address that was freed
    /// @param ascending of them those above the one before
    /// @param pages OS pages that a block lay on before
    /// @param newPages those that one lies on after the refill and none lay on before
    private record Refill(int blocks, int reused, int ascending, int pages, int newPages) {}

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
        int reused = reused(freed, after);
        int ascending = ascending(after);
        long[] pages = pages(before);
        return new Refill(count, reused, ascending, pages.length, newPages(pages, pages(after)));
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

    private static long[] pages(long[] addresses) {
        return Arrays.stream(addresses)
                .map(address -> address >>> OS_PAGE_SHIFT)
                .sorted()
                .distinct()
                .toArray();
    }

    private static int newPages(long[] before, long[] after) {
        return (int) Arrays.stream(after)
                .filter(page -> Arrays.binarySearch(before, page) < 0)
                .count();
    }
}
