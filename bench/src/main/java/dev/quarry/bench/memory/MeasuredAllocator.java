// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.memory;

import java.util.Map;

/// What a case asks of the allocator that it measures. Thread-safe.
abstract class MeasuredAllocator {
    /// {@return slots for the calling thread}
    abstract BlockTable newTable(int slotCount);

    /// {@return bytes that the allocator says it holds of the machine's memory, or [Reading#UNKNOWN]}
    abstract long committedBytes();

    /// Gives back to the system what can be given back, by the call that the allocator has for it, if it has one.
    abstract void trim();

    /// What the allocator proves when no block is live any more.
    ///
    /// @throws IllegalStateException when it finds something wrong
    void verifyEmpty() {}

    /// {@return what else the allocator tells of itself, by its own names}
    Map<String, Object> ownFigures() {
        return Map.of();
    }
}
