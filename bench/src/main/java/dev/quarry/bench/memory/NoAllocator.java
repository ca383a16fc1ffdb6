// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.memory;

/// Hands out addresses without memory behind them: what is read then is the noise of the measurement itself.
final class NoAllocator extends MeasuredAllocator {
    private static final long STEP_BYTES = 4096;

    @Override
    BlockTable newTable(int slotCount) {
        return new BlockTable(slotCount) {
            @Override
            long malloc(int slot, int byteSize) {
                return (slot + 1) * STEP_BYTES;
            }

            @Override
            void release(int slot) {}

            @Override
            long usableSize(int slot) {
                return 0;
            }

            @Override
            void touch(long address, int byteSize) {}
        };
    }

    @Override
    long committedBytes() {
        return 0;
    }

    @Override
    void trim() {}
}
