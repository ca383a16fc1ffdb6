// SPDX-License-Identifier: Apache-2.0
package dev.quarry.netty;

import dev.quarry.BlockCache;
import org.jspecify.annotations.Nullable;

/// Buffers that nobody uses, each with its block, on one stack for each class of blocks: what one thread allocates
/// next, ready made. They are the object caches of Bonwick's slab allocator, with one budget of bytes for all classes
/// of a thread, so that those classes have the room that need it.
///
/// ```
///    tops [class 0] -> buffer -> buffer -> buffer      linked from top to bottom
///         [class 1]
///         [class 2] -> buffer
/// ```
///
/// A buffer that is taken is linked from nowhere, so that one which its user drops without releasing it is unreachable,
/// and Netty's leak detector sees it.
///
/// Not thread-safe, but for [#count]: one thread only, or who holds the stripe.
class BlockStacks {
    /// More than the smallest blocks of a budget.
    private static final int MAX_DEPTH = 1 << 20;

    /// How many larger classes may stand in for one.
    private static final int NEIGHBOURS = 2;

    /// Whose stacks these are, who needs no lock for them; null for a stripe, which any thread may hold, and when it
    /// was taken from an idle thread. See [dev.quarry.Quiescence].
    private @Nullable Thread owner;

    private final @Nullable BlockByteBuf[] tops = new BlockByteBuf[BlockClasses.CAPACITY];
    private final StackBudget budget;

    /// Reserved of the budget.
    private int allowedBytes;

    /// What is left of that beside the blocks on the stacks.
    private int roomBytes;

    /// The class that is next to lose buffers when the budget is used up.
    private int hand;

    /// @param owner  the only thread that uses these stacks, or null
    /// @param budget that bounds what all stacks of the allocator keep
    BlockStacks(@Nullable Thread owner, StackBudget budget) {
        this.owner = owner;
        this.budget = budget;
    }

    /// {@return the thread that may use the stacks, or null}
    final @Nullable Thread owner() {
        return owner;
    }

    /// Says who may use the stacks from now on.
    final void setOwner(@Nullable Thread thread) {
        owner = thread;
    }

    /// {@return a sum that changes with use, mostly} From any thread.
    final long activity() {
        long sum = roomBytes;
        for (BlockByteBuf top : tops) {
            sum = 31 * sum + (top == null ? 0 : top.address());
        }
        return sum;
    }

    /// {@return a buffer with a block of the class; null when there is none}
    final @Nullable BlockByteBuf take(int blockClass) {
        final BlockByteBuf top = tops[blockClass];
        if (top != null) {
            tops[blockClass] = top.below;
            top.below = null;
            roomBytes += top.fastCapacity();
        }
        return top;
    }

    /// {@return a buffer of one of the next larger classes; null when there is none} Its block is a quarter larger at
    /// most, and goes back to its own stack: so neighbours make up for each other's ups and downs.
    final @Nullable BlockByteBuf takeLarger(int blockClass) {
        if (blockClass == BlockClasses.NONE) {
            return null;
        }
        for (int larger = blockClass + 1; larger <= blockClass + NEIGHBOURS; larger++) {
            BlockByteBuf buffer = take(larger);
            if (buffer != null) {
                return buffer;
            }
        }
        return null;
    }

    /// Keeps a buffer with its block, if there is room.
    /// @param buffer of a class
    /// @return whether there was
    final boolean give(BlockByteBuf buffer) {
        final int blockBytes = buffer.fastCapacity();
        if (roomBytes < blockBytes && !makeRoom(blockBytes)) {
            return false;
        }
        roomBytes -= blockBytes;
        final int blockClass = buffer.blockClass();
        buffer.below = tops[blockClass];
        tops[blockClass] = buffer;
        return true;
    }

    private boolean makeRoom(int blockBytes) {
        while (roomBytes < blockBytes) {
            if (budget.tryReserve(allowedBytes)) {
                allowedBytes += StackBudget.SLICE_BYTES;
                roomBytes += StackBudget.SLICE_BYTES;
            } else if (!evictHalfOfNextClass()) {
                return false;
            }
        }
        return true;
    }

    private boolean evictHalfOfNextClass() {
        for (int i = 0; i < tops.length; i++) {
            hand = hand + 1 < tops.length ? hand + 1 : 0;
            if (tops[hand] != null) {
                evict(hand, depth(hand) / 2);
                return true;
            }
        }
        return false;
    }

    /// Frees from the bottom, where those are that were not used for longest.
    private void evict(int blockClass, int depthLeft) {
        BlockByteBuf last = null;
        BlockByteBuf rest = tops[blockClass];
        for (int i = 0; i < depthLeft && rest != null; i++) {
            last = rest;
            rest = rest.below;
        }
        if (last == null) {
            tops[blockClass] = null;
        } else {
            last.below = null;
        }
        while (rest != null) {
            BlockByteBuf buffer = rest;
            rest = buffer.below;
            buffer.below = null;
            roomBytes += buffer.fastCapacity();
            budget.memory().free(buffer.disown());
            evicted(buffer);
        }
    }

    /// What becomes of a buffer whose block had to go.
    void evicted(BlockByteBuf buffer) {
        assert !buffer.hasBlock() : buffer;
    }

    /// Frees all blocks, and gives the budget back.
    final void freeAll() {
        for (int blockClass = 0; blockClass < tops.length; blockClass++) {
            evict(blockClass, 0);
        }
        budget.release(allowedBytes);
        allowedBytes = 0;
        roomBytes = 0;
    }

    /// Tells what is kept. From any thread; exact while the owner rests.
    final void count(BlockCache.Counter counter) {
        for (int blockClass = 0; blockClass < tops.length; blockClass++) {
            BlockByteBuf top = tops[blockClass];
            if (top != null) {
                counter.add(top.fastCapacity(), depth(blockClass));
            }
        }
    }

    /// {@return how many buffers a stack has} Ends also where the owner changes the stack meanwhile.
    private int depth(int blockClass) {
        int depth = 0;
        for (BlockByteBuf at = tops[blockClass]; at != null && depth < MAX_DEPTH; at = at.below) {
            depth++;
        }
        return depth;
    }
}
