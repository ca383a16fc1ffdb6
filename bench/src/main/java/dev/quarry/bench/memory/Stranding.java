// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.memory;

/// Threads that each fill and free a mebibyte of each of twenty sizes, and then wait. Nothing is live; what is held is
/// stranded in what the allocator keeps for each thread.
final class Stranding {
    private static final int SIZES = 20;
    private static final int BYTES_OF_A_SIZE = 1 << 20;
    private static final int MIN_BLOCK_BYTES = 16;

    private Stranding() {}

    static void run(Measurement measurement) {
        int threads = measurement.scale().choose(2, 16, 64);
        int bytesOfASize = measurement.scale().choose(BYTES_OF_A_SIZE / 16, BYTES_OF_A_SIZE, BYTES_OF_A_SIZE);
        Reading worked;
        Reading waited;
        Reading trimmed;
        try (Crew crew = measurement.newCrew(threads)) {
            measurement.rebase();
            crew.doAll(index -> fillAndFree(measurement, bytesOfASize));
            Stopwatch stopwatch = new Stopwatch();
            worked = measurement.readAt(0);
            int idleSeconds = measurement.scale().choose(0, 4, 10);
            for (int second = 1; second <= idleSeconds; second++) {
                stopwatch.sleepUntil(second);
                measurement.readAt(second);
            }
            waited = measurement.read("waited");
            trimmed = measurement.readTrimmed("trimmed");
        }
        measurement.facts().put(Figure.NAME, Figure.aboveNoise(waited.residentBytes()) / threads);
        measurement.facts().put(Figure.MEANING, "resident bytes a thread, when all have waited; at least 1 MiB in all");
        measurement.facts().put("threads", threads);
        measurement.facts().put("strandedBytes", worked.residentBytes());
        measurement.facts().put("strandedBytesAfterWaiting", waited.residentBytes());
        measurement.facts().put("strandedBytesAfterTrim", trimmed.residentBytes());
    }

    private static void fillAndFree(Measurement measurement, int bytesOfASize) {
        BlockTable table = measurement.newTable(bytesOfASize / MIN_BLOCK_BYTES);
        for (int size = 0; size < SIZES; size++) {
            int blockBytes = blockBytes(size);
            for (int slot = 0; slot < bytesOfASize / blockBytes; slot++) {
                table.allocate(slot, blockBytes);
            }
            table.freeAll();
        }
    }

    /// 16, 24, 32, 48, 64, ... 12,288 bytes.
    private static int blockBytes(int size) {
        return (size % 2 == 0 ? MIN_BLOCK_BYTES : MIN_BLOCK_BYTES * 3 / 2) << size / 2;
    }
}
