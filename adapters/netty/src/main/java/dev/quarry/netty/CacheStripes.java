// SPDX-License-Identifier: Apache-2.0
package dev.quarry.netty;

import dev.quarry.BlockCache;
import dev.quarry.numa.NativeMemory;
import java.util.concurrent.atomic.AtomicReferenceArray;
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
    private static final int TRIES = 2;

    private static final NativeMemory OS = NativeMemory.system();
    private static final boolean KNOWS_CPU = !OS.isPortable();

    /// Each made on first use.
    private final AtomicReferenceArray<@Nullable StripeCache> caches;

    private final StackBudget budget;
    private final BlockClasses classes;
    private final BufferDepots depots;

    CacheStripes(StackBudget budget, BlockClasses classes, BufferDepots depots) {
        this.budget = budget;
        this.classes = classes;
        this.depots = depots;
        int cpus = Runtime.getRuntime().availableProcessors();
        caches = new AtomicReferenceArray<>(Integer.highestOneBit(4 * cpus - 1));
    }

    /// {@return a stripe that the caller holds now; null if none was free}
    @Nullable
    StripeCache tryLock() {
        final int first = KNOWS_CPU
                ? OS.currentCpu() * TRIES
                : (int) Thread.currentThread().threadId();
        for (int i = 0; i < TRIES; i++) {
            final int place = first + i & caches.length() - 1;
            final StripeCache known = caches.getAcquire(place);
            final StripeCache stripe = known == null ? make(place) : known;
            if (stripe.tryLock()) {
                return stripe;
            }
        }
        return null;
    }

    private StripeCache make(int place) {
        StripeCache made = new StripeCache(budget, classes, depots);
        StripeCache other = caches.compareAndExchange(place, null, made);
        return other == null ? made : other;
    }

    /// {@return bytes of arrays that came into use here, less those that went out of it here}
    long usedArrayBytes() {
        long bytes = 0;
        for (int place = 0; place < caches.length(); place++) {
            StripeCache stripe = caches.getAcquire(place);
            bytes += stripe == null ? 0 : stripe.usedArrayBytes();
        }
        return bytes;
    }

    /// {@return bytes of arrays kept here}
    long cachedArrayBytes() {
        long bytes = 0;
        for (int place = 0; place < caches.length(); place++) {
            StripeCache stripe = caches.getAcquire(place);
            bytes += stripe == null ? 0 : stripe.cachedArrayBytes();
        }
        return bytes;
    }

    /// Tells of the blocks kept here. Exact while nobody allocates or releases.
    void count(BlockCache.Counter counter) {
        for (int place = 0; place < caches.length(); place++) {
            StripeCache stripe = caches.getAcquire(place);
            if (stripe != null) {
                stripe.count(counter);
            }
        }
    }

    /// Empties all stripes that are free now.
    void clear() {
        for (int place = 0; place < caches.length(); place++) {
            StripeCache stripe = caches.getAcquire(place);
            if (stripe != null && stripe.tryLock()) {
                try {
                    stripe.clear();
                } finally {
                    stripe.unlock();
                }
            }
        }
    }
}
