// SPDX-License-Identifier: Apache-2.0
package dev.quarry;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/// Whether an allocator is open, and its place among others. It is closed once, and for good.
///
/// Thread-safe.
final class Lifecycle {
    private final String name;
    private final AtomicBoolean closed = new AtomicBoolean();
    private final AtomicInteger visitors = new AtomicInteger();
    private volatile @Nullable Family family;

    /// @param name the allocator's, for messages
    Lifecycle(String name) {
        this.name = name;
    }

    boolean isClosed() {
        return closed.get();
    }

    /// Closes.
    /// @return whether it was open
    boolean close() {
        return closed.compareAndSet(false, true);
    }

    /// Begins to work on the allocator's records without an arena. A close meanwhile leaves the records in place, for
    /// ever: who is here may still read and write them. Its [#leave] must follow if it returns true.
    /// @return whether the allocator is open
    boolean enter() {
        visitors.incrementAndGet();
        if (closed.get()) {
            visitors.decrementAndGet();
            return false;
        }
        return true;
    }

    /// The same, where a closed allocator is an error.
    /// @throws IllegalStateException if it is closed
    void enterOpen() {
        if (!enter()) {
            requireOpen();
        }
    }

    /// Ends what [#enter] began.
    void leave() {
        visitors.decrementAndGet();
    }

    /// {@return whether somebody is between [#enter] and [#leave]} After the close nobody comes.
    boolean hasVisitors() {
        return visitors.get() != 0;
    }

    /// {@return the allocator's place in a tree; null while it is alone}
    @Nullable
    Family family() {
        return family;
    }

    /// {@return the same, made if it was alone}
    /// @param parent of an allocator that is being made as a child; null for one without
    synchronized Family joinFamily(OffHeapAllocator self, @Nullable Family parent) {
        Family joined = family;
        if (joined == null) {
            joined = new Family(self, parent);
            family = joined;
        }
        return joined;
    }

    /// @throws IllegalStateException if it is closed
    void requireOpen() {
        if (closed.get()) {
            throw new IllegalStateException("the allocator " + name + " is closed");
        }
    }
}
