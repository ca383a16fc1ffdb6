// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.workload;

import dev.quarry.bench.subject.BlockSource;
import dev.quarry.bench.subject.Blocks;
import java.util.concurrent.atomic.AtomicLong;

/// Small blocks in slots that are chosen by the rule of 80 to 20; each byte is written and read once. The threads share
/// nothing.
///
/// One operation is a malloc with a write of the whole block, or a read of it and a free.
final class AllocTest extends Workload {
    private static final int SLOTS = 1 << 18;
    private static final int SEED = 41;

    /// Few enough for the loop to be entered often, so that it is compiled as a whole.
    private static final int CHUNK_STEPS = 10_000;

    private final BlockSource source;
    private final int threads;
    private final int slots;
    private final int steps;
    private final long[][] addresses;
    private final int[][] byteSizes;
    private final int[] starts;
    private final long[] thresholds = ParetoRandom.levelThresholds();

    /// What was read, so that it must be.
    private final AtomicLong sink = new AtomicLong();

    AllocTest(Setting setting) {
        source = setting.source();
        threads = setting.threads();
        slots = SLOTS / threads;
        steps = setting.scale().work(100_000, 20_000_000, 100_000_000);
        addresses = new long[threads][slots];
        byteSizes = new int[threads][slots];
        starts = ParetoRandom.levelStarts(slots);
    }

    @Override
    Round round() {
        TimedPart timed = new TimedPart(threads);
        AtomicLong checksum = new AtomicLong();
        Team.run(source, threads, number -> {
            Blocks blocks = source.newBlocks();
            ParetoRandom random = new ParetoRandom(SEED + number);
            prepare(blocks, addresses[number], byteSizes[number], random);
            timed.begin();
            long sum = 0;
            for (int done = 0; done < steps; done += CHUNK_STEPS) {
                int count = Math.min(CHUNK_STEPS, steps - done);
                sum = step(blocks, addresses[number], byteSizes[number], random, thresholds, starts, count, sum, sink);
            }
            timed.end();
            checksum.getAndAdd(sum);
            freeAll(blocks, addresses[number], 0, slots);
        });
        return new Round((long) threads * steps, timed.elapsedNs(), checksum.get());
    }

    /// Every second slot has a block.
    private static void prepare(Blocks blocks, long[] addresses, int[] byteSizes, ParetoRandom random) {
        for (int slot = 0; slot < addresses.length; slot++) {
            if ((random.next() & 1) == 0) {
                allocate(blocks, addresses, byteSizes, slot, ParetoRandom.byteSize(random.next()));
            }
        }
    }

    private static long step(
            Blocks blocks,
            long[] addresses,
            int[] byteSizes,
            ParetoRandom random,
            long[] thresholds,
            int[] starts,
            int count,
            long sum,
            AtomicLong sink) {
        long checksum = sum;
        long read = 0;
        for (int i = 0; i < count; i++) {
            int slot = random.slot(thresholds, starts);
            long address = addresses[slot];
            if (address != 0) {
                read += BlockContent.read(address, byteSizes[slot]);
                blocks.free(address);
                addresses[slot] = 0;
                checksum = mix(checksum, slot);
            } else {
                int byteSize = ParetoRandom.byteSize(random.next());
                allocate(blocks, addresses, byteSizes, slot, byteSize);
                checksum = mix(checksum, slot ^ byteSize);
            }
        }
        sink.getAndAdd(read);
        return checksum;
    }

    private static void allocate(Blocks blocks, long[] addresses, int[] byteSizes, int slot, int byteSize) {
        long address = blocks.malloc(byteSize);
        BlockContent.fill(address, byteSize, slot);
        addresses[slot] = address;
        byteSizes[slot] = byteSize;
    }
}
