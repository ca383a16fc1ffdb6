// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.workload;

/// A linear congruential generator whose results are shuffled through a table: numbers from 0 to 714,024.
final class Lran2 {
    private static final int MODULUS = 714_025;
    private static final int FACTOR = 1_366;
    private static final int INCREMENT = 150_889;
    private static final int TABLE_SIZE = 97;

    private final int[] table = new int[TABLE_SIZE];
    private int state;
    private int last;

    Lran2(int seed) {
        state = Math.abs((INCREMENT - seed) % MODULUS);
        for (int i = 0; i < TABLE_SIZE; i++) {
            table[i] = step();
        }
        last = step();
    }

    int next() {
        int index = last % TABLE_SIZE;
        last = table[index];
        table[index] = step();
        return last;
    }

    private int step() {
        state = (FACTOR * state + INCREMENT) % MODULUS;
        return state;
    }
}
