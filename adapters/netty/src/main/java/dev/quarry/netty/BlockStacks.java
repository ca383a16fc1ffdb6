// SPDX-License-Identifier: Apache-2.0
package dev.quarry.netty;

import static dev.quarry.netty.BufferCalls.CALL;

import dev.quarry.BlockCache;
import org.jspecify.annotations.Nullable;

/// What one thread allocates next: the buffer that it released last, as it is, and the blocks of those before on one
/// stack for each class.
///
/// ```
///    last   -> buffer with its block
///    stacks [class 0] block block block
///           [class 1]
///           [class 2] block
/// ```
///
/// Who allocates what was just released has it back at once. Otherwise that buffer changes its block for one of the
/// class that is wanted: its object is in the caches still, and what the stacks keep lies close together. All classes
/// of a thread have one budget of bytes, so that those have the room that need it.
///
/// A buffer that is taken is linked from nowhere, so that one which its user drops without releasing it is unreachable,
/// and Netty's leak detector sees it.
///
/// Not thread-safe, but for [#count]: one thread only, or who holds the stripe.
class BlockStacks {
    /// How many larger classes may stand in for one: as many as there are up to twice its size. What is kept is used
    /// before more is allocated.
    private static final int NEIGHBOURS = 4;

    /// Whose stacks these are, who needs no lock for them; null for a stripe, which any thread may hold, and when it
    /// was taken from an idle thread. See [dev.quarry.Quiescence].
    private @Nullable Thread owner;

    private @Nullable BlockByteBuf last;

    /// Whether a slice of the budget is there for the last buffer's block, whatever its class.
    private boolean keepsLast;

    private final BlockStack[] stacks;
    private final StackBudget budget;

    /// Reserved of the budget.
    private int allowedBytes;

    /// What is left of that beside the blocks on the stacks, and the slice for the last buffer's.
    private int roomBytes;

    /// Blocks on all stacks.
    private int storedCount;

    /// The class that is next to lose blocks when the budget is used up.
    private int hand;

    /// @param owner   the only thread that uses these stacks, or null
    /// @param budget  that bounds what all stacks of the allocator keep
    /// @param classes of the blocks
    BlockStacks(@Nullable Thread owner, StackBudget budget, BlockClasses classes) {
        this.owner = owner;
        this.budget = budget;
        this.stacks = new BlockStack[BlockClasses.CAPACITY];
        for (int blockClass = 0; blockClass < stacks.length; blockClass++) {
            int blockBytes = blockClass < classes.count() ? classes.bytes(blockClass) : 0;
            stacks[blockClass] = new BlockStack(blockClass, blockBytes);
        }
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
        BlockByteBuf buffer = last;
        long sum = 31L * roomBytes + (buffer == null ? 0 : buffer.address());
        for (BlockStack stack : stacks) {
            sum = 31 * sum + stack.count();
        }
        return sum;
    }

    /// {@return the buffer that was released last, with a block of the class; null where that is not at hand}
    final @Nullable BlockByteBuf takeLast(int blockClass) {
        final BlockByteBuf buffer = last;
        if (buffer != null && fit(buffer, blockClass)) {
            last = null;
            return buffer;
        }
        return null;
    }

    /// Whether there is anything to exchange is foreseen easily, and asked first; whether the classes are the same is
    /// not: the exchange has no branch on it.
    private boolean fit(BlockByteBuf buffer, int blockClass) {
        return storedCount != 0 && exchange(buffer, blockClass) || buffer.blockClass() == blockClass;
    }

    private boolean exchange(BlockByteBuf buffer, int blockClass) {
        final BlockStack to = stacks[blockClass];
        final int room = roomBytes + to.blockBytes() - buffer.fastCapacity();
        if (room >= 0 && BlockStack.exchange(buffer, stacks[buffer.blockClass()], to, blockClass)) {
            roomBytes = room;
            return true;
        }
        return false;
    }

    /// {@return the buffer that was released last, without its block; null when there is none}
    final @Nullable BlockByteBuf takeLastObject() {
        final BlockByteBuf buffer = last;
        if (buffer != null) {
            store(buffer);
            last = null;
        }
        return buffer;
    }

    /// Gives a block of the class, or of one of the next larger ones, to a buffer that has none. A larger one is
    /// about twice as large at most, and goes back to its own stack: so neighbours make up for each other's ups and
    /// downs.
    /// @return whether there was one
    final boolean supply(BlockByteBuf buffer, int blockClass) {
        final int end = Math.min(blockClass + NEIGHBOURS, BlockClasses.NONE - 1);
        for (int candidate = blockClass; candidate <= end; candidate++) {
            if (stacks[candidate].pop(buffer, this)) {
                roomBytes += buffer.fastCapacity();
                storedCount--;
                return true;
            }
        }
        return false;
    }

    /// Keeps a buffer with its block, if there is room.
    /// @param buffer of a class
    /// @return whether there was
    final boolean give(BlockByteBuf buffer) {
        if (last == null && keepsLast) {
            last = buffer;
            return true;
        }
        return giveMore(buffer);
    }

    private boolean giveMore(BlockByteBuf buffer) {
        if (!keepsLast && !tryKeepLast()) {
            return false;
        }
        final BlockByteBuf before = last;
        if (before == null) {
            last = buffer;
        } else {
            store(before);
            last = buffer;
            storedObject(before);
        }
        return true;
    }

    private boolean tryKeepLast() {
        if (budget.tryReserve(allowedBytes)) {
            allowedBytes += StackBudget.SLICE_BYTES;
            keepsLast = true;
        }
        return keepsLast;
    }

    /// Puts a buffer's block on its stack; where there is no room, frees it.
    private void store(BlockByteBuf buffer) {
        final int blockBytes = buffer.fastCapacity();
        if ((roomBytes >= blockBytes || CALL.makeRoom(this, blockBytes)) && stacks[buffer.blockClass()].push(buffer)) {
            roomBytes -= blockBytes;
            storedCount++;
        } else {
            CALL.freeBlock(this, buffer);
        }
    }

    /// Frees a block that has no place here.
    final void freeBlock(BlockByteBuf buffer) {
        budget.memory().free(buffer.address());
        buffer.disown();
    }

    /// What becomes of a buffer whose block was stored.
    void storedObject(BlockByteBuf buffer) {
        assert !buffer.hasBlock() : buffer;
    }

    /// Gets room on the stacks for a block.
    /// @return whether there is
    final boolean makeRoom(int blockBytes) {
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
        for (int i = 0; i < stacks.length; i++) {
            hand = hand + 1 < stacks.length ? hand + 1 : 0;
            int count = stacks[hand].count();
            if (count != 0) {
                evict(stacks[hand], count - count / 2);
                return true;
            }
        }
        return false;
    }

    /// Frees from the bottom, where those are that were not used for longest.
    private void evict(BlockStack stack, int places) {
        int freed = 0;
        try {
            for (; freed < places; freed++) {
                budget.memory().free(stack.block(freed));
            }
        } finally {
            // Also where a free was refused for want of stack: what is freed must not stay here.
            stack.dropBelow(freed);
            roomBytes += freed * stack.blockBytes();
            storedCount -= freed;
        }
    }

    /// Frees all blocks, and gives the budget back.
    final void freeAll() {
        BlockByteBuf buffer = last;
        if (buffer != null) {
            freeBlock(buffer);
            last = null;
            storedObject(buffer);
        }
        for (BlockStack stack : stacks) {
            evict(stack, stack.count());
        }
        budget.release(allowedBytes);
        allowedBytes = 0;
        roomBytes = 0;
        keepsLast = false;
    }

    /// Tells what is kept. From any thread; exact while the owner rests.
    final void count(BlockCache.Counter counter) {
        BlockByteBuf buffer = last;
        if (buffer != null && buffer.hasBlock()) {
            counter.add(buffer.fastCapacity(), 1);
        }
        for (BlockStack stack : stacks) {
            int count = stack.count();
            if (count != 0) {
                counter.add(stack.blockBytes(), count);
            }
        }
    }
}
