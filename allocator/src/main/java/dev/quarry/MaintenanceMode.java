// SPDX-License-Identifier: Apache-2.0
package dev.quarry;

/// Who does the allocator's background work.
public enum MaintenanceMode {
    /// A daemon thread of the allocator's own.
    THREAD,
    /// The host application, by calling [OffHeapAllocator#maintain] from a thread it chooses.
    EXTERNAL,
    /// The allocating threads themselves, on their slow paths.
    INLINE
}
