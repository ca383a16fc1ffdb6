// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.workload;

import dev.quarry.bench.subject.BlockSource;
import dev.quarry.bench.subject.Blocks;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;

/// Sizes from 8 bytes to 5 MB, of which half are kept to the end of their thread, some handed to other threads, and the
/// rest freed at random; each iteration has threads of its own.
///
/// One operation is a block allocated and freed.
final class Mstress extends Workload {
    private static final int SEED = 43;

    private final BlockSource source;
    private final int threads;
    private final int unit;
    private final int iterations;
    private final AtomicLongArray transfer = new AtomicLongArray(MstressThread.TRANSFER_SLOTS);
    private final AtomicLong threadNs = new AtomicLong();

    Mstress(Setting setting) {
        source = setting.source();
        threads = setting.threads();
        unit = 100 * setting.scale().work(2, 400, 400);
        iterations = setting.scale().work(3, 25, 125);
    }

    @Override
    Round round() {
        Mix64 random = new Mix64(SEED * SEED);
        AtomicLong operations = new AtomicLong();
        AtomicLong checksum = new AtomicLong();
        threadNs.set(0);
        Blocks blocks = source.newBlocks();
        long startNs = System.nanoTime();
        for (int iteration = 1; iteration <= iterations; iteration++) {
            Team.run(source, threads, number -> {
                long memberStartNs = System.nanoTime();
                MstressThread thread = new MstressThread(source.newBlocks(), transfer, new Mix64((number + 1L) * SEED));
                operations.getAndAdd(thread.run(unit * (number % 8 + 1)));
                checksum.getAndAdd(thread.checksum());
                threadNs.getAndAdd(System.nanoTime() - memberStartNs);
            });
            freeTransferred(blocks, random, iteration == iterations);
        }
        return new Round(operations.get(), System.nanoTime() - startNs, checksum.get());
    }

    private void freeTransferred(Blocks blocks, Mix64 random, boolean isLast) {
        for (int slot = 0; slot < MstressThread.TRANSFER_SLOTS; slot++) {
            if (random.chance(50) || isLast) {
                MstressThread.freeItems(blocks, transfer.getAndSet(slot, 0));
            }
        }
    }

    /// The threads have different amounts of work, so how far one slows the other shows in their own times only.
    @Override
    Map<String, Object> facts() {
        return Map.of("threadNs", threadNs.get());
    }
}
