// SPDX-License-Identifier: Apache-2.0
package dev.quarry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quarry.numa.Errno;
import dev.quarry.numa.FaultInjectingMemory;
import dev.quarry.numa.NativeMemory;
import dev.quarry.numa.NativeMemoryException;
import dev.quarry.numa.RawMemory;
import dev.quarry.numa.Topology;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// What goes wrong from outside: bad frees, ended threads, limits, refusals of the system.
class AllocatorFaultTest {
    private static AllocatorConfig.Builder config() {
        return AllocatorConfig.builder().limit("256m").reserve("1g").maintenance(MaintenanceMode.EXTERNAL);
    }

    @Test
    void shouldRefuseAMillionForeignAddresses() {
        try (OffHeapAllocator allocator = OffHeapAllocator.create(config().build())) {
            long block = allocator.malloc(100);
            AllocatorStats before = allocator.stats();
            SplittableRandom random = new SplittableRandom(42);
            for (int index = 0; index < 1_000_000; index++) {
                long address = index % 2 == 0 ? random.nextLong() : block + random.nextLong(-(1L << 31), 1L << 31);
                if (address != block && address != 0) {
                    assertThrows(InvalidFreeException.class, () -> allocator.free(address));
                }
            }
            AllocatorStats after = allocator.stats();
            assertEquals(before.frees(), after.frees());
            assertEquals(1, after.liveBlocks());
            allocator.verify();
            allocator.free(block);
        }
    }

    @Test
    void shouldAdoptWhatEndedThreadsLeave() throws Exception {
        try (OffHeapAllocator allocator = OffHeapAllocator.create(config().build())) {
            List<Long> left = new ArrayList<>();
            long heldBytesHalfWay = 0;
            for (int index = 0; index < 10_000; index++) {
                AtomicLong address = new AtomicLong();
                Thread thread = new Thread(() -> address.set(allocator.malloc(64)));
                thread.start();
                thread.join();
                left.add(address.get());
                if (index == 5_000) {
                    heldBytesHalfWay = allocator.stats().heldBytes();
                }
            }
            allocator.maintain();
            allocator.maintain();
            assertTrue(
                    allocator.pool().arenaCount() <= 2,
                    "arenas: " + allocator.pool().arenaCount());
            assertEquals(allocator.pool().arenaCount(), allocator.pool().idleCount());
            assertTrue(allocator.stats().heldBytes() <= heldBytesHalfWay + (1 << 20), allocator.report());
            left.forEach(allocator::free);
            allocator.trim();
            assertEquals(0, allocator.stats().liveBlocks());
            allocator.verify();
        }
    }

    @Test
    void shouldHoldTheLimitAtEveryInstant() throws Exception {
        long limitBytes = 32L << 20;
        AllocatorConfig config = config().limit(limitBytes).build();
        try (OffHeapAllocator allocator = OffHeapAllocator.create(config)) {
            AtomicBoolean done = new AtomicBoolean();
            AtomicLong most = new AtomicLong();
            AtomicInteger failures = new AtomicInteger();
            Thread sampler = new Thread(() -> {
                while (!done.get()) {
                    most.accumulateAndGet(allocator.space().ledger().committedBytes(), Math::max);
                }
            });
            sampler.start();
            List<Thread> threads = new ArrayList<>();
            for (int index = 0; index < 16; index++) {
                long seed = index;
                threads.add(new Thread(() -> fillAndDrain(allocator, seed, failures)));
            }
            threads.forEach(Thread::start);
            for (Thread thread : threads) {
                thread.join();
            }
            done.set(true);
            sampler.join();
            assertTrue(most.get() <= limitBytes, "committed " + most);
            assertTrue(failures.get() > 0, "the limit was never reached");
            allocator.maintain();
            allocator.trim();
            allocator.verify();
            assertEquals(0, allocator.stats().liveBlocks());
            allocator.free(allocator.malloc(8 << 20));
        }
    }

    private static void fillAndDrain(OffHeapAllocator allocator, long seed, AtomicInteger failures) {
        SplittableRandom random = new SplittableRandom(seed);
        for (int round = 0; round < 5; round++) {
            List<Long> blocks = new ArrayList<>();
            int refused = 0;
            while (refused < 10) {
                long address = allocator.tryMalloc(random.nextLong(1 << 16));
                if (address == 0) {
                    refused++;
                    failures.incrementAndGet();
                } else {
                    blocks.add(address);
                }
            }
            blocks.forEach(allocator::free);
        }
    }

    @Test
    void shouldExplainExhaustion() {
        try (OffHeapAllocator allocator =
                OffHeapAllocator.create(config().limit("8m").build())) {
            List<Long> blocks = new ArrayList<>();
            OutOfOffHeapMemoryError error = assertThrows(OutOfOffHeapMemoryError.class, () -> {
                for (; ; ) {
                    blocks.add(allocator.malloc(100_000));
                }
            });
            for (String word : new String[] {
                "limit of 8388608",
                "live",
                "waste",
                "slabFree",
                "lookaside",
                "spanDirty",
                "spanClean",
                "quarantine",
                "metadata",
                "quarry.limit"
            }) {
                assertTrue(error.getMessage().contains(word), error.getMessage());
            }
            allocator.verify();
            allocator.free(blocks.remove(0));
            blocks.add(allocator.malloc(100_000));
            blocks.forEach(allocator::free);
            allocator.verify();
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Errno.class,
            names = {"ENOMEM", "EPERM", "EINVAL", "EAGAIN"})
    void shouldSurviveEachRefusalOfTheSystem(Errno errno) {
        for (boolean persistent : new boolean[] {false, true}) {
            boolean fired = true;
            for (int n = 1; fired; n++) {
                FaultInjectingMemory os = new FaultInjectingMemory(NativeMemory.system());
                if (persistent) {
                    os.failFrom(n, errno);
                } else {
                    os.failNth(n, errno);
                }
                runWith(os);
                fired = os.fired();
                os.disarm();
            }
        }
    }

    private static void runWith(FaultInjectingMemory os) {
        OffHeapAllocator allocator;
        try {
            allocator = StartUp.create(config().build(), os, Topology.singleNode(2));
        } catch (NativeMemoryException | OutOfMemoryError refusedAtStart) {
            assertTrue(os.fired());
            return;
        }
        try (allocator) {
            long[] blocks = new long[6];
            for (int index = 0; index < blocks.length; index++) {
                blocks[index] = allocator.tryMalloc(1L << 4 * index + 3);
            }
            for (int index = 0; index < blocks.length; index++) {
                try {
                    blocks[index] = allocator.realloc(blocks[index], 6 << 20);
                } catch (OutOfOffHeapMemoryError untouched) {
                    assertTrue(blocks[index] == 0 || allocator.owns(blocks[index]));
                }
            }
            allocator.verify();
            for (long block : blocks) {
                allocator.free(block);
            }
            allocator.trim();
            allocator.verify();
            assertEquals(0, allocator.stats().liveBlocks());
            boolean fired = os.fired();
            os.disarm();
            long again = allocator.malloc(10 << 20);
            allocator.free(again);
            allocator.trim();
            allocator.verify();
            assertTrue(fired
                    || allocator.stats().committedBytes() <= allocator.stats().metadataBytes());
        }
    }

    @Test
    void shouldFindAWriteAfterFree() {
        try (OffHeapAllocator allocator = OffHeapAllocator.create(
                config().checks(Checks.CANARY).quarantineBytes(64 << 10).build())) {
            long address = allocator.malloc(48);
            allocator.free(address);
            RawMemory.putLong(address + 8, 1);
            WriteAfterFreeException found = assertThrows(WriteAfterFreeException.class, () -> {
                for (int index = 0; index < 100_000; index++) {
                    allocator.free(allocator.malloc(48));
                }
            });
            assertTrue(found.getMessage().contains(Long.toHexString(address)), found.getMessage());
            allocator.verify();
        }
    }

    @Test
    void shouldLetExactlyOneOfTwoRacingFreesWin() throws Exception {
        try (OffHeapAllocator allocator =
                OffHeapAllocator.create(config().checks(Checks.FULL).build())) {
            CyclicBarrier barrier = new CyclicBarrier(2);
            long[] block = new long[1];
            AtomicInteger refused = new AtomicInteger();
            Runnable racer = () -> {
                try {
                    for (int round = 0; round < 2_000; round++) {
                        if (barrier.await() == 0) {
                            block[0] = allocator.malloc(64);
                        }
                        barrier.await();
                        try {
                            allocator.free(block[0]);
                        } catch (DoubleFreeException second) {
                            refused.incrementAndGet();
                        }
                    }
                } catch (Exception broken) {
                    throw new IllegalStateException(broken);
                }
            };
            Thread other = new Thread(racer);
            other.start();
            racer.run();
            other.join();
            assertEquals(2_000, refused.get());
            allocator.trim();
            allocator.verify();
            assertEquals(0, allocator.stats().liveBlocks());
        }
    }

    @Test
    void shouldKeepMetadataOutOfReachOfBlocks() {
        try (OffHeapAllocator allocator = OffHeapAllocator.create(config().build())) {
            SplittableRandom random = new SplittableRandom(7);
            List<Long> seen = new ArrayList<>();
            for (int index = 0; index < 20_000; index++) {
                long address = allocator.malloc(random.nextInt(16, 2000));
                seen.add(address);
                if (random.nextBoolean()) {
                    allocator.free(address);
                }
                long victim = seen.get(random.nextInt(seen.size()));
                RawMemory.fill(victim, 16, (byte) random.nextInt());
            }
            allocator.verify();
            assertEquals(0, allocator.verifyAndCountLost());
        }
    }
}
