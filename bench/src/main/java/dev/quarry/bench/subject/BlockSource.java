// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.subject;

/// Where a workload's threads and their blocks come from.
public interface BlockSource {
    /// Made by the thread that will use it.
    Blocks newBlocks();

    /// A thread of the kind on which the allocator does best, not started.
    Thread newThread(Runnable task);
}
