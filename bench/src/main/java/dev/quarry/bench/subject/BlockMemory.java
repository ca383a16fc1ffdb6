// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.subject;

import dev.quarry.numa.RawMemory;

/// What a workload writes to its blocks.
public final class BlockMemory {
    private static final int OS_PAGE_BYTES = 4096;

    private static boolean fillRequested;

    private BlockMemory() {}

    /// A program fills the blocks that it asks for, so where footprint is measured each OS page of a block is written.
    /// Called before the first block is touched: from then on the answer is a constant, and timed loops hold nothing of
    /// it.
    public static void fillBlocks() {
        fillRequested = true;
    }

    private static final class Fill {
        static final boolean REQUESTED = fillRequested;
    }

    /// Writes the first byte of a block that has one.
    static void touch(long address, long byteSize) {
        if (byteSize > 0) {
            RawMemory.putByte(address, (byte) 1);
            if (Fill.REQUESTED) {
                touchEachPage(address, byteSize);
            }
        }
    }

    private static void touchEachPage(long address, long byteSize) {
        for (long offset = OS_PAGE_BYTES; offset < byteSize; offset += OS_PAGE_BYTES) {
            RawMemory.putByte(address + offset, (byte) 1);
        }
        RawMemory.putByte(address + byteSize - 1, (byte) 1);
    }
}
