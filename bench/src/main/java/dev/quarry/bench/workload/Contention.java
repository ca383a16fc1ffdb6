// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.workload;

import static dev.quarry.bench.workload.EveryByte.ALL;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import dev.quarry.bench.subject.BlockSource;
import dev.quarry.bench.subject.Blocks;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;

/// All threads exchange their blocks through the same slots, so that whose block a thread frees is chance: nothing
/// can be given back in batches by owner.
///
/// One operation is a malloc, an exchange and a free.
final class Contention extends Workload {
    private static final int SEED = 20;

    private final BlockSource source;
    private final int threads;
    private final int steps;
    private final AtomicLongArray exchange;

    Contention(Setting setting) {
        source = setting.source();
        threads = setting.threads();
        steps = 1 << setting.scale().work(14, 23, 25);
        exchange = new AtomicLongArray(1 << setting.scale().work(10, 18, 18));
    }

    @Override
    Round round() {
        AtomicLong checksum = new AtomicLong();
        long elapsedNs = Team.run(source, threads, number -> {
            SplitMix64 random = new SplitMix64(SEED + number);
            checksum.getAndAdd(step(source.newBlocks(), exchange, random, steps));
        });
        freeExchanged();
        return new Round((long) threads * steps, elapsedNs, checksum.get());
    }

    private static long step(Blocks blocks, AtomicLongArray exchange, SplitMix64 random, int count) {
        int mask = exchange.length() - 1;
        int place = 0;
        long checksum = 0;
        for (int i = 0; i < count; i++) {
            long bits = random.next();
            int byteSize = 16 + (int) (bits & 1_023);
            long address = blocks.malloc(byteSize);
            ALL.set(JAVA_LONG_UNALIGNED, address, byteSize);
            place = (place + (int) (bits >>> 33)) & mask;
            checksum = mix(checksum, place ^ byteSize);
            blocks.free(exchange.getAndSet(place, address));
        }
        return checksum;
    }

    private void freeExchanged() {
        Blocks blocks = source.newBlocks();
        for (int place = 0; place < exchange.length(); place++) {
            blocks.free(exchange.getAndSet(place, 0));
        }
    }
}
