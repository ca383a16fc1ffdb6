// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.workload;

import dev.quarry.bench.subject.BlockSource;
import dev.quarry.bench.subject.Blocks;
import dev.quarry.bench.subject.ProcessMemory;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;

/// Thousands of threads, ten at a time, each of which leaves one small block behind and frees one that another
/// left: what an allocator keeps for a thread must go with it.
///
/// One operation is a thread from its start to its end.
final class Mleak extends Workload {
    private static final int THREADS_AT_ONCE = 10;
    private static final int TRANSFER_SLOTS = 1_000;
    private static final long BLOCK_BYTES = 128;

    private final BlockSource source;
    private final int turns;
    private final AtomicLongArray transfer = new AtomicLongArray(TRANSFER_SLOTS);
    private long growthBytes;

    Mleak(Setting setting) {
        source = setting.source();
        turns = 100 * setting.scale().work(1, 5, 50);
    }

    @Override
    Round round() {
        AtomicLong checksum = new AtomicLong();
        long startNs = System.nanoTime();
        long earlyBytes = 0;
        for (int turn = 0; turn < turns; turn++) {
            if (turn == turns / 10) {
                earlyBytes = ProcessMemory.residentBytes();
            }
            long firstSeed = (long) turn * THREADS_AT_ONCE + 1;
            Team.run(source, THREADS_AT_ONCE, number -> checksum.getAndAdd(exchange(new Mix64(firstSeed + number))));
        }
        long elapsedNs = System.nanoTime() - startNs;
        growthBytes = ProcessMemory.residentBytes() - earlyBytes;
        freeTransferred();
        return new Round((long) turns * THREADS_AT_ONCE, elapsedNs, checksum.get());
    }

    private long exchange(Mix64 random) {
        Blocks blocks = source.newBlocks();
        long block = blocks.calloc(1, BLOCK_BYTES);
        int slot = random.next(TRANSFER_SLOTS);
        blocks.free(transfer.getAndSet(slot, block));
        return slot;
    }

    private void freeTransferred() {
        Blocks blocks = source.newBlocks();
        for (int slot = 0; slot < TRANSFER_SLOTS; slot++) {
            blocks.free(transfer.getAndSet(slot, 0));
        }
    }

    /// How much more is resident at the end than after the first tenth of the threads.
    @Override
    Map<String, Object> facts() {
        return Map.of("residentGrowthBytes", growthBytes);
    }
}
