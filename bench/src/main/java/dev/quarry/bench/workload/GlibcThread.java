// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.workload;

import dev.quarry.bench.subject.BlockSource;
import dev.quarry.bench.subject.Blocks;
import java.util.concurrent.atomic.AtomicLong;

/// Each thread replaces random blocks of its 1,024; sizes follow the inverse square: half are at most 8 bytes, one
/// in 250 is above 1 KiB. Each byte is written.
///
/// One operation is a free and a malloc.
final class GlibcThread extends Workload {
    private static final int SLOTS = 1_024;
    private static final int PLACES = 4_096;
    private static final int SIZES = 8_000;
    private static final int SEED = 1;

    /// Few enough for the loop to be entered often, so that it is compiled as a whole, and to end soon after the flag.
    private static final int CHUNK_STEPS = 10_000;

    /// Constants, as the program in C has them, so that the loop keeps neither them nor their lengths.
    private static final int[] PLACE_TABLE = new int[PLACES];
    private static final int[] SIZE_TABLE = new int[SIZES];

    static {
        SplitMix64 random = new SplitMix64(SEED);
        for (int i = 0; i < PLACES; i++) {
            PLACE_TABLE[i] = random.next(SLOTS);
        }
        for (int i = 0; i < SIZES; i++) {
            SIZE_TABLE[i] = byteSize(random.next31());
        }
    }

    private final BlockSource source;
    private final Scale scale;
    private final int threads;

    GlibcThread(Setting setting) {
        source = setting.source();
        scale = setting.scale();
        threads = setting.threads();
    }

    /// 1 / (1/4 - r (1/4 - 1/32768)) for r from 0 up to 1, in integers.
    static int byteSize(long bits31) {
        return (int) ((1L << 46) / ((8_192L << 31) - 8_191 * bits31));
    }

    @Override
    Round round() {
        StopFlag stop = new StopFlag();
        AtomicLong operations = new AtomicLong();
        AtomicLong checksum = new AtomicLong();
        long limit = scale.limit(20_000);
        long elapsedNs = Team.run(
                source,
                threads,
                number -> {
                    Blocks blocks = source.newBlocks();
                    long[] addresses = new long[SLOTS];
                    long done = 0;
                    while (done < limit && !stop.isSet()) {
                        long end = Math.min(limit, done + CHUNK_STEPS);
                        replace(blocks, addresses, done, end);
                        done = end;
                    }
                    freeAll(blocks, addresses, 0, SLOTS);
                    operations.getAndAdd(done);
                    checksum.getAndAdd(checksum(done));
                },
                stop,
                scale.roundTime());
        return new Round(operations.get(), elapsedNs, checksum.get());
    }

    private static void replace(Blocks blocks, long[] addresses, long from, long end) {
        int nextSize = (int) (from % SIZES);
        for (long done = from; done < end; done++) {
            int slot = PLACE_TABLE[(int) done & (PLACES - 1)];
            blocks.free(addresses[slot]);
            int byteSize = SIZE_TABLE[nextSize++];
            if (nextSize == SIZES) {
                nextSize = 0;
            }
            long address = blocks.malloc(byteSize);
            BlockContent.fill(address, byteSize, slot);
            addresses[slot] = address;
        }
    }

    /// The tables are drawn before, so what was drawn follows from how far they were read.
    private static long checksum(long operations) {
        long checksum = 0;
        long different = Math.min(operations, (long) PLACES * SIZES);
        for (long i = 0; i < different; i++) {
            checksum = mix(checksum, PLACE_TABLE[(int) (i % PLACES)] ^ SIZE_TABLE[(int) (i % SIZES)]);
        }
        return checksum;
    }
}
