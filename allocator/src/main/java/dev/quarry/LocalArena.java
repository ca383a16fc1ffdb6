// SPDX-License-Identifier: Apache-2.0
package dev.quarry;

import dev.quarry.internal.arena.Arena;
import org.jspecify.annotations.Nullable;

/// The calling thread's own handle on the allocator: the same meanings as the like-named methods of
/// [OffHeapAllocator], without the lookup.
///
/// From any other thread every method throws [WrongThreadException] and changes nothing. Blocks may be freed anywhere,
/// by either of the two classes. A virtual thread gets a handle that goes to its carrier's arena, and one above the cap
/// of arenas one that goes to the shared stripes.
///
/// Cost: one comparison with the current thread over the arena's own.
public final class LocalArena {
    private final SlowPath slow;
    private final Thread owner;

    /// The arena; of a handle on the stripes none, and then the id is [#NOBODY], so it is never asked for. Changes only
    /// while it is.
    Arena arena;

    /// The owner's thread id while the fast path may be taken; [#NOBODY] for a handle on the stripes, after the end,
    /// and while an idle owner's arena serves others: see [Quiescence]. Ids are never used twice; comparing them is
    /// cheaper than comparing references, most of all under a collector with load barriers.
    private long directId;

    /// Whether the owner may have an arena again when it has lost its own. The owner's only.
    private boolean wakes;

    /// No thread has this id.
    static final long NOBODY = -1;

    @SuppressWarnings("NullAway") // a handle on the stripes has no arena and never asks for it: see the field
    LocalArena(SlowPath slow, Thread owner, @Nullable Arena arena) {
        this.slow = slow;
        this.owner = owner;
        this.arena = arena;
        this.directId = arena == null ? NOBODY : owner.threadId();
        this.wakes = arena != null;
    }

    /// {@return the id of the thread that may use the arena at once, or [#NOBODY]}
    long directId() {
        return directId;
    }

    /// Takes the arena from the owner: for good, or until [#resume].
    void suspend() {
        directId = NOBODY;
    }

    /// Gives the arena to the owner again.
    void resume() {
        directId = owner.threadId();
    }

    /// Allocates. See [OffHeapAllocator#malloc].
    /// @param byteSize bytes wanted, 0 allowed
    /// @return the address
    /// @throws OutOfOffHeapMemoryError for want of memory
    public long malloc(long byteSize) {
        return Thread.currentThread().threadId() == directId()
                ? arena.malloc(byteSize)
                : slow.malloc(requireOwner(), byteSize);
    }

    /// Allocates, or returns 0. See [OffHeapAllocator#tryMalloc].
    /// @param byteSize bytes wanted, 0 allowed
    /// @return the address, or 0 for want of memory
    public long tryMalloc(long byteSize) {
        if (Thread.currentThread().threadId() == directId()) {
            final long address = arena.tryMalloc(byteSize);
            if (address != 0) {
                return address;
            }
        }
        return slow.tryMalloc(requireOwner(), byteSize);
    }

    /// Frees. See [OffHeapAllocator#free(long)].
    /// @param address of a block, or 0
    /// @throws InvalidFreeException if it is not a live block's own address
    public void free(long address) {
        if (Thread.currentThread().threadId() == directId()) {
            arena.free(address);
        } else {
            slow.free(requireOwner(), address);
        }
    }

    /// Allocates zeroed memory. See [OffHeapAllocator#calloc].
    /// @param count           elements
    /// @param elementByteSize bytes of each
    /// @return the address
    /// @throws OutOfOffHeapMemoryError for want of memory
    public long calloc(long count, long elementByteSize) {
        if (Thread.currentThread().threadId() == directId() && (count | elementByteSize) >>> 31 == 0) {
            final long address = arena.calloc(count * elementByteSize);
            if (address != 0) {
                return address;
            }
        }
        return slow.calloc(requireOwner(), count, elementByteSize);
    }

    /// Changes a block's size. See [OffHeapAllocator#realloc].
    /// @param address     of a live block, or 0
    /// @param newByteSize bytes wanted
    /// @return the block's address now
    /// @throws OutOfOffHeapMemoryError for want of memory; the old block is untouched
    public long realloc(long address, long newByteSize) {
        if (Thread.currentThread().threadId() == directId() && address != 0 && newByteSize >= 0) {
            final long moved = arena.realloc(address, newByteSize);
            if (moved != 0) {
                return moved;
            }
        }
        return slow.realloc(requireOwner(), address, newByteSize);
    }

    /// Allocates with an alignment. See [OffHeapAllocator#alignedAlloc].
    /// @param byteAlignment a power of two, up to 1 GiB
    /// @param byteSize      bytes wanted
    /// @return the address
    /// @throws OutOfOffHeapMemoryError for want of memory
    public long alignedAlloc(long byteAlignment, long byteSize) {
        return SlowPath.isFundamental(byteAlignment)
                ? malloc(byteSize)
                : slow.alignedAlloc(requireOwner(), byteAlignment, byteSize);
    }

    /// {@return the bytes usable at a live block's address}
    /// @param address of a live block
    /// @throws InvalidFreeException if it is not a live block's own address
    public long usableSize(long address) {
        requireOwner();
        return slow.usableSize(address);
    }

    private LocalArena requireOwner() {
        if (Thread.currentThread() != owner) {
            throw new WrongThreadException("this arena belongs to " + owner + ", not to " + Thread.currentThread());
        }
        return awake();
    }

    /// Gets an arena again if this one's went to others while its owner was idle.
    /// @return this
    LocalArena awake() {
        if (wakes && !isDirect()) {
            wakes = slow.handles().rebind(this, owner);
        }
        return this;
    }

    /// {@return whether this handle may use its arena at once; else go to a stripe}
    boolean isDirect() {
        return directId() != NOBODY;
    }
}
