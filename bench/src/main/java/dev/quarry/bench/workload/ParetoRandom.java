// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.workload;

/// The generator of `alloc-test`, and what it draws from it: mostly small sizes, and mostly the same few slots.
final class ParetoRandom {
    /// A fifth of a fifth ... of the slots gets four fifths of four fifths ... of the operations: six times, which
    /// makes seven levels. How many operations of a million go to each level, summed up.
    private static final long[] OPERATIONS_UP_TO = {262_144, 655_360, 901_120, 983_040, 998_400, 999_936, 1_000_000};

    /// How many slots of a million the levels have, summed up.
    private static final long[] SLOTS_UP_TO = {0, 64, 1_600, 16_960, 98_880, 344_640, 737_856, 1_000_000};

    private static final long MILLION = 1_000_000;
    private static final int LEVELS = OPERATIONS_UP_TO.length;

    private long state;

    ParetoRandom(long seed) {
        state = seed;
    }

    /// Any 32 bits.
    long next() {
        long seed = state;
        long result = (seed * 0xd989_bcac_c137_dcd5L) >>> 32;
        seed ^= seed >>> 11;
        seed ^= seed << 31;
        seed ^= seed >>> 18;
        state = seed;
        return result;
    }

    /// From 5 to 1,024 bytes, of which half are at most 8.
    static int byteSize(long bits) {
        int exponent = Long.numberOfTrailingZeros((bits & 127) + 1);
        int low = 1 << (exponent + 2);
        return low + 1 + ((int) (bits >>> 7) & (low - 1));
    }

    /// Thresholds on 32 bits by which a level is found.
    static long[] levelThresholds() {
        long[] thresholds = new long[LEVELS];
        for (int level = 0; level < LEVELS; level++) {
            thresholds[level] = (OPERATIONS_UP_TO[level] << 32) / MILLION;
        }
        return thresholds;
    }

    /// The first slot of each level, and the number of slots after the last.
    static int[] levelStarts(int slots) {
        int[] starts = new int[LEVELS + 1];
        for (int level = 0; level <= LEVELS; level++) {
            starts[level] = (int) (slots * SLOTS_UP_TO[level] / MILLION);
        }
        return starts;
    }

    int slot(long[] thresholds, int[] starts) {
        long bits = next();
        int level = 0;
        while (bits >= thresholds[level]) {
            level++;
        }
        int first = starts[level];
        return first + (int) ((next() * (starts[level + 1] - first)) >>> 32);
    }
}
