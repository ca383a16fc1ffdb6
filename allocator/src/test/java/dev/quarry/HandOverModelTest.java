// SPDX-License-Identifier: Apache-2.0
package dev.quarry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quarry.numa.RawMemory;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// Threads that hand blocks to one another over a shared array, end, and are followed by new ones in the next round.
///
/// The seed fixes what each thread does, not how the threads interleave. Every block is full of a pattern of its own
/// from the moment it is allocated until it is freed, so two blocks that overlap are found by whoever frees one of
/// them.
class HandOverModelTest {
    private static final int ROUNDS = 12;
    private static final int TRANSFERS = 500;
    private static final int THREADS = 6;
    private static final int BLOCKS = 3_000;

    static Stream<Arguments> programs() {
        List<Arguments> programs = new ArrayList<>();
        for (Checks checks : Checks.values()) {
            for (boolean virtual : new boolean[] {false, true}) {
                programs.add(Arguments.of(checks, virtual, 100 + programs.size()));
            }
        }
        return programs.stream();
    }

    @ParameterizedTest(name = "checks {0}, virtual threads {1}, seed {2}")
    @MethodSource("programs")
    void shouldKeepEveryBlockWholeWhileItChangesHands(Checks checks, boolean virtual, long seed) throws Exception {
        AllocatorConfig config = AllocatorConfig.builder()
                .limit("512m")
                .reserve("2g")
                .checks(checks)
                .maintenance(MaintenanceMode.EXTERNAL)
                .build();
        String which = " (checks " + checks + ", virtual threads " + virtual + ", seed " + seed + ")";
        try (OffHeapAllocator allocator = OffHeapAllocator.create(config)) {
            AtomicLongArray transfer = new AtomicLongArray(TRANSFERS);
            SplittableRandom random = new SplittableRandom(seed);
            for (int round = 0; round < ROUNDS; round++) {
                runRound(allocator, transfer, random, virtual, which);
                drain(allocator, transfer, random, round == ROUNDS - 1);
                allocator.maintain();
                allocator.verify();
                assertTrue(allocator.stats().identityHolds(), () -> allocator.stats() + which);
                assertEquals(occupied(transfer), allocator.stats().liveBlocks(), "live blocks" + which);
            }
            allocator.trim();
            assertEquals(0, allocator.verifyAndCountLost(), "lost slots" + which);
            AllocatorStats stats = allocator.stats();
            assertEquals(0, stats.liveBlocks(), "live blocks at the end" + which);
            assertEquals(0, stats.liveBytes() + stats.wasteBytes(), "live bytes at the end" + which);
            assertEquals(stats.mallocs(), stats.frees(), "mallocs and frees" + which);
            assertEquals(0, stats.invalidFrees(), "refused frees" + which);
        }
    }

    /// New threads for each round; all have ended when this returns. Every second one uses its local arena.
    private static void runRound(
            OffHeapAllocator allocator,
            AtomicLongArray transfer,
            SplittableRandom random,
            boolean virtual,
            String which)
            throws InterruptedException {
        List<FutureTask<Void>> tasks = new ArrayList<>();
        List<Thread> threads = new ArrayList<>();
        for (int index = 0; index < THREADS; index++) {
            SplittableRandom own = random.split();
            boolean local = index % 2 == 1;
            FutureTask<Void> task = new FutureTask<>(() -> {
                Heap heap = local ? Heap.of(allocator.localArena()) : Heap.of(allocator);
                new Worker(heap, own, transfer).run();
                return null;
            });
            tasks.add(task);
            threads.add(virtual ? Thread.ofVirtual().unstarted(task) : new Thread(task));
        }
        threads.forEach(Thread::start);
        for (Thread thread : threads) {
            thread.join();
        }
        for (FutureTask<Void> task : tasks) {
            try {
                task.get();
            } catch (ExecutionException failed) {
                throw new AssertionError("a thread failed" + which, failed.getCause());
            }
        }
    }

    /// Frees about half of what lies in the shared array, or all of it.
    private static void drain(
            OffHeapAllocator allocator, AtomicLongArray transfer, SplittableRandom random, boolean all) {
        Heap heap = Heap.of(allocator);
        for (int index = 0; index < TRANSFERS; index++) {
            if (all || random.nextBoolean()) {
                PatternedBlock.free(heap, transfer.getAndSet(index, 0));
            }
        }
    }

    private static int occupied(AtomicLongArray transfer) {
        int count = 0;
        for (int index = 0; index < TRANSFERS; index++) {
            count += transfer.get(index) == 0 ? 0 : 1;
        }
        return count;
    }

    /// What one thread does: keeps some blocks to its end, frees others at random, and exchanges some with the array.
    private static final class Worker {
        private final Heap heap;
        private final SplittableRandom random;
        private final AtomicLongArray transfer;
        private final long[] retained = new long[BLOCKS / 2];
        private final long[] data = new long[BLOCKS];

        Worker(Heap heap, SplittableRandom random, AtomicLongArray transfer) {
            this.heap = heap;
            this.random = random;
            this.transfer = transfer;
        }

        void run() {
            int dataCount = 0;
            int retainedCount = 0;
            while (dataCount < data.length || retainedCount < retained.length) {
                if (retainedCount == retained.length || dataCount < data.length && random.nextBoolean()) {
                    data[dataCount++] = PatternedBlock.allocate(heap, random, 4);
                } else {
                    retained[retainedCount++] = PatternedBlock.allocate(heap, random, 6);
                }
                if (dataCount > 0 && random.nextInt(3) != 0) {
                    int victim = random.nextInt(dataCount);
                    PatternedBlock.free(heap, data[victim]);
                    data[victim] = 0;
                }
                if (dataCount > 0 && random.nextInt(4) == 0) {
                    int given = random.nextInt(dataCount);
                    data[given] = transfer.getAndSet(random.nextInt(TRANSFERS), data[given]);
                }
            }
            for (long block : retained) {
                PatternedBlock.free(heap, block);
            }
            for (long block : data) {
                PatternedBlock.free(heap, block);
            }
        }
    }

    /// A block whose words all differ and depend on its address: the first word is its number of words.
    private static final class PatternedBlock {
        private static final long KEY = 0x9E3779B97F4A7C15L;

        /// Allocates 1 to 2^maxShift words; one in a hundred is a hundred to ten thousand times that.
        static long allocate(Heap heap, SplittableRandom random, int maxShift) {
            long words = 1L << random.nextInt(maxShift + 1);
            if (random.nextInt(100) == 0) {
                int choice = random.nextInt(100);
                words *= choice == 0 ? 10_000 : choice < 11 ? 1_000 : 100;
            }
            long address = heap.malloc(words * Long.BYTES);
            RawMemory.putLong(address, words ^ KEY);
            for (long word = 1; word < words; word++) {
                RawMemory.putLong(address + word * Long.BYTES, word(address, word));
            }
            return address;
        }

        static void free(Heap heap, long address) {
            if (address == 0) {
                return;
            }
            long words = RawMemory.getLong(address) ^ KEY;
            assertTrue(words > 0 && words <= 640_000, "the block's first word was overwritten");
            for (long word = 1; word < words; word++) {
                assertEquals(
                        word(address, word),
                        RawMemory.getLong(address + word * Long.BYTES),
                        "word " + word + " of a block of " + words);
            }
            heap.free(address);
        }

        private static long word(long address, long index) {
            return (address + index) * KEY;
        }
    }

    /// The two doors to the same memory.
    private interface Heap {
        long malloc(long byteSize);

        void free(long address);

        static Heap of(OffHeapAllocator allocator) {
            return new Heap() {
                @Override
                public long malloc(long byteSize) {
                    return allocator.malloc(byteSize);
                }

                @Override
                public void free(long address) {
                    allocator.free(address);
                }
            };
        }

        static Heap of(LocalArena arena) {
            return new Heap() {
                @Override
                public long malloc(long byteSize) {
                    return arena.malloc(byteSize);
                }

                @Override
                public void free(long address) {
                    arena.free(address);
                }
            };
        }
    }
}
