// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.trace;

/// The words of a trace: two bits of kind, 30 bits of operand.
public final class TraceFormat {
    public static final int ALLOCATE = 0;
    public static final int FREE = 1;
    public static final int REALLOCATE = 2;
    public static final int SWITCH_THREAD = 3;

    public static final int OPERAND_MASK = 0x3fff_ffff;

    static final int MAGIC = 'Q' | 'T' << 8 | 'R' << 16 | 'C' << 24;
    static final int VERSION = 1;
    static final int HEADER_BYTES = 24;

    private static final int KIND_SHIFT = 30;

    private TraceFormat() {}

    public static int kind(int word) {
        return word >>> KIND_SHIFT;
    }

    public static int operand(int word) {
        return word & OPERAND_MASK;
    }

    /// Sizes are unsigned.
    public static long byteSize(int word) {
        return Integer.toUnsignedLong(word);
    }

    static int word(int kind, int operand) {
        return kind << KIND_SHIFT | operand;
    }
}
