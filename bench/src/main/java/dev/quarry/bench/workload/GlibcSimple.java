// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.workload;

import dev.quarry.bench.subject.BlockSource;
import dev.quarry.bench.subject.Blocks;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/// Runs of blocks of one size, freed half in the order of allocation and half in reverse: 25, 100, 400 or 1,600 at a
/// time, on a first thread, on a second one, and on the first again.
///
/// One operation is a malloc and a free.
final class GlibcSimple extends Workload {
    private static final int[] BYTE_SIZES = {16, 32, 64};
    private static final int[] COUNTS = {25, 100, 400, 1_600};

    private final BlockSource source;
    private final int pairs;
    private final int repetitions;
    private final long[] addresses = new long[COUNTS[COUNTS.length - 1]];
    private final long[] nsByCount = new long[COUNTS.length];

    GlibcSimple(Setting setting) {
        source = setting.source();
        pairs = setting.scale().work(2_000, 2_000_000, 2_000_000);
        repetitions = setting.scale().work(1, 1, 5);
    }

    @Override
    Round round() {
        Blocks blocks = source.newBlocks();
        Arrays.fill(nsByCount, 0);
        long startNs = System.nanoTime();
        for (int i = 0; i < repetitions; i++) {
            pass(blocks);
            Team.run(source, 1, number -> pass(source.newBlocks()));
            pass(blocks);
        }
        long elapsedNs = System.nanoTime() - startNs;
        return new Round(passes() * BYTE_SIZES.length * pairs * COUNTS.length, elapsedNs, checksum());
    }

    private long passes() {
        return 3L * repetitions;
    }

    private void pass(Blocks blocks) {
        for (int byteSize : BYTE_SIZES) {
            for (int i = 0; i < COUNTS.length; i++) {
                long startNs = System.nanoTime();
                for (int turn = pairs / COUNTS[i]; turn > 0; turn--) {
                    burst(blocks, addresses, COUNTS[i], byteSize);
                }
                nsByCount[i] += System.nanoTime() - startNs;
            }
        }
    }

    private static void burst(Blocks blocks, long[] addresses, int count, int byteSize) {
        for (int i = 0; i < count; i++) {
            long address = blocks.malloc(byteSize);
            BlockContent.fill(address, byteSize, i);
            addresses[i] = address;
        }
        for (int i = 0; i < count / 2; i++) {
            blocks.free(addresses[i]);
        }
        for (int i = count - 1; i >= count / 2; i--) {
            blocks.free(addresses[i]);
        }
    }

    /// Nothing is drawn here: the sequence itself.
    private static long checksum() {
        long checksum = 0;
        for (int byteSize : BYTE_SIZES) {
            for (int count : COUNTS) {
                checksum = mix(checksum, (long) byteSize * count);
            }
        }
        return checksum;
    }

    /// What a pair takes by the number of blocks at a time: the last over the first is the cost of a full thread cache.
    @Override
    Map<String, Object> facts() {
        Map<String, Object> facts = new LinkedHashMap<>();
        for (int i = 0; i < COUNTS.length; i++) {
            double perPair = (double) nsByCount[i] / (passes() * BYTE_SIZES.length * pairs);
            facts.put("nsPerPair" + COUNTS[i], perPair);
        }
        return facts;
    }
}
