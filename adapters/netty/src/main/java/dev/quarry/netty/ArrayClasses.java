// SPDX-License-Identifier: Apache-2.0
package dev.quarry.netty;

/// The sizes in which arrays are pooled: four to a doubling, so that an array is at most a quarter longer than asked
/// for.
final class ArrayClasses {
    /// Longest array that is pooled.
    static final int MAX_BYTES = 4 << 20;

    /// Longest array of which each thread keeps its own.
    static final int MAX_THREAD_BYTES = 32 << 10;

    private static final int MIN_SHIFT = 6;

    /// Number of classes.
    static final int COUNT = of(MAX_BYTES) + 1;

    /// Number of classes of which each thread keeps its own.
    static final int THREAD_COUNT = of(MAX_THREAD_BYTES) + 1;

    private ArrayClasses() {}

    /// {@return the class for so many bytes}
    /// @param byteSize 0 to [#MAX_BYTES]
    static int of(int byteSize) {
        if (byteSize <= 1 << MIN_SHIFT) {
            return 0;
        }
        int last = byteSize - 1;
        int highestBit = Integer.SIZE - 1 - Integer.numberOfLeadingZeros(last);
        return (highestBit - MIN_SHIFT << 2) + (last >>> highestBit - 2 & 3) + 1;
    }

    /// {@return the bytes of an array of a class}
    static int bytes(int arrayClass) {
        int step = arrayClass - 1;
        return arrayClass == 0 ? 1 << MIN_SHIFT : (step & 3) + 5 << (step >> 2) + MIN_SHIFT - 2;
    }
}
