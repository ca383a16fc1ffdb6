// SPDX-License-Identifier: Apache-2.0
package dev.quarry.netty;

import dev.quarry.OffHeapAllocator;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// All caches of one allocator: which thread has which, and the stripes for those without.
///
/// What an ended thread kept is left to the garbage collector, at the latest when as many threads have come again as
/// there were.
///
/// Thread-safe; the lock is taken when a thread comes, never by those that are known.
final class BufferCaches {
    private static final int SLOTS = 1 << 10;
    private static final int MIN_SWEEP = 16;

    private final OffHeapAllocator memory;
    private final BufferDepots depots = new BufferDepots();
    private final CacheStripes stripes = new CacheStripes(depots);

    /// By thread id. A plain race: whoever finds another thread's cache in its slot looks it up.
    private final @Nullable ThreadCache[] slots = new ThreadCache[SLOTS];

    /// Per allocator, not static: its values end with their threads, and with the allocator.
    @SuppressWarnings("ThreadLocalUsage")
    private final ThreadLocal<ThreadCache> local = new ThreadLocal<>();

    private final ReentrantLock lock = new ReentrantLock();
    private List<ThreadCache> known = new ArrayList<>();
    private int sweepAt = MIN_SWEEP;

    /// Of arrays that came into use and went out of it where no cache counts them: by ended threads, and by virtual
    /// threads that found no stripe.
    private final AtomicLong uncachedArrayBytes = new AtomicLong();

    BufferCaches(OffHeapAllocator memory) {
        this.memory = memory;
    }

    /// {@return the calling thread's own cache; null for a virtual thread, and when the allocator is closed}
    @Nullable
    ThreadCache current() {
        final long id = Thread.currentThread().threadId();
        final ThreadCache cache = slots[(int) id & SLOTS - 1];
        return cache != null && cache.ownerId == id ? cache : find();
    }

    private @Nullable ThreadCache find() {
        Thread thread = Thread.currentThread();
        if (thread.isVirtual()) {
            return null;
        }
        ThreadCache cache = local.get();
        if (cache == null) {
            cache = register(thread);
            if (cache == null) {
                return null;
            }
            local.set(cache);
        }
        slots[(int) cache.ownerId & SLOTS - 1] = cache;
        return cache;
    }

    private @Nullable ThreadCache register(Thread thread) {
        ThreadCache cache;
        try {
            cache = new ThreadCache(thread, memory.localArena(), depots);
        } catch (IllegalStateException closed) {
            // A buffer may be released when its memory is closed already; the memory counts that itself.
            return null;
        }
        lock.lock();
        try {
            if (known.size() >= sweepAt) {
                sweep();
            }
            known.add(cache);
        } finally {
            lock.unlock();
        }
        return cache;
    }

    private void sweep() {
        List<ThreadCache> alive = new ArrayList<>();
        for (ThreadCache cache : known) {
            if (cache.isOwnerAlive()) {
                alive.add(cache);
            } else {
                uncachedArrayBytes.addAndGet(cache.usedArrayBytes());
                int slot = (int) cache.ownerId & SLOTS - 1;
                if (slots[slot] == cache) {
                    slots[slot] = null;
                }
            }
        }
        known = alive;
        sweepAt = Math.max(MIN_SWEEP, 2 * alive.size());
    }

    /// {@return the object for a direct buffer; null when none is unused, or no stripe free}
    @Nullable
    BlockByteBuf takeSharedBlock() {
        int stripe = stripes.tryLock();
        if (stripe == CacheStripes.NONE) {
            return null;
        }
        try {
            return stripes.cache(stripe).takeBlock();
        } finally {
            stripes.unlock(stripe);
        }
    }

    void giveSharedBlock(BlockByteBuf buffer) {
        int stripe = stripes.tryLock();
        if (stripe != CacheStripes.NONE) {
            try {
                stripes.cache(stripe).giveBlock(buffer);
            } finally {
                stripes.unlock(stripe);
            }
        }
    }

    /// {@return a buffer with its array, whose bytes are counted as used; null when none is unused, and then they are
    /// counted all the same}
    @Nullable
    ArrayByteBuf takeArray(int arrayClass) {
        int bytes = ArrayClasses.bytes(arrayClass);
        ThreadCache own = current();
        if (own != null) {
            own.countArrayBytes(bytes);
            return own.takeArray(arrayClass);
        }
        int stripe = stripes.tryLock();
        if (stripe == CacheStripes.NONE) {
            uncachedArrayBytes.addAndGet(bytes);
            return null;
        }
        try {
            stripes.cache(stripe).countArrayBytes(bytes);
            return stripes.cache(stripe).takeArray(arrayClass);
        } finally {
            stripes.unlock(stripe);
        }
    }

    /// Keeps a buffer with its array, whose bytes are out of use.
    void giveArray(ArrayByteBuf buffer, int arrayClass) {
        int bytes = ArrayClasses.bytes(arrayClass);
        ThreadCache own = current();
        if (own != null) {
            own.countArrayBytes(-bytes);
            own.giveArray(buffer, arrayClass);
            return;
        }
        int stripe = stripes.tryLock();
        if (stripe == CacheStripes.NONE) {
            uncachedArrayBytes.addAndGet(-bytes);
            return;
        }
        try {
            stripes.cache(stripe).countArrayBytes(-bytes);
            stripes.cache(stripe).giveArray(buffer, arrayClass);
        } finally {
            stripes.unlock(stripe);
        }
    }

    /// Counts bytes of arrays too long for the pool that came into use; negative: that went out of it.
    void countArrayBytes(long bytes) {
        uncachedArrayBytes.addAndGet(bytes);
    }

    /// {@return bytes of the arrays in use}
    long usedArrayBytes() {
        lock.lock();
        try {
            long bytes = uncachedArrayBytes.get() + stripes.usedArrayBytes();
            for (ThreadCache cache : known) {
                bytes += cache.usedArrayBytes();
            }
            return bytes;
        } finally {
            lock.unlock();
        }
    }

    /// {@return bytes of the arrays that wait for their next use}
    long pooledArrayBytes() {
        lock.lock();
        try {
            long bytes = depots.arrayBytes() + stripes.cachedArrayBytes();
            for (ThreadCache cache : known) {
                bytes += cache.cachedArrayBytes();
            }
            return bytes;
        } finally {
            lock.unlock();
        }
    }

    /// Leaves what the calling thread's cache, the stripes and the depots keep to the garbage collector.
    void trim() {
        ThreadCache own = current();
        if (own != null) {
            own.clear();
        }
        stripes.clear();
        depots.clear();
    }
}
