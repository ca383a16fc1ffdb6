// SPDX-License-Identifier: Apache-2.0
package dev.quarry.internal.event;

/// Receives an allocator's events.
///
/// Called by the threads that allocate, on their slow paths and several at once: an implementation is thread-safe, does
/// not wait for another thread, has all its classes loaded beforehand, and neither allocates from the allocator nor
/// asks it anything. What it throws is counted and thrown away.
public interface EventSink {
    /// One event.
    /// @param kind       one of [EventKind]
    /// @param node       the kernel's id of the node concerned; [EventHub#ANY_NODE] where it is none in particular
    /// @param bytes      as [EventKind] says
    /// @param detail     as [EventKind] says
    /// @param durationNs how long it took; 0 where that was not measured
    void accept(int kind, int node, long bytes, long detail, long durationNs);
}
