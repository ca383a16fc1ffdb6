// SPDX-License-Identifier: Apache-2.0
package dev.quarry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

/// The views have the kernel's columns, to the blank.
class KernelViewTest {
    private static final AllocatorStats STATS = stats(
            List.of(node(0, List.of(8, 4, 0, 0)), node(1, List.of(0, 0, 4))),
            List.of(
                    new SizeClassStats(16, 8192, 512, 0, 0, 0, 0, 4, 0, 0, 0, 0),
                    new SizeClassStats(1024, 16384, 16, 3, 20, 12, 16, 32, 100, 80, 5, 2)));

    private static NodeStats node(int node, List<Integer> freeBlocks) {
        List<Integer> byOrder = new ArrayList<>(freeBlocks);
        byOrder.addAll(Collections.nCopies(32 - freeBlocks.size(), 0));
        return new NodeStats(node, 1L << 30, 1L << 20, byOrder, 7, 5, 100, 2, 3, 4, 99, 3, 0);
    }

    private static AllocatorStats stats(List<NodeStats> nodes, List<SizeClassStats> classes) {
        return new AllocatorStats(0, 0, 128 << 20, 0, 0, 0, 0, 0, 0, 0, 0, 0, 100, 80, 0, 0, nodes, classes);
    }

    private static void assertLines(KernelView view, String... lines) {
        assertEquals(Arrays.asList(lines), view.text(STATS).lines().toList());
    }

    @Test
    void shouldWriteBuddyinfo() {
        assertLines(
                KernelView.BUDDYINFO,
                "Node 0, zone   Normal      8      4      0      0      0      0      0      0      0      0      0 ",
                "Node 1, zone   Normal      0      0      4      0      0      0      0      0      0      0      0 ",
                "",
                "extfrag_index",
                "Node 0, zone   Normal -1.000 -1.000  0.584  0.750  0.834  0.875  0.896  0.907  0.912  0.915  0.916 ",
                "Node 1, zone   Normal -1.000 -1.000 -1.000  0.250  0.500  0.625  0.688  0.719  0.735  0.743  0.747 ",
                "",
                "unusable_index",
                "Node 0, zone   Normal 0.000 0.500 1.000 1.000 1.000 1.000 1.000 1.000 1.000 1.000 1.000 ",
                "Node 1, zone   Normal 0.000 0.000 0.000 1.000 1.000 1.000 1.000 1.000 1.000 1.000 1.000 ");
    }

    @Test
    void shouldShowLargerBlocksThanTheKernelHas() {
        AllocatorStats large = stats(List.of(node(0, List.of(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 3))), List.of());
        assertTrue(KernelView.BUDDYINFO
                .text(large)
                .lines()
                .findFirst()
                .orElseThrow()
                .endsWith(" 0      0      3 "));
    }

    @Test
    void shouldWriteSlabinfo() {
        assertLines(
                KernelView.SLABINFO,
                "slabinfo - version: 2.1",
                "# name            <active_objs> <num_objs> <objsize> <objperslab> <pagesperslab>"
                        + " : tunables <limit> <batchcount> <sharedfactor>"
                        + " : slabdata <active_slabs> <num_slabs> <sharedavail>",
                "malloc-1024           20     48   1024   16    4 : tunables   32    0    0"
                        + " : slabdata      2      3      0");
    }

    @Test
    void shouldWriteZoneinfo() {
        List<String> lines = KernelView.ZONEINFO.text(STATS).lines().toList();
        assertEquals(
                List.of(
                        "Node 0, zone   Normal",
                        "  pages free     16",
                        "        min      256",
                        "        low      320",
                        "        high     384",
                        "        spanned  262144",
                        "        present  256",
                        "        managed  256",
                        "      nr_free_pages 16",
                        "      nr_splits    7",
                        "      nr_merges    5",
                        "      numa_hit     100",
                        "      numa_miss    2",
                        "      numa_foreign 3",
                        "      numa_interleave 4",
                        "      numa_local   99",
                        "      numa_other   3"),
                lines.subList(0, lines.size() / 2));
        assertEquals("Node 1, zone   Normal", lines.get(lines.size() / 2));
    }

    @Test
    void shouldWriteNumastat() {
        assertLines(
                KernelView.NUMASTAT,
                "                           node0           node1",
                "numa_hit                     100             100",
                "numa_miss                      2               2",
                "numa_foreign                   3               3",
                "interleave_hit                 4               4",
                "local_node                    99              99",
                "other_node                     3               3");
    }

    /// The spread zone has no node of its own.
    @Test
    void shouldNameTheSpreadZone() {
        AllocatorStats spread = stats(List.of(node(-1, List.of(1))), List.of());
        assertTrue(KernelView.BUDDYINFO.text(spread).startsWith("Node -1, zone   Spread      1 "));
        assertEquals(
                "",
                KernelView.NUMASTAT
                        .text(spread)
                        .lines()
                        .findFirst()
                        .orElseThrow()
                        .strip());
    }

    @Test
    void shouldShowALivingAllocator() {
        AllocatorConfig config = AllocatorConfig.builder()
                .limit("64m")
                .reserve("128m")
                .maintenance(MaintenanceMode.EXTERNAL)
                .build();
        try (OffHeapAllocator allocator = OffHeapAllocator.create(config)) {
            long block = allocator.malloc(1000);
            assertTrue(allocator.view(KernelView.SLABINFO).contains("malloc-1024            1 "));
            assertTrue(allocator.view(KernelView.ZONEINFO).contains("        spanned  32768\n"));
            allocator.free(block);
        }
    }
}
