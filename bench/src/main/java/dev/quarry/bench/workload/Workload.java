// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.workload;

import dev.quarry.bench.subject.Blocks;
import java.util.Map;

/// One workload, ready to be run: what the harness itself needs is allocated already. Rounds follow one another in one
/// process, each does the same, and each frees all that it allocated, outside of its timed part where the workload's
/// description leaves blocks behind.
///
/// The loops are static methods with all that they use in their arguments, as functions are in C: the same loops with
/// references read from fields cost up to 2 ns an operation more.
abstract class Workload {
    /// Runs one round on threads of its own.
    abstract Round round();

    /// What the last round showed beside its time.
    Map<String, Object> facts() {
        return Map.of();
    }

    /// Adds a number to a checksum that depends on the order; cheap enough for a timed loop.
    static long mix(long checksum, long number) {
        return Long.rotateLeft(checksum, 1) + number;
    }

    static void freeAll(Blocks blocks, long[] addresses, int from, int end) {
        for (int i = from; i < end; i++) {
            blocks.free(addresses[i]);
            addresses[i] = 0;
        }
    }
}
