// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.workload;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quarry.AllocatorConfig;
import dev.quarry.OffHeapAllocator;
import dev.quarry.bench.subject.Blocks;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// False sharing, told by addresses instead of times: a slab is one arena's at a time, and a platform thread's arena is
/// its own, so no two threads that allocate at the same time get blocks on one cache line. Nothing of the kind is
/// promised of virtual threads, of slabs that an ended thread left, and of what was handed over by the program.
@Timeout(60)
class CacheLineTest {
    private static final long LINE_BYTES = 64;
    private static final int THREADS = 4;
    private static final int BLOCKS = 500;
    private static final int ROUNDS = 20;

    private interface Member {
        void run(Blocks blocks, int number, long[] mine) throws Exception;
    }

    /// Each of the threads has allocated its blocks when this returns, and all are live.
    private static long[][] allocate(Blocks blocks, Member member) {
        long[][] addresses = new long[THREADS][BLOCKS];
        Oracle threads = new Oracle(() -> blocks);
        Team.run(threads, THREADS, number -> {
            try {
                member.run(blocks, number, addresses[number]);
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        });
        return addresses;
    }

    /// Allocated and freed some times before, all threads at once.
    private static Member together(long byteSize) {
        CyclicBarrier barrier = new CyclicBarrier(THREADS);
        return (blocks, number, mine) -> {
            for (int round = 0; round < ROUNDS; round++) {
                Workload.freeAll(blocks, mine, 0, BLOCKS);
                barrier.await(10, TimeUnit.SECONDS);
                for (int i = 0; i < BLOCKS; i++) {
                    mine[i] = blocks.malloc(byteSize);
                }
                barrier.await(10, TimeUnit.SECONDS);
            }
        };
    }

    private static long sharedLines(long[][] addresses, long byteSize) {
        Map<Long, Integer> owners = new HashMap<>();
        long shared = 0;
        for (int thread = 0; thread < addresses.length; thread++) {
            for (long address : addresses[thread]) {
                for (long line = address / LINE_BYTES; line <= (address + byteSize - 1) / LINE_BYTES; line++) {
                    Integer owner = owners.putIfAbsent(line, thread);
                    shared += owner == null || owner == thread ? 0 : 1;
                }
            }
        }
        return shared;
    }

    private static void freeAll(OffHeapAllocator allocator, long[][] addresses) {
        for (long[] list : addresses) {
            for (long address : list) {
                allocator.free(address);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 8, 24, 40, 64, 100})
    void shouldNotLetThreadsShareALine(long byteSize) {
        try (OffHeapAllocator allocator =
                OffHeapAllocator.create(AllocatorConfig.builder().build())) {
            long[][] addresses = allocate(new InstanceBlocks(allocator), together(byteSize));
            assertEquals(0, sharedLines(addresses, byteSize));
            freeAll(allocator, addresses);
        }
    }

    /// Passive sharing: the neighbours come from one thread, and those that free them must not get them for themselves.
    @ParameterizedTest
    @ValueSource(longs = {1, 8, 24, 40, 64, 100})
    void shouldNotLetThreadsShareALineOfBlocksThatTheyWereGiven(long byteSize) {
        try (OffHeapAllocator allocator =
                OffHeapAllocator.create(AllocatorConfig.builder().build())) {
            Blocks blocks = new InstanceBlocks(allocator);
            long[] given = new long[THREADS * BLOCKS];
            for (int i = 0; i < given.length; i++) {
                given[i] = blocks.malloc(byteSize);
            }
            Member member = together(byteSize);
            long[][] addresses = allocate(blocks, (own, number, mine) -> {
                for (int i = number; i < given.length; i += THREADS) {
                    own.free(given[i]);
                }
                member.run(own, number, mine);
            });
            assertEquals(0, sharedLines(addresses, byteSize));
            freeAll(allocator, addresses);
        }
    }

    /// What the other tests would see of an allocator that serves all threads from one line.
    @ParameterizedTest
    @ValueSource(longs = {8, 24, 40})
    void shouldSeeLinesThatAreShared(long byteSize) {
        long[][] addresses = new long[THREADS][BLOCKS];
        for (int i = 0; i < THREADS * BLOCKS; i++) {
            addresses[i % THREADS][i / THREADS] = LINE_BYTES + i * byteSize;
        }
        assertTrue(sharedLines(addresses, byteSize) > BLOCKS);
    }
}
