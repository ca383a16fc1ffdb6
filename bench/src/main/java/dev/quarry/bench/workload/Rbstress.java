// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.workload;

import static dev.quarry.bench.workload.EveryByte.ALL;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.quarry.bench.subject.BlockSource;
import dev.quarry.bench.subject.Blocks;
import java.util.concurrent.atomic.AtomicLong;

/// An interpreter's bursts: blocks of 1 to 40 bytes of which some are kept, and the rest freed all at once when
/// there are many; then one block of 100,000 bytes.
///
/// One operation is a block allocated and freed.
final class Rbstress extends Workload {
    private static final int LARGE_BYTES = 100_000;
    private static final int SEED = 7;

    private final BlockSource source;
    private final int threads;
    private final int allocations;
    private final long[][] chunks;
    private final long[][] retained;

    Rbstress(Setting setting) {
        source = setting.source();
        threads = setting.threads();
        Scale scale = setting.scale();
        allocations = scale.work(120_000, 24_000_000, 120_000_000) / threads;
        chunks = new long[threads][scale.work(2_000, 200_000, 200_000) / threads + 1];
        retained = new long[threads][scale.work(6_000, 600_000, 600_000) / threads];
    }

    @Override
    Round round() {
        AtomicLong checksum = new AtomicLong();
        long elapsedNs = Team.run(source, threads, number -> {
            SplitMix64 random = new SplitMix64(SEED + number);
            checksum.getAndAdd(step(source.newBlocks(), chunks[number], retained[number], random, allocations));
        });
        return new Round((long) threads * allocations, elapsedNs, checksum.get());
    }

    private static long step(Blocks blocks, long[] chunk, long[] retained, SplitMix64 random, int count) {
        int chunkTop = 0;
        int retainedTop = 0;
        long large = 0;
        long checksum = 0;
        for (int i = 0; i < count; i++) {
            long bits = random.next();
            int byteSize = Math.max(1, 10 * (int) (((bits >>> 33) * 5) >>> 31));
            long address = blocks.malloc(byteSize);
            ALL.set(JAVA_BYTE, address, (byte) i);
            checksum = mix(checksum, (bits & 1) ^ byteSize);
            if ((bits & 1) == 0 && retainedTop < retained.length) {
                retained[retainedTop++] = address;
            } else {
                chunk[chunkTop++] = address;
            }
            if (chunkTop == chunk.length) {
                freeAll(blocks, chunk, 0, chunkTop);
                chunkTop = 0;
                large = replaceLarge(blocks, large);
            }
        }
        freeAll(blocks, chunk, 0, chunkTop);
        freeAll(blocks, retained, 0, retainedTop);
        blocks.free(large);
        return checksum;
    }

    private static long replaceLarge(Blocks blocks, long large) {
        long address = blocks.malloc(LARGE_BYTES);
        ALL.set(JAVA_BYTE, address, (byte) 1);
        blocks.free(large);
        return address;
    }
}
