// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.memory;

/// Rounds of a large block that is freed, and many small ones of which all but one are freed; what can be given back
/// is given back after each round.
final class KeepOne {
    private static final int ROUNDS = 100;
    private static final int LARGE_BYTES = 32 << 20;
    private static final int BLOCKS = 33_500;
    private static final int BLOCK_BYTES = 1000;
    private static final int SURVIVOR = 50;

    private static final long SLACK_BYTES = 10 << 20;
    private static final long BYTES_A_ROUND = 2000;

    private KeepOne() {}

    static void run(Measurement measurement) {
        int rounds = measurement.scale().of(ROUNDS);
        // Those of a round, the large one, and one survivor of each round.
        BlockTable table = measurement.newTable(BLOCKS + 1 + rounds);
        Reading start = measurement.read("start");
        for (int round = 0; round < rounds; round++) {
            table.allocate(BLOCKS, LARGE_BYTES);
            table.free(BLOCKS);
            int survivorSlot = BLOCKS + 1 + round;
            for (int i = 0; i < BLOCKS; i++) {
                table.allocate(i == SURVIVOR ? survivorSlot : i, BLOCK_BYTES);
            }
            if (round == 0 || round == rounds - 1) {
                measurement.read("round " + (round + 1));
            }
            for (int i = 0; i < BLOCKS; i++) {
                if (i != SURVIVOR) {
                    table.free(i);
                }
            }
            measurement.trim();
        }
        Reading end = measurement.read("survivors");
        long boundBytes = held(start) + 3L * LARGE_BYTES + SLACK_BYTES + BYTES_A_ROUND * rounds;
        measurement.facts().put("boundBytes", boundBytes);
        measurement.facts().put("isWithinBound", held(end) <= boundBytes);
        measurement.facts().put("residentBytesASurvivor", end.residentBytes() / rounds);
    }

    private static long held(Reading reading) {
        return reading.isCommittedKnown() ? reading.committedBytes() : reading.residentBytes();
    }
}
