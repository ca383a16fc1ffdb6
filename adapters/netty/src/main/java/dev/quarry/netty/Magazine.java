// SPDX-License-Identifier: Apache-2.0
package dev.quarry.netty;

import org.jspecify.annotations.Nullable;

/// A short stack of buffers that nobody uses: what caches and depots exchange as a whole.
///
/// A slot is cleared when its buffer is taken, so that a buffer which its user drops without releasing it is
/// unreachable, and Netty's leak detector sees it.
///
/// Not thread-safe.
final class Magazine<T> {
    private final @Nullable Object[] items;
    private int count;

    Magazine(int capacity) {
        items = new Object[capacity];
    }

    int count() {
        return count;
    }

    boolean isFull() {
        return count == items.length;
    }

    /// Puts an item on top; there must be room.
    void push(T item) {
        items[count] = item;
        count++;
    }

    /// Takes the top item; there must be one.
    @SuppressWarnings({"unchecked", "NullAway"}) // below the count there are items only
    T pop() {
        final int top = count - 1;
        final T item = (T) items[top];
        items[top] = null;
        count = top;
        return item;
    }

    /// Leaves all items to the garbage collector.
    void clear() {
        while (count > 0) {
            pop();
        }
    }
}
