// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.workload;

import dev.quarry.bench.subject.BlockSource;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;

/// Bursts of frees and mallocs of 8 to 16,000 bytes over a thread's slots, with some blocks aligned, and every second
/// burst a list of blocks for another thread.
///
/// One operation is a malloc or a free. The time is that of the bursts alone.
final class Rptest extends Workload {
    static final int LOOPS_BETWEEN_LISTS = 2;
    static final int BURST = 100;

    private static final int ITERATIONS = 2;
    private static final int MIN_BYTES = 8;
    private static final int MAX_BYTES = 16_000;
    private static final int SIZES = 2_000;

    /// Lengths without a common divisor: bursts repeat after many loops only.
    private static final int ALLOCATE_SHARES = 311;
    private static final int FREE_SHARES = 257;
    private static final int SEED = 3;

    private final BlockSource source;
    private final int threads;
    private final int loops;
    private final int[] byteSizes = new int[SIZES];
    private final int[] allocateShares = new int[ALLOCATE_SHARES];
    private final int[] freeShares = new int[FREE_SHARES];

    Rptest(Setting setting) {
        source = setting.source();
        threads = setting.threads();
        loops = setting.scale().work(20, 20_000, 100_000);
        SplitMix64 random = new SplitMix64(SEED);
        for (int i = 0; i < SIZES; i++) {
            byteSizes[i] = byteSize(random.next31(), random.next31(), random.next31());
        }
        fillShares(allocateShares, random);
        fillShares(freeShares, random);
    }

    /// The bounds' span times u2 times |1 - u0 - u1|, for numbers from 0 up to 1 in 31 bits.
    static int byteSize(long u0, long u1, long u2) {
        long share = (u2 * Math.abs((1L << 31) - u0 - u1)) >>> 31;
        return MIN_BYTES + (int) (((MAX_BYTES - MIN_BYTES) * share) >>> 31);
    }

    /// In hundredths.
    private static void fillShares(int[] shares, SplitMix64 random) {
        for (int i = 0; i < shares.length; i++) {
            shares[i] = 30 + random.next(70);
        }
    }

    @Override
    Round round() {
        Shared shared = new Shared();
        AtomicLong operations = new AtomicLong();
        AtomicLong checksum = new AtomicLong();
        AtomicLong timedNs = new AtomicLong();
        Team.run(source, threads, number -> {
            RptestThread thread = new RptestThread(source.newBlocks(), shared, number);
            for (int iteration = 0; iteration < ITERATIONS; iteration++) {
                thread.run(iteration);
            }
            operations.getAndAdd(thread.operations());
            checksum.getAndAdd(thread.checksum());
            timedNs.getAndAdd(thread.timedNs());
        });
        return new Round(operations.get(), timedNs.get() / threads, checksum.get());
    }

    /// What the threads of one round share.
    final class Shared {
        /// For each thread, the lists that others made for it.
        private final AtomicLongArray incoming = new AtomicLongArray(threads);

        private final AtomicInteger[] finished = new AtomicInteger[ITERATIONS];

        Shared() {
            for (int i = 0; i < ITERATIONS; i++) {
                finished[i] = new AtomicInteger();
            }
        }

        int threads() {
            return threads;
        }

        int loops() {
            return loops;
        }

        AtomicLongArray incoming() {
            return incoming;
        }

        void finish(int iteration) {
            finished[iteration].getAndIncrement();
        }

        boolean hasAnyFinished(int iteration) {
            return finished[iteration].get() > 0;
        }

        boolean haveAllFinished(int iteration) {
            return finished[iteration].get() == threads;
        }

        int[] byteSizes() {
            return byteSizes;
        }

        int frees(int iteration, int loop) {
            return BURST * freeShares[(iteration + loop) % FREE_SHARES] * 8 / 1_000;
        }

        int mallocs(int iteration, int loop) {
            return BURST * allocateShares[(iteration + loop) % ALLOCATE_SHARES] / 100;
        }
    }
}
