// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.memory;

import java.util.SplittableRandom;

/// The random numbers of a case: the same in Java and in C, so that both ask for the same blocks. Not thread-safe.
final class Draws {
    private final SplittableRandom random;

    Draws(long seed) {
        random = new SplittableRandom(seed);
    }

    /// {@return evenly distributed, from 0 to less than the bound}
    int below(int bound) {
        return (int) Long.remainderUnsigned(random.nextLong(), bound);
    }

    /// {@return at least 2^minShift and less than 2^maxShift; each doubling is equally likely}
    int logUniform(int minShift, int maxShift) {
        int doubling = 1 << minShift + below(maxShift - minShift);
        return doubling + below(doubling);
    }

    /// {@return the numbers below the bound in random order}
    int[] permutation(int bound) {
        int[] order = new int[bound];
        for (int i = 0; i < bound; i++) {
            int other = below(i + 1);
            order[i] = order[other];
            order[other] = i;
        }
        return order;
    }
}
