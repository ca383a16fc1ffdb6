// SPDX-License-Identifier: Apache-2.0
package dev.quarry.netty;

import dev.quarry.BlockCache;
import dev.quarry.numa.NativeMemory;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.jspecify.annotations.Nullable;

/// Caches for threads that have none of their own: virtual threads.
///
/// A thread looks at the stripes of the cpu that it runs on, so that each stays in the caches of one core; where the
/// system does not tell the cpu, at those of its own number. Nobody waits: whoever finds the stripes taken that it
/// looks at goes without. Who holds one may wait for the allocator, when it frees blocks to make room; the others go
/// without meanwhile.
///
/// Thread-safe.
final class CacheStripes {
    /// No stripe was free.
    static final int NONE = -1;

    private static final int TRIES = 2;

    private static final NativeMemory OS = NativeMemory.system();
    private static final boolean KNOWS_CPU = !OS.isPortable();

    /// A lock's distance from the next, in ints: two cache lines, because they are fetched in pairs.
    private static final int SPACING = 32;

    private final @Nullable BufferCache[] caches;
    private final StackBudget budget;
    private final BlockClasses classes;
    private final BufferDepots depots;
    private final AtomicIntegerArray locks;

    CacheStripes(StackBudget budget, BlockClasses classes, BufferDepots depots) {
        this.budget = budget;
        this.classes = classes;
        this.depots = depots;
        int cpus = Runtime.getRuntime().availableProcessors();
        caches = new BufferCache[Integer.highestOneBit(4 * cpus - 1)];
        locks = new AtomicIntegerArray(caches.length * SPACING);
    }

    /// {@return the number of a stripe that the caller holds now, or [#NONE]}
    int tryLock() {
        int first = KNOWS_CPU
                ? OS.currentCpu() * TRIES
                : (int) Thread.currentThread().threadId();
        for (int i = 0; i < TRIES; i++) {
            int stripe = first + i & caches.length - 1;
            if (locks.getPlain(stripe * SPACING) == 0 && locks.compareAndSet(stripe * SPACING, 0, 1)) {
                return stripe;
            }
        }
        return NONE;
    }

    /// {@return the cache of a stripe, made on first use}
    /// @param stripe that the caller holds
    BufferCache cache(int stripe) {
        BufferCache cache = caches[stripe];
        if (cache == null) {
            cache = new BufferCache(null, budget, classes, depots);
            caches[stripe] = cache;
        }
        return cache;
    }

    /// Ends the caller's use.
    void unlock(int stripe) {
        locks.setRelease(stripe * SPACING, 0);
    }

    /// {@return bytes of arrays that came into use here, less those that went out of it here}
    long usedArrayBytes() {
        long bytes = 0;
        for (BufferCache cache : caches) {
            bytes += cache == null ? 0 : cache.usedArrayBytes();
        }
        return bytes;
    }

    /// {@return bytes of arrays kept here}
    long cachedArrayBytes() {
        long bytes = 0;
        for (BufferCache cache : caches) {
            bytes += cache == null ? 0 : cache.cachedArrayBytes();
        }
        return bytes;
    }

    /// Tells of the blocks kept here. Exact while nobody allocates or releases.
    void count(BlockCache.Counter counter) {
        for (BufferCache cache : caches) {
            if (cache != null) {
                cache.count(counter);
            }
        }
    }

    /// Empties all stripes that are free now.
    void clear() {
        for (int stripe = 0; stripe < caches.length; stripe++) {
            if (locks.compareAndSet(stripe * SPACING, 0, 1)) {
                try {
                    cache(stripe).clear();
                } finally {
                    unlock(stripe);
                }
            }
        }
    }
}
