// SPDX-License-Identifier: Apache-2.0
package dev.quarry;

/// Blocks that an adapter keeps for reuse with what it has built around them, as a pool of buffers does. For the
/// allocator they are live, for the application they are free: a registered cache says how many there are, and the
/// statistics count them as lookaside.
///
/// Such a cache is bounded in bytes. After [#reclaim] it is empty but for what other living threads keep for
/// themselves.
///
/// Thread-safe: every method may be called by any thread.
///
/// See [OffHeapAllocator#register].
public interface BlockCache {
    /// Tells of each size how many blocks are kept. Exact while nothing is allocated or freed.
    /// @param counter called once for each size, or for each part of the cache
    void count(Counter counter);

    /// Frees what it can: the calling thread's blocks, those of ended threads, and those that no thread keeps for
    /// itself.
    void reclaim();

    /// Frees what ended threads kept. Called at every step of the maintenance, so cheap where no thread has ended.
    void sweep();

    /// Takes down what a cache has.
    @FunctionalInterface
    interface Counter {
        /// Adds blocks of one size.
        /// @param blockBytes the usable bytes of each block
        /// @param blocks     a count
        void add(long blockBytes, long blocks);
    }
}
