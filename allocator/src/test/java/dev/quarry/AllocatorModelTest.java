// SPDX-License-Identifier: Apache-2.0
package dev.quarry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quarry.numa.RawMemory;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Random programs against a shadow model: no overlap, alignment, contents kept, and `verify()` after each round.
class AllocatorModelTest {
    private static final int ROUNDS = 6;
    private static final int OPERATIONS = 6_000;

    @ParameterizedTest
    @CsvSource({"1,ON", "2,ON", "3,ON", "4,OFF", "5,CANARY", "6,FULL", "7,FULL"})
    void shouldAgreeWithTheModel(long seed, Checks checks) {
        AllocatorConfig config = AllocatorConfig.builder()
                .limit("256m")
                .reserve("1g")
                .checks(checks)
                .maintenance(MaintenanceMode.EXTERNAL)
                .build();
        try (OffHeapAllocator allocator = OffHeapAllocator.create(config)) {
            Program program = new Program(allocator, seed);
            for (int round = 0; round < ROUNDS; round++) {
                program.run(OPERATIONS);
                allocator.maintain();
                allocator.verify();
                assertEquals(program.live.size(), allocator.stats().liveBlocks(), "live blocks, seed " + seed);
            }
            program.freeAll();
            allocator.trim();
            allocator.verify();
            assertEquals(0, allocator.stats().liveBlocks(), "after freeing all, seed " + seed);
            assertEquals(0, allocator.verifyAndCountLost(), "lost slots, seed " + seed);
        }
    }

    private static final class Program {
        private final OffHeapAllocator allocator;
        private final long seed;
        private final SplittableRandom random;
        private final TreeMap<Long, Long> live = new TreeMap<>();
        private final List<Long> addresses = new ArrayList<>();

        Program(OffHeapAllocator allocator, long seed) {
            this.allocator = allocator;
            this.seed = seed;
            this.random = new SplittableRandom(seed);
        }

        void run(int operations) {
            for (int operation = 0; operation < operations; operation++) {
                int choice = random.nextInt(100);
                if (addresses.isEmpty() || choice < 40) {
                    long size = size();
                    add(allocator.malloc(size), size);
                } else if (choice < 80) {
                    remove(random.nextInt(addresses.size()));
                } else if (choice < 90) {
                    resize(random.nextInt(addresses.size()));
                } else if (choice < 95) {
                    aligned();
                } else {
                    zeroed();
                }
            }
        }

        private void aligned() {
            long alignment = 1L << random.nextInt(21);
            long size = Math.min(size(), 1 << 18);
            long address = allocator.alignedAlloc(alignment, size);
            assertEquals(0, address & alignment - 1, "alignment " + alignment + ", seed " + seed);
            add(address, size);
        }

        private void zeroed() {
            long size = size();
            long address = allocator.calloc(1, size);
            for (long offset = 0; offset < size; offset++) {
                // The message is made only where it is needed: for each byte it would be most of this test.
                if (RawMemory.getByte(address + offset) != 0) {
                    throw new AssertionError("calloc of " + size + " at " + offset + ", seed " + seed);
                }
            }
            add(address, size);
        }

        private void resize(int index) {
            long address = addresses.get(index);
            long oldSize = live.get(address);
            long newSize = size();
            check(address, oldSize);
            long moved = allocator.realloc(address, newSize);
            live.remove(address);
            drop(index);
            for (long offset = 0; offset < Math.min(oldSize, newSize); offset += step(oldSize)) {
                if (RawMemory.getByte(moved + offset) != pattern(address, offset)) {
                    throw new AssertionError("realloc, seed " + seed);
                }
            }
            add(moved, newSize);
        }

        private void add(long address, long size) {
            assertTrue(address != 0 && (address & 15) == 0, "address, seed " + seed);
            assertTrue(allocator.usableSize(address) >= size, "usable size, seed " + seed);
            Map.Entry<Long, Long> below = live.floorEntry(address);
            assertTrue(below == null || below.getKey() + Math.max(1, below.getValue()) <= address, "overlap, " + seed);
            Long above = live.ceilingKey(address);
            assertTrue(above == null || address + Math.max(1, size) <= above, "overlap, seed " + seed);
            live.put(address, size);
            addresses.add(address);
            for (long offset = 0; offset < size; offset += step(size)) {
                RawMemory.putByte(address + offset, pattern(address, offset));
            }
        }

        private void remove(int index) {
            long address = addresses.get(index);
            check(address, live.remove(address));
            allocator.free(address);
            drop(index);
        }

        private void drop(int index) {
            addresses.set(index, addresses.get(addresses.size() - 1));
            addresses.remove(addresses.size() - 1);
        }

        private void check(long address, long size) {
            for (long offset = 0; offset < size; offset += step(size)) {
                assertEquals(pattern(address, offset), RawMemory.getByte(address + offset), "contents, seed " + seed);
            }
        }

        void freeAll() {
            while (!addresses.isEmpty()) {
                remove(addresses.size() - 1);
            }
        }

        /// Mostly small, now and then up to 3 MiB.
        private long size() {
            int bits = random.nextInt(100) < 90 ? random.nextInt(11) : random.nextInt(11, 22);
            return Math.min(random.nextLong(1L << bits + 1), 3L << 20);
        }

        private static long step(long size) {
            return size < 512 ? 1 : 61;
        }

        private static byte pattern(long address, long offset) {
            return (byte) ((address >>> 4) * 31 + offset * 7);
        }
    }
}
