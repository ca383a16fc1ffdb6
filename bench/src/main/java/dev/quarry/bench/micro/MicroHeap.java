// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.micro;

/// An allocator behind numbered slots, each of which holds a block or nothing. So those that hand out addresses and
/// those that hand out objects look alike, and what a caller needs to keep a block counts as well.
///
/// Each allocation writes the first byte of its block. A fork has objects of one subclass only, so that every call
/// is direct and can be inlined. The methods are public for that: of package-private ones the compiler does not
/// assume that nobody else implements them.
///
/// For one thread; [#sharing()] gives another thread its own view of the same slots.
abstract class MicroHeap {
    /// Allocates a block and frees it, through no slot.
    public abstract void pair(int byteSize);

    /// As [#pair(int)], with a block whose bytes are all 0.
    public void zeroedPair(int byteSize) {
        throw new UnsupportedOperationException("no zeroed blocks");
    }

    /// As [#pair(int)], with a block at a multiple of the alignment.
    public void alignedPair(int byteAlignment, int byteSize) {
        throw new UnsupportedOperationException("no aligned blocks");
    }

    public abstract void allocate(int slot, int byteSize);

    /// Gives the slot's block another size; the contents stay.
    public void reallocate(int slot, int byteSize) {
        throw new UnsupportedOperationException("no reallocation");
    }

    /// Frees the slot's block. The slot need not forget it.
    public abstract void free(int slot);

    /// Allocates blocks that are needed together and frees them, in the way that serves such a group best.
    public void group(int blocks, int byteSize) {
        for (int slot = 0; slot < blocks; slot++) {
            allocate(slot, byteSize);
        }
        for (int slot = 0; slot < blocks; slot++) {
            free(slot);
        }
    }

    /// {@return the same slots, for the calling thread}
    public MicroHeap sharing() {
        return this;
    }
}
