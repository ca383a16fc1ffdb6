// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.workload;

import static dev.quarry.bench.workload.EveryByte.ALL;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import dev.quarry.bench.subject.BlockSource;
import dev.quarry.bench.subject.Blocks;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/// Producers that never free, and as many consumers that never allocate. Blocks travel in batches, which are blocks
/// themselves: the address of the batch below on the stack, then those of 4,096 blocks.
///
/// One operation is a block allocated by one thread and freed by another.
final class Xmalloc extends Workload {
    private static final int BLOCK_BYTES = 64;
    private static final int BATCH_BLOCKS = 4_096;
    private static final long BATCH_BYTES = Long.BYTES * (1L + BATCH_BLOCKS);

    private final BlockSource source;
    private final Scale scale;
    private final int producers;

    Xmalloc(Setting setting) {
        source = setting.source();
        scale = setting.scale();
        producers = setting.threads();
    }

    @Override
    Round round() {
        Run run = new Run();
        long elapsedNs = Team.run(source, 2 * producers, run::member, run.stop, scale.roundTime());
        return new Round(run.freed.get(), elapsedNs, run.checksum.get());
    }

    /// What the threads of one round share.
    private final class Run {
        private final BatchStack stack = new BatchStack();
        private final StopFlag stop = new StopFlag();
        private final AtomicInteger producing = new AtomicInteger(producers);
        private final AtomicLong freed = new AtomicLong();
        private final AtomicLong checksum = new AtomicLong();

        void member(int number) {
            if (number < producers) {
                produce();
            } else {
                consume();
            }
        }

        private void produce() {
            Blocks blocks = source.newBlocks();
            long limit = scale.limit(3);
            long sum = 0;
            try {
                for (long batches = 0; batches < limit && !stop.isSet(); batches++) {
                    long batch = blocks.malloc(BATCH_BYTES);
                    sum = allocate(blocks, batch, sum);
                    stack.push(batch); // open as long as one produces
                }
            } finally {
                checksum.getAndAdd(sum);
                // The last one lets the consumers end, who take what is left first.
                if (producing.decrementAndGet() == 0) {
                    stack.close();
                }
            }
        }

        private void consume() {
            Blocks blocks = source.newBlocks();
            for (long batch = stack.pop(); batch != BatchStack.CLOSED; batch = stack.pop()) {
                free(blocks, batch);
                freed.getAndAdd(BATCH_BLOCKS);
            }
        }
    }

    private static long allocate(Blocks blocks, long batch, long checksum) {
        long sum = checksum;
        for (int i = 0; i < BATCH_BLOCKS; i++) {
            long block = blocks.malloc(BLOCK_BYTES);
            BlockContent.fill(block, BLOCK_BYTES, i);
            ALL.set(JAVA_LONG_UNALIGNED, batch + Long.BYTES * (1L + i), block);
            sum = mix(sum, BLOCK_BYTES ^ i);
        }
        return sum;
    }

    private static void free(Blocks blocks, long batch) {
        for (int i = 0; i < BATCH_BLOCKS; i++) {
            blocks.free(ALL.get(JAVA_LONG_UNALIGNED, batch + Long.BYTES * (1L + i)));
        }
        blocks.free(batch);
    }
}
