// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.child;

import dev.quarry.bench.subject.Blocks;
import dev.quarry.bench.subject.Subject;
import dev.quarry.numa.RawMemory;
import java.util.Map;

/// Times pairs of malloc and free: what an allocator costs when everything is in the nearest cache.
final class PairMeasurement {
    private static final long BLOCK_BYTES = 64;

    /// Small enough to be entered often, so that it is compiled as a whole.
    private static final int CHUNK_PAIRS = 10_000;

    private PairMeasurement() {}

    static Map<String, Object> rounds(Subject subject, int rounds, int pairsPerRound) {
        Blocks blocks = subject.newBlocks();
        long[] roundNs = new long[rounds];
        for (int round = 0; round < rounds; round++) {
            long startNs = System.nanoTime();
            for (int done = 0; done < pairsPerRound; done += CHUNK_PAIRS) {
                run(blocks, Math.min(CHUNK_PAIRS, pairsPerRound - done));
            }
            roundNs[round] = System.nanoTime() - startNs;
        }
        return Map.of("operations", pairsPerRound, "roundNs", roundNs);
    }

    private static void run(Blocks blocks, int pairs) {
        for (int i = 0; i < pairs; i++) {
            long address = blocks.malloc(BLOCK_BYTES);
            RawMemory.putByte(address, (byte) 1);
            blocks.free(address);
        }
    }
}
