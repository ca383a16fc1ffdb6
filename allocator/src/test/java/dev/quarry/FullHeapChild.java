// SPDX-License-Identifier: Apache-2.0
package dev.quarry;

import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/// The program of [FullHeapTest]: fills the heap to the last object, and then allocates off-heap.
final class FullHeapChild {
    private static final long[] SIZES = BlockSizes.all();
    private static final long[] BLOCKS = new long[SIZES.length];
    private static final int ROUNDS = 200;

    /// More of one class than an arena keeps when they are free: so each round makes slabs and retires them.
    private static final long[] MANY = new long[200];

    private static final long MANY_BYTES = 7_000;
    private static final CountDownLatch START = new CountDownLatch(1);
    private static volatile @Nullable Object chain;
    private static volatile int heapErrors;
    private static volatile @Nullable Throwable unexpected;

    private FullHeapChild() {}

    public static void main(String[] arguments) throws Exception {
        OffHeapAllocator allocator = OffHeapAllocator.create(AllocatorConfig.builder()
                .limit("256m")
                .reserve("1g")
                .maintenance(MaintenanceMode.EXTERNAL)
                .build());
        allocateAndFree(allocator);
        allocateAndFree(allocator);
        Thread fresh = new Thread(() -> firstCall(allocator));
        fresh.start();

        fillHeap();
        int errorsInSteadyState = 0;
        OutOfMemoryError firstError = null;
        for (int round = 0; round < ROUNDS; round++) {
            try {
                allocateAndFree(allocator);
            } catch (OutOfMemoryError heap) {
                errorsInSteadyState++;
                firstError = firstError == null ? heap : firstError;
            }
        }
        START.countDown();
        fresh.join();
        boolean stillFull = isHeapFull();
        chain = null;
        if (firstError != null) {
            firstError.printStackTrace(System.out);
        }

        allocator.maintain();
        int lost = allocator.verifyAndCountLost();
        System.out.println("heap full: " + stillFull);
        System.out.println("heap errors in steady state: " + errorsInSteadyState);
        System.out.println("heap errors of a new thread: " + heapErrors);
        System.out.println("new thread: " + (unexpected == null ? "ok" : unexpected.toString()));
        System.out.println("live: " + allocator.stats().liveBlocks() + ", lost: " + lost);
        allocator.trim();
        System.out.println("arenas in use: "
                + (allocator.pool().arenaCount() - allocator.pool().idleCount()));
        allocator.verify();
        allocator.close();
    }

    private static void allocateAndFree(OffHeapAllocator allocator) {
        for (int index = 0; index < SIZES.length; index++) {
            BLOCKS[index] = allocator.malloc(SIZES[index]);
        }
        for (int index = 0; index < SIZES.length; index++) {
            allocator.free(BLOCKS[index]);
        }
        for (int index = 0; index < MANY.length; index++) {
            MANY[index] = allocator.malloc(MANY_BYTES);
        }
        for (int index = 0; index < MANY.length; index++) {
            allocator.free(MANY[index]);
        }
    }

    /// A thread's first call makes its arena, which is on the heap: it may fail for want of heap, and nothing else.
    private static void firstCall(OffHeapAllocator allocator) {
        for (int tries = 0; tries < 20; tries++) {
            try {
                if (tries == 0) {
                    START.await();
                }
                allocator.free(allocator.malloc(100));
            } catch (OutOfMemoryError heap) {
                heapErrors++;
            } catch (InterruptedException | RuntimeException other) {
                unexpected = other;
            }
        }
    }

    /// In few steps, for the JVM has stack traces for its first four heap errors only.
    private static void fillHeap() {
        for (int bytes : new int[] {1 << 20, 1 << 12, 16}) {
            try {
                for (; ; ) {
                    Object[] link = new Object[bytes / 4];
                    link[0] = chain;
                    chain = link;
                }
            } catch (OutOfMemoryError full) {
                continue;
            }
        }
    }

    private static boolean isHeapFull() {
        try {
            Object[] probe = new Object[2_000];
            probe[0] = chain;
            return probe.length == 0;
        } catch (OutOfMemoryError full) {
            return true;
        }
    }
}
