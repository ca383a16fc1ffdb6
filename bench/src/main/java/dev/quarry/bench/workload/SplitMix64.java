// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.workload;

/// A fast generator for the workloads that ask for none of their own.
final class SplitMix64 {
    private long state;

    SplitMix64(long seed) {
        state = seed;
    }

    /// Any 64 bits.
    long next() {
        state += 0x9e37_79b9_7f4a_7c15L;
        long x = state;
        x = (x ^ (x >>> 30)) * 0xbf58_476d_1ce4_e5b9L;
        x = (x ^ (x >>> 27)) * 0x94d0_49bb_1331_11ebL;
        return x ^ (x >>> 31);
    }

    /// Any 31 bits: 2^31 of them stand for the numbers from 0 up to 1.
    long next31() {
        return next() >>> 33;
    }

    /// A number below the bound.
    int next(int bound) {
        return (int) ((next31() * bound) >>> 31);
    }
}
