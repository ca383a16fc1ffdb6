// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.workload;

import static dev.quarry.bench.workload.EveryByte.ALL;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.quarry.bench.subject.BlockSource;
import dev.quarry.bench.subject.Blocks;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// A server whose connections outlive their threads: each thread replaces random blocks of its slots, and after a quota
/// hands slots and generator to a successor and ends. So most blocks are freed by another thread than allocated them.
///
/// One operation is a free and a malloc.
final class Larson extends Workload {
    private static final int MIN_BYTES = 8;
    private static final int MAX_BYTES = 1_000;
    private static final int SEED = 4_141;

    /// Few enough for the loop to be entered often, so that it is compiled as a whole.
    private static final int CHUNK_STEPS = 10_000;

    private final BlockSource source;
    private final Scale scale;
    private final int lanes;
    private final int slots;
    private final int quota;
    private final long[] addresses;
    private long threadsStarted;

    Larson(Setting setting) {
        source = setting.source();
        scale = setting.scale();
        lanes = setting.threads();
        slots = scale.work(100, 5_000, 5_000);
        quota = 100 * slots;
        addresses = new long[lanes * slots];
    }

    @Override
    Round round() {
        Blocks blocks = source.newBlocks();
        Lran2 random = new Lran2(SEED);
        prepare(blocks, random, addresses);
        Run run = new Run();
        Lane[] all = new Lane[lanes];
        for (int i = 0; i < lanes; i++) {
            all[i] = new Lane(run, i * slots, random.next());
        }
        long elapsedNs = run.time(all);
        freeAll(blocks, addresses, 0, addresses.length);
        return sum(all, elapsedNs);
    }

    private static void prepare(Blocks blocks, Lran2 random, long[] addresses) {
        int count = addresses.length;
        for (int i = 0; i < count; i++) {
            addresses[i] = blocks.malloc(byteSize(random.next()));
        }
        for (int i = count; i > 0; i--) {
            int other = random.next() % i;
            long address = addresses[other];
            addresses[other] = addresses[i - 1];
            addresses[i - 1] = address;
        }
        for (int i = 0; i < 4 * count; i++) {
            int slot = random.next() % count;
            blocks.free(addresses[slot]);
            addresses[slot] = blocks.malloc(byteSize(random.next()));
        }
    }

    private static int byteSize(int number) {
        return MIN_BYTES + number % (MAX_BYTES - MIN_BYTES);
    }

    private Round sum(Lane[] all, long elapsedNs) {
        long operations = 0;
        long checksum = 0;
        threadsStarted = 0;
        for (Lane lane : all) {
            operations += lane.operations;
            checksum += lane.checksum;
            threadsStarted += lane.threadsStarted;
        }
        return new Round(operations, elapsedNs, checksum);
    }

    @Override
    Map<String, Object> facts() {
        return Map.of("threadsStarted", threadsStarted);
    }

    /// What the lanes of one round share.
    private final class Run {
        private final StopFlag stop = new StopFlag();
        private final CountDownLatch ended = new CountDownLatch(lanes);
        private volatile @Nullable Throwable failure;

        long time(Lane[] all) {
            long startNs = System.nanoTime();
            for (Lane lane : all) {
                lane.startThread();
            }
            awaitEnd();
            if (failure != null) {
                throw Team.failure(new ExecutionException(failure));
            }
            return System.nanoTime() - startNs;
        }

        private void awaitEnd() {
            try {
                if (!scale.roundTime().isZero()) {
                    ended.await(scale.roundTime().toNanos(), TimeUnit.NANOSECONDS);
                    stop.set();
                }
                ended.await();
            } catch (InterruptedException e) {
                throw Team.failure(e);
            }
        }
    }

    /// A slice of the slots, and the thread of the moment that works on it.
    private final class Lane implements Runnable {
        private final Run run;
        private final int first;
        private final Lran2 random;
        private final long threadLimit = scale.limit(3);
        private long operations;
        private long checksum;
        private long threadsStarted;

        Lane(Run run, int first, int seed) {
            this.run = run;
            this.first = first;
            this.random = new Lran2(seed);
        }

        void startThread() {
            source.newThread(this).start();
        }

        @Override
        public void run() {
            try {
                threadsStarted++;
                Blocks blocks = source.newBlocks();
                for (int left = quota; left > 0 && !run.stop.isSet(); left -= CHUNK_STEPS) {
                    replace(blocks, addresses, random, run.stop, this, Math.min(CHUNK_STEPS, left));
                }
                if (!run.stop.isSet() && threadsStarted < threadLimit) {
                    startThread();
                } else {
                    run.ended.countDown();
                }
            } catch (Throwable e) {
                run.failure = e;
                run.stop.set();
                run.ended.countDown();
            }
        }
    }

    private void replace(Blocks blocks, long[] addresses, Lran2 random, StopFlag stop, Lane lane, int count) {
        int first = lane.first;
        int slots = this.slots;
        int done = 0;
        long checksum = lane.checksum;
        while (done < count) {
            int slot = first + random.next() % slots;
            blocks.free(addresses[slot]);
            int byteSize = byteSize(random.next());
            long address = blocks.malloc(byteSize);
            addresses[slot] = address;
            touch(address);
            checksum = mix(checksum, slot ^ byteSize);
            done++;
            if (stop.isSet()) {
                break;
            }
        }
        lane.operations += done;
        lane.checksum = checksum;
    }

    private static void touch(long address) {
        ALL.set(JAVA_BYTE, address, (byte) 'a');
        if (ALL.get(JAVA_BYTE, address) != 'a') {
            throw new IllegalStateException("a block lost what was written to it");
        }
        ALL.set(JAVA_BYTE, address + 1, (byte) 'b');
    }
}
