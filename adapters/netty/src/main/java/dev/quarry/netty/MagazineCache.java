// SPDX-License-Identifier: Apache-2.0
package dev.quarry.netty;

import org.jspecify.annotations.Nullable;

/// One thread's unused buffers of one kind: two magazines, so that a thread whose stock goes up and down by a few at
/// the edge of a magazine does not go to the depot each time.
///
/// Not thread-safe: one thread only, or who holds the stripe.
final class MagazineCache<T> {
    private final Depot<T> depot;
    private Magazine<T> loaded;
    private Magazine<T> previous;

    MagazineCache(Depot<T> depot) {
        this.depot = depot;
        this.loaded = depot.takeEmpty();
        this.previous = depot.takeEmpty();
    }

    /// {@return a buffer; null when there is none here and none in the depot}
    @Nullable
    T take() {
        final Magazine<T> magazine = loaded;
        return magazine.count() != 0 ? magazine.pop() : takeSlow();
    }

    /// Keeps a buffer.
    void give(T item) {
        final Magazine<T> magazine = loaded;
        if (magazine.isFull()) {
            giveSlow(item);
        } else {
            magazine.push(item);
        }
    }

    private @Nullable T takeSlow() {
        if (previous.count() == 0) {
            Magazine<T> full = depot.takeFull();
            if (full == null) {
                return null;
            }
            depot.giveEmpty(previous);
            previous = full;
        }
        swap();
        return loaded.pop();
    }

    private void giveSlow(T item) {
        if (previous.count() != 0) {
            Magazine<T> empty = depot.takeEmpty();
            depot.giveFull(previous);
            previous = empty;
        }
        swap();
        loaded.push(item);
    }

    private void swap() {
        Magazine<T> other = previous;
        previous = loaded;
        loaded = other;
    }

    /// {@return buffers kept here; from another thread roughly}
    int count() {
        return loaded.count() + previous.count();
    }

    /// Leaves all that is kept here to the garbage collector.
    void clear() {
        loaded.clear();
        previous.clear();
    }
}
