// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.workload;

/// A generator whose state is its last value.
public final class Mix64 {
    private long value;

    public Mix64(long seed) {
        value = seed;
    }

    /// Any 64 bits.
    public long next() {
        long x = value;
        x ^= x >>> 30;
        x *= 0xbf58_476d_1ce4_e5b9L;
        x ^= x >>> 27;
        x *= 0x94d0_49bb_1331_11ebL;
        x ^= x >>> 31;
        value = x;
        return x;
    }

    /// A number below the bound, which is a constant: the compiler makes multiplications of the signed remainder by a
    /// constant, as C's does, but not of the unsigned one.
    int next(int constantBound) {
        return remainder(next(), constantBound);
    }

    /// True `percent + 1` times in a hundred: so the workloads that use it have it.
    public boolean chance(int percent) {
        return remainderBy100(next()) <= percent;
    }

    /// The remainder of the value as an unsigned number by 100: one multiplication by 2^66 / 25, rounded up, as a C
    /// compiler has it [1].
    ///
    /// [1] T. Granlund, P. Montgomery, Division by invariant integers using multiplication, 1994.
    static int remainderBy100(long value) {
        long quotient = Math.unsignedMultiplyHigh(value >>> 2, 0x28f5_c28f_5c28_f5c3L) >>> 2;
        return (int) (value - 100 * quotient);
    }

    /// The remainder of the value as an unsigned number.
    static int remainder(long value, int constantDivisor) {
        long twice = (value >>> 1) % constantDivisor * 2 + (value & 1);
        return (int) (twice >= constantDivisor ? twice - constantDivisor : twice);
    }
}
