// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.memory;

import dev.quarry.numa.RawMemory;

/// Blocks in numbered slots, and what they add up to. For the thread that made it only; who reads the sums from
/// another one does so while it waits.
abstract class BlockTable {
    private static final int OS_PAGE_BYTES = 4096;

    /// Of the block in each slot; 0 where there is none.
    private final int[] byteSizes;

    private long requestedBytes;
    private long usableBytes;
    private long everRequestedBytes;
    private long everUsableBytes;
    private int liveBlocks;

    BlockTable(int slotCount) {
        byteSizes = new int[slotCount];
    }

    /// Takes a block, keeps it in the slot and {@return its address}
    abstract long malloc(int slot, int byteSize);

    /// Gives the slot's block back.
    abstract void release(int slot);

    /// {@return how many bytes of the slot's block may be used}
    abstract long usableSize(int slot);

    /// {@return how many slots there are}
    final int slotCount() {
        return byteSizes.length;
    }

    /// Fills a slot with a block, each OS page of which is written to, as a program would.
    ///
    /// @return the block's address
    /// @throws IllegalStateException when the slot has a block
    final long allocate(int slot, int byteSize) {
        if (byteSizes[slot] != 0) {
            throw new IllegalStateException("slot " + slot + " has a block");
        }
        long address = malloc(slot, byteSize);
        touch(address, byteSize);
        long usable = usableSize(slot);
        byteSizes[slot] = byteSize;
        requestedBytes += byteSize;
        usableBytes += usable;
        everRequestedBytes += byteSize;
        everUsableBytes += usable;
        liveBlocks++;
        return address;
    }

    /// Frees the slot's block.
    ///
    /// @throws IllegalStateException when it has none
    final void free(int slot) {
        if (byteSizes[slot] == 0) {
            throw new IllegalStateException("slot " + slot + " has no block");
        }
        usableBytes -= usableSize(slot);
        requestedBytes -= byteSizes[slot];
        byteSizes[slot] = 0;
        liveBlocks--;
        release(slot);
    }

    /// {@return whether the slot has a block}
    final boolean isLive(int slot) {
        return byteSizes[slot] != 0;
    }

    /// Frees what is live.
    final void freeAll() {
        for (int slot = 0; liveBlocks > 0; slot++) {
            if (byteSizes[slot] != 0) {
                free(slot);
            }
        }
    }

    /// Writes to each OS page of a block.
    void touch(long address, int byteSize) {
        for (int offset = 0; offset < byteSize; offset += OS_PAGE_BYTES) {
            RawMemory.putByte(address + offset, (byte) 1);
        }
        RawMemory.putByte(address + byteSize - 1, (byte) 1);
    }

    final long requestedBytes() {
        return requestedBytes;
    }

    final long usableBytes() {
        return usableBytes;
    }

    final long everRequestedBytes() {
        return everRequestedBytes;
    }

    final long everUsableBytes() {
        return everUsableBytes;
    }

    final int liveBlocks() {
        return liveBlocks;
    }
}
