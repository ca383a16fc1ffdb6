// SPDX-License-Identifier: Apache-2.0
package dev.quarry.netty;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// The blocks of one class that a thread keeps: their addresses, each with the view that a buffer has made of it, where
/// one has.
///
/// Not thread-safe, but for [#count].
final class BlockStack {
    private static final int FIRST_CAPACITY = 6;
    private static final long[] NO_BLOCKS = {};
    private static final @Nullable ByteBuffer[] NO_VIEWS = {};

    private final int blockClass;
    private final int blockBytes;
    private long[] blocks = NO_BLOCKS;

    /// By place, as long as the other array where there ever was a view, else empty.
    private @Nullable ByteBuffer[] views = NO_VIEWS;

    private int count;

    /// @param blockClass of the blocks
    /// @param blockBytes of each
    BlockStack(int blockClass, int blockBytes) {
        this.blockClass = blockClass;
        this.blockBytes = blockBytes;
    }

    /// {@return how many blocks there are}
    int count() {
        return count;
    }

    /// {@return the bytes of each block}
    int blockBytes() {
        return blockBytes;
    }

    /// Puts a buffer's block on top; the buffer has none then.
    /// @return whether it could: not where there is no heap for a longer array
    boolean push(BlockByteBuf buffer) {
        final int place = count;
        if (place == blocks.length && !grow()) {
            return false;
        }
        final ByteBuffer view = buffer.keptView();
        final boolean keepsView = view != null && (place < views.length || growViews());
        // The last call: where the stack ends with it nothing has changed. A view above the count would be the next
        // block's.
        blocks[place] = buffer.disown();
        if (keepsView) {
            views[place] = view;
        }
        count = place + 1;
        return true;
    }

    /// Gives the top block to a buffer that has none.
    /// @param home where the buffer belongs from now on
    /// @return whether there was one
    boolean pop(BlockByteBuf buffer, BlockStacks home) {
        final int top = count - 1;
        if (top < 0) {
            return false;
        }
        buffer.adopt(blocks[top], top < views.length ? takeView(top) : null, blockBytes, blockClass, home);
        count = top;
        return true;
    }

    /// Gives a buffer a block of a class where that needs no more than a few stores: it keeps its own if that is of
    /// the class, else its own goes on its stack, and it has the top one of the other. One method for all: the checks
    /// together are fewer than one after the other. Whether the classes are the same is not a branch, since no
    /// processor foresees it: in both cases the same words are written.
    /// @param from       that the buffer's block goes to
    /// @param to         that its next block comes from
    /// @param blockClass of the latter
    /// @return whether it could; else nothing has changed
    static boolean exchange(BlockByteBuf buffer, BlockStack from, BlockStack to, int blockClass) {
        final int place = from.count;
        final int top = to.count - 1;
        // Unsigned: an empty stack's top is beyond all arrays.
        if (Integer.compareUnsigned(place, from.blocks.length) >= 0
                || Integer.compareUnsigned(top, to.blocks.length) >= 0) {
            return false;
        }
        // 1 where the classes are the same, else 0.
        final int same = (buffer.blockClass() ^ blockClass) - 1 >>> Integer.SIZE - 1;
        final ByteBuffer oldView = buffer.keptView();
        final ByteBuffer topView = top < to.views.length ? to.views[top] : null;
        final boolean movesViews = (oldView != null || topView != null) && same == 0;
        if (movesViews && oldView != null && place >= from.views.length) {
            return false;
        }
        final long oldBlock = buffer.address();
        final long topBlock = to.blocks[top];
        final long block = topBlock ^ (topBlock ^ oldBlock) & -same;
        // The last call: where the stack ends with it nothing has changed, and what follows are stores.
        buffer.change(block, movesViews ? topView : oldView, to.blockBytes, blockClass);
        // Above the count where the classes are the same.
        from.blocks[place] = oldBlock;
        from.count = place + 1 - same;
        to.count = top + same;
        if (movesViews && oldView != null) {
            from.views[place] = oldView;
        }
        if (movesViews && topView != null) {
            to.views[top] = null;
        }
        return true;
    }

    private @Nullable ByteBuffer takeView(int place) {
        final ByteBuffer view = views[place];
        if (view != null) {
            views[place] = null;
        }
        return view;
    }

    /// {@return the address of a block}
    /// @param place from the bottom, where those are that were not used for longest; below the count
    long block(int place) {
        return blocks[place];
    }

    /// Forgets the blocks below a place, which the caller has freed.
    void dropBelow(int places) {
        count -= places;
        System.arraycopy(blocks, places, blocks, 0, count);
        if (views.length != 0) {
            // The array may be shorter than the stack.
            int kept = Math.clamp(views.length - places, 0, count);
            System.arraycopy(views, Math.min(places, views.length), views, 0, kept);
            Arrays.fill(views, kept, Math.min(places + count, views.length), null);
        }
    }

    private boolean grow() {
        try {
            blocks = Arrays.copyOf(blocks, Math.max(FIRST_CAPACITY, 2 * blocks.length));
            return true;
        } catch (OutOfMemoryError noHeap) {
            return false;
        }
    }

    private boolean growViews() {
        try {
            views = Arrays.copyOf(views, blocks.length);
            return true;
        } catch (OutOfMemoryError noHeap) {
            return false;
        }
    }
}
