// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.memory;

/// Slots for an allocator that knows a block by its address.
abstract class AddressTable extends BlockTable {
    private final long[] addresses;

    AddressTable(int slotCount) {
        super(slotCount);
        addresses = new long[slotCount];
    }

    abstract long malloc(int byteSize);

    abstract void release(long address);

    abstract long usableSize(long address);

    @Override
    final long malloc(int slot, int byteSize) {
        addresses[slot] = malloc(byteSize);
        return addresses[slot];
    }

    @Override
    final void release(int slot) {
        release(addresses[slot]);
    }

    @Override
    final long usableSize(int slot) {
        return usableSize(addresses[slot]);
    }
}
