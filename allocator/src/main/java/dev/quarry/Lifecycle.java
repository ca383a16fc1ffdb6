// SPDX-License-Identifier: Apache-2.0
package dev.quarry;

import java.util.concurrent.atomic.AtomicBoolean;

/// Whether an allocator is open. It is closed once, and for good.
///
/// Thread-safe.
final class Lifecycle {
    private final String name;
    private final AtomicBoolean closed = new AtomicBoolean();

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

    /// @throws IllegalStateException if it is closed
    void requireOpen() {
        if (closed.get()) {
            throw new IllegalStateException("the allocator " + name + " is closed");
        }
    }
}
