// SPDX-License-Identifier: Apache-2.0
package dev.quarry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quarry.internal.buddy.SpanMap;
import dev.quarry.numa.NumaNode;
import dev.quarry.numa.SimulatedMachine;
import dev.quarry.numa.SimulatedMemory;
import dev.quarry.numa.Topology;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntToLongFunction;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Where memory comes from, on a simulated machine of four nodes with two cpus each; node 1 is nearest to 0, 3 to 2.
@Tag("once")
class PlacementTest {
    private static final int NODES = 4;
    private static final int CPUS = 2;
    private static final long NODE_BYTES = 128L << 20;
    private static final int[][] DISTANCES = {
        {10, 12, 20, 30},
        {12, 10, 20, 30},
        {30, 20, 10, 12},
        {30, 20, 12, 10}
    };

    private final SimulatedMemory machine =
            new SimulatedMemory(SimulatedMachine.builder().topology(topology()).build());

    private final SimulatedAllocators allocators = new SimulatedAllocators(machine, machine.topology());

    private static Topology topology() {
        Topology even = SimulatedMachine.builder()
                .nodes(NODES, CPUS, NODE_BYTES)
                .build()
                .topology();
        List<NumaNode> nodes = even.nodes();
        return Topology.of(nodes, DISTANCES);
    }

    private static AllocatorConfig.Builder config() {
        return AllocatorConfig.builder()
                .limit("64m")
                .reserve("64m")
                .commitGranule("64k")
                .arenasStripes(8)
                .maintenance(MaintenanceMode.EXTERNAL);
    }

    @AfterEach
    void releaseMachine() {
        allocators.close();
    }

    private OffHeapAllocator create(AllocatorConfig.Builder builder) {
        return allocators.create(builder);
    }

    private static int zoneNode(OffHeapAllocator allocator, long address) {
        return allocator.space().zoneAt(address - allocator.space().base).node();
    }

    private void runOnNode(int node) {
        machine.runOn(node * CPUS);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3})
    void shouldPlaceABlockOnTheThreadsNode(int node) {
        runOnNode(node);
        try (OffHeapAllocator allocator = create(config())) {
            for (long size : new long[] {1, 100, 5_000, 60_000, 3 << 20}) {
                long address = allocator.malloc(size);
                assertEquals(node, zoneNode(allocator, address), () -> size + " bytes");
                assertEquals(node, machine.nodeOf(address & -SpanMap.PAGE_BYTES));
                allocator.free(address);
            }
            allocator.verify();
        }
    }

    @Test
    void shouldFollowAThreadThatMoves() {
        runOnNode(0);
        try (OffHeapAllocator allocator = create(config())) {
            List<Long> before = mallocs(allocator, 3_000, index -> 40 + index % 2_000);
            runOnNode(3);
            List<Long> after = mallocs(allocator, 3_000, index -> 40 + index % 2_000);
            long there = after.stream()
                    .filter(address -> zoneNode(allocator, address) == 3)
                    .count();
            assertTrue(there > after.size() * 9 / 10, () -> there + " of " + after.size());

            before.forEach(allocator::free);
            allocator.trim();
            assertEquals(3_000, allocator.stats().liveBlocks());
            List<Long> again = mallocs(allocator, 3_000, index -> 40 + index % 2_000);
            assertTrue(again.stream().allMatch(address -> zoneNode(allocator, address) == 3), "freed blocks went home");
            after.forEach(allocator::free);
            again.forEach(allocator::free);
            allocator.verify();
        }
    }

    @Test
    void shouldGoOnByDistanceFromAFullNode() {
        runOnNode(2);
        try (OffHeapAllocator allocator = create(config())) {
            fill(2);
            assertEquals(3, zoneNode(allocator, allocator.malloc(1 << 20)));
            assertEquals(3, zoneNode(allocator, allocator.malloc(100)));
            fill(3);
            assertEquals(1, zoneNode(allocator, allocator.malloc(2 << 20)));
            fill(1);
            assertEquals(0, zoneNode(allocator, allocator.malloc(4 << 20)));
            NodeStats full = allocator.stats().nodes().get(2);
            assertTrue(full.fullRefusals() > 0);
            assertEquals(0, full.numaHit());
            assertTrue(full.numaForeign() > 0);
            assertTrue(allocator.stats().nodes().get(3).numaMiss() > 0);
            allocator.verify();
        }
    }

    @Test
    void shouldPreferOneNodeAndThenWhatIsNearIt() {
        runOnNode(0);
        try (OffHeapAllocator allocator = create(config().numaPolicy(NumaPolicy.preferred(2)))) {
            assertEquals(2, zoneNode(allocator, allocator.malloc(1 << 20)));
            fill(2);
            assertEquals(3, zoneNode(allocator, allocator.malloc(1 << 20)));
        }
    }

    @Test
    void shouldBindToTheNearestOfSomeNodesAndNoOther() {
        runOnNode(3);
        try (OffHeapAllocator allocator = create(config().numaPolicy(NumaPolicy.bind(0, 1)))) {
            assertEquals(1, zoneNode(allocator, allocator.malloc(1 << 20)));
            fill(1);
            assertEquals(0, zoneNode(allocator, allocator.malloc(1 << 20)));
            fill(0);
            OutOfOffHeapMemoryError error =
                    assertThrows(OutOfOffHeapMemoryError.class, () -> allocator.malloc(2 << 20));
            String message = String.valueOf(error.getMessage());
            assertTrue(message.contains("node 0 has no free memory (policy bind:0-1)"), message);
            assertFalse(message.contains("node 2"), message);
            allocator.verify();
            machine.setNodeBytes(0, 2 * NODE_BYTES);
            assertEquals(0, zoneNode(allocator, allocator.malloc(2 << 20)), "works on");
        }
    }

    @Test
    void shouldInterleaveSlabsInTurnAndSpansByOsPage() {
        try (OffHeapAllocator allocator = create(config().numaPolicy(NumaPolicy.INTERLEAVE))) {
            int[] blocks = new int[NODES];
            for (long address : mallocs(allocator, 16_384, index -> 256)) {
                blocks[zoneNode(allocator, address)]++;
            }
            for (int count : blocks) {
                assertEquals(16_384 / NODES, count, 256, "blocks of slabs");
            }
            long span = allocator.malloc(8 << 20);
            int[] nodes = new int[8 << 20 >>> SpanMap.PAGE_SHIFT];
            machine.nodesOf(span, nodes.length, nodes);
            int[] pages = new int[NODES];
            for (int node : nodes) {
                pages[node]++;
            }
            for (int count : pages) {
                assertEquals(nodes.length / NODES, count, "OS pages of a span");
            }
            long hits = allocator.stats().nodes().stream()
                    .mapToLong(NodeStats::interleaveHit)
                    .sum();
            assertTrue(hits >= nodes.length, () -> hits + " pages");
        }
    }

    @Test
    void shouldInterleaveSpansOfSomeNodesInTurn() {
        try (OffHeapAllocator allocator = create(config())) {
            NumaPolicy policy = NumaPolicy.interleave(1, 3);
            int[] spans = new int[NODES];
            for (int index = 0; index < 8; index++) {
                spans[zoneNode(allocator, allocator.malloc(100_000, policy))]++;
            }
            assertEquals(4, spans[1]);
            assertEquals(4, spans[3]);
        }
    }

    @Test
    void shouldTakeAPolicyForOneBlock() {
        runOnNode(0);
        try (OffHeapAllocator allocator = create(config())) {
            long there = allocator.malloc(100, NumaPolicy.bind(3));
            long here = allocator.malloc(100);
            assertEquals(3, zoneNode(allocator, there));
            assertEquals(0, zoneNode(allocator, here));
            allocator.free(there);
            allocator.free(here);
            allocator.trim();
            assertEquals(0, allocator.stats().liveBlocks());
            allocator.verify();
        }
    }

    @Test
    void shouldTakeAPolicyForAScope() {
        runOnNode(0);
        try (OffHeapAllocator allocator = create(config())) {
            requireScopes(allocator);
        }
    }

    @Test
    void shouldTakeAPolicyForAScopeOfAVirtualThread() throws InterruptedException {
        runOnNode(0);
        try (OffHeapAllocator allocator = create(config())) {
            AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
            Thread thread = Thread.ofVirtual()
                    .uncaughtExceptionHandler((owner, thrown) -> failure.set(thrown))
                    .start(() -> requireScopes(allocator));
            thread.join();
            assertEquals(null, failure.get());
        }
    }

    private static void requireScopes(OffHeapAllocator allocator) {
        assertEquals(0, zoneNode(allocator, allocator.malloc(64)));
        try (PolicyScope outer = allocator.withPolicy(NumaPolicy.bind(2))) {
            assertEquals(2, zoneNode(allocator, allocator.malloc(64)));
            try (PolicyScope inner = allocator.withPolicy(NumaPolicy.preferred(1))) {
                assertEquals(1, zoneNode(allocator, allocator.malloc(64)));
                assertThrows(IllegalStateException.class, outer::close, "the inner one is still open");
                assertEquals(NumaPolicy.preferred(1), inner.policy());
            }
            assertEquals(2, zoneNode(allocator, allocator.malloc(70_000)));
        }
        assertEquals(0, zoneNode(allocator, allocator.malloc(64)));
        allocator.verify();
    }

    @Test
    void shouldRefuseAScopeToAnotherThread() throws InterruptedException {
        try (OffHeapAllocator allocator = create(config());
                PolicyScope scope = allocator.withPolicy(NumaPolicy.bind(2))) {
            AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
            Thread thread = new Thread(scope::close);
            thread.setUncaughtExceptionHandler((owner, thrown) -> failure.set(thrown));
            thread.start();
            thread.join();
            assertTrue(failure.get() instanceof WrongThreadException);
            assertEquals(2, zoneNode(allocator, allocator.malloc(64)));
        }
    }

    @Test
    void shouldRefuseAPolicyThatNamesWhatIsNotThere() {
        IllegalArgumentException refused =
                assertThrows(IllegalArgumentException.class, () -> create(config().numaPolicy("bind:1,7")));
        assertEquals(
                "quarry.numa.policy=bind:1,7 is refused: it names a node that has no memory for this process;"
                        + " there is 0-3.",
                refused.getMessage());
        try (OffHeapAllocator allocator = create(config())) {
            assertThrows(IllegalArgumentException.class, () -> allocator.withPolicy(NumaPolicy.preferred(9)));
            assertThrows(IllegalArgumentException.class, () -> allocator.malloc(1, NumaPolicy.OFF));
            assertEquals(0, allocator.stats().liveBlocks());
        }
    }

    @Test
    void shouldReclaimItsNodeBeforeItGoesToTheNext() {
        runOnNode(2);
        assertEquals(3, nodeAfterFree(config().numaReclaim(false)), "at once");
        assertEquals(2, nodeAfterFree(config()), "reclaimed first");
    }

    /// {@return the node of a span for which the node has no free memory but pages that are free and dirty}
    private int nodeAfterFree(AllocatorConfig.Builder builder) {
        try (OffHeapAllocator allocator = create(builder)) {
            List<Long> blocks = mallocs(allocator, 28, index -> 2 << 20);
            for (int index = 0; index < blocks.size(); index += 2) {
                allocator.free(blocks.get(index));
            }
            fill(2);
            int node = zoneNode(allocator, allocator.malloc(3 << 20));
            machine.setNodeBytes(2, NODE_BYTES);
            return node;
        }
    }

    @Test
    void shouldServeVirtualThreadsFromTheirNode() throws InterruptedException {
        try (OffHeapAllocator allocator = create(config())) {
            for (int node = 0; node < NODES; node++) {
                int here = node;
                AtomicReference<Integer> seen = new AtomicReference<>(-1);
                Thread.ofVirtual()
                        .start(() -> {
                            runOnNode(here);
                            seen.set(zoneNode(allocator, allocator.malloc(300)));
                        })
                        .join();
                assertEquals(here, seen.get());
            }
        }
    }

    @Test
    void shouldMoveABlock() {
        runOnNode(1);
        try (OffHeapAllocator allocator = create(config())) {
            long address = allocator.malloc(1 << 20);
            assertEquals(1, machine.nodeOf(address));
            assertEquals(1 << 20, allocator.migrate(address, 3));
            assertEquals(3, machine.nodeOf(address));
            assertEquals(1, zoneNode(allocator, address), "and goes home when it is freed");
            assertThrows(IllegalArgumentException.class, () -> allocator.migrate(address, 9));
            assertThrows(InvalidFreeException.class, () -> allocator.migrate(address + 64, 2));
            allocator.free(address);
            allocator.verify();
        }
    }

    @Test
    void shouldBringFreePagesBackToTheirNode() {
        runOnNode(1);
        try (OffHeapAllocator allocator = create(config())) {
            long address = allocator.malloc(4 << 20);
            allocator.malloc(100);
            allocator.migrate(address, 2);
            allocator.free(address);
            assertTrue(allocator.rebalance() >= 4 << 20);
            assertEquals(1, machine.nodeOf(address));
            assertEquals(0, allocator.rebalance(), "nothing is left to do");
            allocator.verify();
        }
    }

    @Test
    void shouldCountWhatCameFromWhere() {
        runOnNode(1);
        try (OffHeapAllocator allocator = create(config())) {
            allocator.malloc(1 << 20);
            NodeStats own = allocator.stats().nodes().get(1);
            assertEquals(256, own.numaHit());
            assertEquals(256, own.localNode());
            allocator.malloc(1 << 20, NumaPolicy.bind(2));
            NodeStats other = allocator.stats().nodes().get(2);
            assertEquals(256, other.numaHit());
            assertEquals(256, other.otherNode());
            assertEquals(0, other.localNode());
        }
    }

    @Test
    void shouldTreatTheMachineAsOneNodeWhereItIsOff() {
        runOnNode(3);
        try (OffHeapAllocator allocator = create(config().numaPolicy(NumaPolicy.OFF))) {
            assertEquals(1, allocator.stats().nodes().size());
            assertNotEquals(0, allocator.malloc(100));
            assertEquals(0, allocator.rebalance());
        }
    }

    private static List<Long> mallocs(OffHeapAllocator allocator, int count, IntToLongFunction size) {
        List<Long> blocks = new ArrayList<>();
        for (int index = 0; index < count; index++) {
            blocks.add(allocator.malloc(size.applyAsLong(index)));
        }
        return blocks;
    }

    /// Leaves a node without free memory.
    private void fill(int node) {
        machine.setNodeBytes(node, machine.usedBytes(node));
    }
}
