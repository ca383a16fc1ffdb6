// SPDX-License-Identifier: Apache-2.0
package dev.quarry.numavm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quarry.AllocatorConfig;
import dev.quarry.MaintenanceMode;
import dev.quarry.NodePlacement;
import dev.quarry.NodeStats;
import dev.quarry.NumaPolicy;
import dev.quarry.OffHeapAllocator;
import dev.quarry.OutOfOffHeapMemoryError;
import dev.quarry.numa.NativeMemory;
import dev.quarry.numa.RawMemory;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Where the allocator's memory really lies, page by page, under each policy.
@InGuest
class AllocatorPlacementTest {
    private static final long WORKING_SET_BYTES = 64 << 20;
    private static final int MOST_SMALL_BYTES = 4_000;
    private static final int MOST_LARGE_BYTES = 300_000;
    private static final int HAND_OVERS = 10_000_000;
    private static final int HAND_OVER_BATCH = 1_000;
    private static final long MEBIBYTE = 1 << 20;

    private final NativeMemory memory = NativeMemory.system();

    private record Block(long address, long byteSize) {}

    private static OffHeapAllocator create(NumaPolicy policy) {
        return OffHeapAllocator.create(AllocatorConfig.builder()
                .limit("2g")
                .reserve("4g")
                .maintenance(MaintenanceMode.EXTERNAL)
                .numaPolicy(policy)
                .build());
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3})
    void shouldPlaceBlocksOnTheThreadsNodeAndFollowTheThread(int node) {
        int other = (node + 1) % Guest.NODES;
        try (OffHeapAllocator allocator = create(NumaPolicy.LOCAL);
                NodeThread thread = new NodeThread(node)) {
            List<Block> blocks = thread.call(() -> allocate(allocator, WORKING_SET_BYTES, node));
            PagesByNode first = pagesOf(blocks);
            assertTrue(first.share(node) >= 0.999, first::toString);

            thread.moveTo(other);
            thread.run(() -> churn(allocator, blocks));
            PagesByNode second = pagesOf(blocks);
            assertTrue(second.share(other) >= 0.99, second::toString);

            thread.run(() -> blocks.forEach(block -> allocator.free(block.address)));
            requireEmpty(allocator, thread);
        }
    }

    @Test
    void shouldKeepNothingOfAProducersNodeAtTheConsumers() {
        try (OffHeapAllocator allocator = create(NumaPolicy.LOCAL);
                NodeThread producer = new NodeThread(0);
                NodeThread consumer = new NodeThread(1)) {
            ArrayBlockingQueue<long[]> queue = new ArrayBlockingQueue<>(16);
            Future<Boolean> produced = producer.start(() -> produce(allocator, queue));
            long mostCommitted = consumer.call(() -> consume(allocator, queue));
            assertTrue(NodeThread.result(produced));

            assertEquals(0, allocator.stats().liveBlocks());
            assertTrue(mostCommitted < 32 * MEBIBYTE, () -> "node 0 had " + mostCommitted + " bytes at its peak");
            producer.run(allocator::trim);
            long held = allocator.stats().lookasideBytes();
            assertTrue(held < MEBIBYTE, () -> held + " bytes of node 0 are with the consumer");
            long pinned = committedOn(allocator, 0);
            assertTrue(pinned < 2 * MEBIBYTE, () -> "they keep " + pinned + " bytes from going back");
            assertEquals(0, committedOn(allocator, 1), "the consumer allocated nothing");

            consumer.run(allocator::trim);
            requireEmpty(allocator, producer);
        }
    }

    @Test
    void shouldSpreadMemoryOverAllNodes() {
        try (OffHeapAllocator allocator = create(NumaPolicy.INTERLEAVE);
                NodeThread thread = new NodeThread(0)) {
            List<Block> blocks = thread.call(() -> {
                List<Block> all = allocate(allocator, WORKING_SET_BYTES, 5);
                for (int index = 0; index < 4; index++) {
                    all.add(touched(allocator, 16 * MEBIBYTE));
                }
                return all;
            });
            PagesByNode pages = pagesOf(blocks);
            for (int node = 0; node < Guest.NODES; node++) {
                assertEquals(0.25, pages.share(node), 0.01, pages::toString);
            }
        }
    }

    @Test
    void shouldNameTheFullNodeThatItIsBoundTo() {
        try (FullNode full = new FullNode(memory, 2);
                OffHeapAllocator allocator = create(NumaPolicy.bind(2))) {
            full.fill();
            OutOfOffHeapMemoryError error =
                    assertThrows(OutOfOffHeapMemoryError.class, () -> allocate(allocator, 256 * MEBIBYTE, 1));
            String message = String.valueOf(error.getMessage());
            assertTrue(message.contains("node 2 has no free memory (policy bind:2)"), message);
            allocator.verify();
        }
    }

    @Test
    void shouldGoOnFromAFullNodeByDistance() {
        try (FullNode full = new FullNode(memory, 2);
                OffHeapAllocator allocator = create(NumaPolicy.preferred(2))) {
            full.fill();
            List<Block> blocks = allocate(allocator, WORKING_SET_BYTES, 2);
            PagesByNode pages = pagesOf(blocks);
            assertTrue(pages.share(2) + pages.share(3) >= 0.999, pages::toString);
            assertTrue(pages.share(3) >= 0.5, pages::toString);
            NodeStats nearest = allocator.stats().nodes().get(3);
            assertTrue(nearest.numaMiss() > 0, nearest::toString);
            assertEquals(nearest.numaMiss(), allocator.stats().nodes().get(2).numaForeign());
        }
    }

    /// With sizes that fill their slots and spans, what was counted is what is found.
    @Test
    void shouldCountThePagesThatAreFound() {
        try (OffHeapAllocator allocator = create(NumaPolicy.LOCAL);
                NodeThread thread = new NodeThread(3)) {
            List<Block> blocks = thread.call(() -> {
                List<Block> all = new ArrayList<>();
                for (int size = 64; size <= 1 << 20; size *= 2) {
                    for (long bytes = 0; bytes < 4 * MEBIBYTE; bytes += size) {
                        all.add(touched(allocator, size));
                    }
                }
                try (var scope = allocator.withPolicy(NumaPolicy.bind(1))) {
                    assertEquals(NumaPolicy.bind(1), scope.policy());
                    all.add(touched(allocator, 8 * MEBIBYTE));
                }
                return all;
            });
            PagesByNode found = pagesOf(blocks);
            List<NodeStats> counted = allocator.stats().nodes();
            for (int node : new int[] {1, 3}) {
                assertEquals(1.0, (double) counted.get(node).numaHit() / found.on(node), 0.005, found::toString);
            }
            assertEquals(counted.get(3).numaHit(), counted.get(3).localNode());
            assertEquals(counted.get(1).numaHit(), counted.get(1).otherNode());
            for (NodePlacement sampled : allocator.samplePlacement(500)) {
                assertEquals(100.0, sampled.placedPercent(), 0.1, sampled::toString);
            }
            assertTrue(allocator.report().contains("numa_hit"));
        }
    }

    @Test
    void shouldMoveABlockAndBringFreePagesBack() {
        try (OffHeapAllocator allocator = create(NumaPolicy.LOCAL);
                NodeThread thread = new NodeThread(0)) {
            Block block = thread.call(() -> touched(allocator, 8 * MEBIBYTE));
            assertEquals(8 * MEBIBYTE, allocator.migrate(block.address, 2));
            assertTrue(pagesOf(List.of(block)).areAllOn(2));
            thread.run(() -> allocator.free(block.address));
            assertTrue(allocator.rebalance() >= 8 * MEBIBYTE);
            assertTrue(pagesOf(List.of(block)).areAllOn(0));
        }
    }

    @Test
    void shouldServeVirtualThreadsFromTheNodeOfTheirCpu() throws InterruptedException {
        try (OffHeapAllocator allocator = create(NumaPolicy.LOCAL)) {
            List<Block> blocks = new ArrayList<>();
            int[] cpuNode = {-1};
            Thread.ofVirtual()
                    .start(() -> {
                        cpuNode[0] = Guest.nodeOfCpu(memory.currentCpu());
                        blocks.addAll(allocate(allocator, MEBIBYTE, 9));
                    })
                    .join();
            PagesByNode pages = pagesOf(blocks);
            // The carrier may be moved in the midst of it; then the rest comes from the new node.
            assertTrue(pages.share(cpuNode[0]) > 0, pages::toString);
        }
    }

    private static List<Block> allocate(OffHeapAllocator allocator, long byteSize, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        List<Block> blocks = new ArrayList<>();
        for (long left = byteSize; left > 0; left -= blocks.getLast().byteSize) {
            boolean isSmall = random.nextInt(100) < 95;
            blocks.add(touched(allocator, 1 + random.nextInt(isSmall ? MOST_SMALL_BYTES : MOST_LARGE_BYTES)));
        }
        return blocks;
    }

    private static Block touched(OffHeapAllocator allocator, long byteSize) {
        long address = allocator.malloc(byteSize);
        for (long offset = 0; offset < byteSize; offset += 4096) {
            RawMemory.putByte(address + offset, (byte) 1);
        }
        RawMemory.putByte(address + byteSize - 1, (byte) 1);
        return new Block(address, byteSize);
    }

    /// Frees and allocates each block once.
    private static void churn(OffHeapAllocator allocator, List<Block> blocks) {
        for (int index = 0; index < blocks.size(); index++) {
            allocator.free(blocks.get(index).address);
            blocks.set(index, touched(allocator, blocks.get(index).byteSize));
        }
    }

    private static Boolean produce(OffHeapAllocator allocator, ArrayBlockingQueue<long[]> queue)
            throws InterruptedException {
        SplittableRandom random = new SplittableRandom(1);
        for (int done = 0; done < HAND_OVERS; done += HAND_OVER_BATCH) {
            long[] batch = new long[HAND_OVER_BATCH];
            for (int index = 0; index < batch.length; index++) {
                batch[index] = allocator.malloc(16 + random.nextInt(1_000));
                RawMemory.putByte(batch[index], (byte) 1);
            }
            queue.put(batch);
        }
        queue.put(new long[0]);
        return true;
    }

    /// Frees all, and tells how much of node 0 was held at the most.
    private static Long consume(OffHeapAllocator allocator, ArrayBlockingQueue<long[]> queue)
            throws InterruptedException {
        long most = 0;
        int batches = 0;
        for (long[] batch = queue.take(); batch.length > 0; batch = queue.take()) {
            for (long address : batch) {
                allocator.free(address);
            }
            if (batches++ % 1_000 == 0) {
                most = Math.max(most, committedOn(allocator, 0));
            }
        }
        return most;
    }

    private static long committedOn(OffHeapAllocator allocator, int node) {
        return allocator.stats().nodes().get(node).committedBytes();
    }

    private PagesByNode pagesOf(List<Block> blocks) {
        BlockPages pages = new BlockPages(memory);
        blocks.forEach(block -> pages.add(block.address, block.byteSize));
        return pages.byNode();
    }

    private static void requireEmpty(OffHeapAllocator allocator, NodeThread thread) {
        thread.run(allocator::trim);
        allocator.verify();
        assertEquals(0, allocator.stats().liveBlocks());
        for (int node = 0; node < Guest.NODES; node++) {
            assertEquals(0, committedOn(allocator, node), "node totals are level again");
        }
    }
}
