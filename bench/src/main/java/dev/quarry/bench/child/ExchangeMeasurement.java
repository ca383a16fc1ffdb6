// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.child;

import dev.quarry.bench.subject.Blocks;
import dev.quarry.bench.subject.Subject;
import dev.quarry.bench.workload.BatchStack;
import dev.quarry.numa.RawMemory;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicLong;

/// One thread allocates and never frees, another frees and never allocates. Blocks travel in batches, and a batch is a
/// block of the subject as well: the address of the batch below it on the stack, then those of 4,096 blocks.
final class ExchangeMeasurement {
    private static final long BLOCK_BYTES = 64;
    private static final int BATCH_BLOCKS = 4096;
    private static final long BATCH_BYTES = Long.BYTES * (1L + BATCH_BLOCKS);

    private final Subject subject;
    private final BatchStack stack = new BatchStack();
    private final AtomicLong freedBlocks = new AtomicLong();

    ExchangeMeasurement(Subject subject) {
        this.subject = subject;
    }

    Map<String, Object> run(int seconds) throws InterruptedException, ExecutionException {
        FutureTask<Void> producing = new FutureTask<>(this::produce, null);
        FutureTask<Void> consuming = new FutureTask<>(this::consume, null);
        Thread producer = subject.newThread(producing);
        Thread consumer = subject.newThread(consuming);
        long startNs = System.nanoTime();
        producer.start();
        consumer.start();
        // The producer ends before the stack is closed only when it fails; then nothing is gained by waiting.
        producer.join(Duration.ofSeconds(seconds));
        long freed = freedBlocks.get();
        long elapsedNs = System.nanoTime() - startNs;
        stack.close();
        producing.get();
        consuming.get();
        return Map.of("operations", freed, "roundNs", new long[] {elapsedNs});
    }

    private void produce() {
        Blocks blocks = subject.newBlocks();
        long batch = newBatch(blocks);
        while (stack.push(batch)) {
            batch = newBatch(blocks);
        }
        freeBatch(blocks, batch);
    }

    private void consume() {
        Blocks blocks = subject.newBlocks();
        for (long batch = stack.pop(); batch != BatchStack.CLOSED; batch = stack.pop()) {
            freeBatch(blocks, batch);
            freedBlocks.getAndAdd(BATCH_BLOCKS);
        }
    }

    private static long newBatch(Blocks blocks) {
        long batch = blocks.malloc(BATCH_BYTES);
        for (int i = 0; i < BATCH_BLOCKS; i++) {
            long block = blocks.malloc(BLOCK_BYTES);
            fill(block, i & 0xff);
            RawMemory.putLong(batch + Long.BYTES * (1L + i), block);
        }
        return batch;
    }

    private static void fill(long block, int value) {
        long pattern = value * 0x0101_0101_0101_0101L;
        for (long offset = 0; offset < BLOCK_BYTES; offset += Long.BYTES) {
            RawMemory.putLong(block + offset, pattern);
        }
    }

    private static void freeBatch(Blocks blocks, long batch) {
        for (int i = 0; i < BATCH_BLOCKS; i++) {
            blocks.free(RawMemory.getLong(batch + Long.BYTES * (1L + i)));
        }
        blocks.free(batch);
    }
}
