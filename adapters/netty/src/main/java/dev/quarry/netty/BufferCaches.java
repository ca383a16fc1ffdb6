// SPDX-License-Identifier: Apache-2.0
package dev.quarry.netty;

import dev.quarry.BlockCache;
import dev.quarry.OffHeapAllocator;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// All caches of one allocator: which thread has which, and the stripes for those without.
///
/// What a thread kept that ended, or that has been idle for a while, is taken from it at the next step of the
/// maintenance, at the latest when as many threads have come again as there were: blocks are freed, the rest is left
/// to the garbage collector.
///
/// Thread-safe; the lock is taken when a thread comes, never by those that are known.
final class BufferCaches implements BlockCache {
    private static final int SLOTS = 1 << 10;
    private static final int MIN_SWEEP = 16;

    /// How long a thread must do nothing to count as idle; about what the arenas take for it by default, a quarter of
    /// the purge delay.
    private static final long IDLE_NS = TimeUnit.SECONDS.toNanos(2);

    private final OffHeapAllocator memory;
    private final BlockClasses classes;
    private final StackBudget budget;
    private final BufferDepots depots = new BufferDepots();
    private final CacheStripes stripes;

    /// The stacks of no thread, on which nothing ever is.
    private final BlockStacks nobodys;

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
        this.classes = new BlockClasses(memory);
        this.budget = new StackBudget(memory);
        this.stripes = new CacheStripes(budget, classes, depots);
        this.nobodys = new BlockStacks(null, budget, classes);
        BufferEvents.registerIfWanted();
        if (memory.register(this)) {
            budget.open();
        }
    }

    BlockClasses classes() {
        return classes;
    }

    /// {@return the stacks of no thread, for buffers that are on their way to others}
    BlockStacks nobodys() {
        return nobodys;
    }

    /// {@return the calling thread's own cache; null for a virtual thread, and when the allocator is closed}
    @Nullable
    ThreadCache current() {
        final Thread thread = Thread.currentThread();
        final ThreadCache cache = slots[(int) thread.threadId() & SLOTS - 1];
        return cache != null && cache.owner() == thread ? cache : find();
    }

    private @Nullable ThreadCache find() {
        Thread thread = Thread.currentThread();
        if (thread.isVirtual()) {
            return null;
        }
        ThreadCache cache = local.get();
        if (cache == null || isTaken(cache)) {
            cache = register(thread);
            if (cache == null) {
                return null;
            }
            local.set(cache);
        }
        slots[(int) thread.threadId() & SLOTS - 1] = cache;
        return cache;
    }

    /// {@return whether the calling thread has lost its cache while it was idle} Who is about to take it holds the lock
    /// until that is decided.
    private boolean isTaken(ThreadCache cache) {
        if (cache.owner() != null) {
            return false;
        }
        lock.lock();
        try {
            return cache.owner() == null;
        } finally {
            lock.unlock();
        }
    }

    private @Nullable ThreadCache register(Thread thread) {
        ThreadCache cache;
        try {
            cache = new ThreadCache(thread, memory.localArena(), budget, classes, depots, System.nanoTime());
        } catch (IllegalStateException closed) {
            // A buffer may be released when its memory is closed already; the memory counts that itself.
            return null;
        }
        boolean isCrowded;
        lock.lock();
        try {
            known.add(cache);
            isCrowded = known.size() >= sweepAt;
        } finally {
            lock.unlock();
        }
        if (isCrowded) {
            sweep();
        }
        return cache;
    }

    /// Forgets threads that ended, or that have been idle for a while, and frees what they kept.
    @Override
    public void sweep() {
        BufferEvents.registerIfWanted();
        long nowNs = System.nanoTime();
        lock.lock();
        try {
            List<ThreadCache> alive = new ArrayList<>();
            for (ThreadCache cache : known) {
                if (cache.tryTake(nowNs, IDLE_NS)) {
                    forget(cache);
                } else {
                    alive.add(cache);
                }
            }
            known = alive;
            sweepAt = Math.max(MIN_SWEEP, 2 * alive.size());
        } finally {
            lock.unlock();
        }
    }

    private void forget(ThreadCache cache) {
        uncachedArrayBytes.addAndGet(cache.usedArrayBytes());
        cache.clear();
        int slot = (int) cache.threadId() & SLOTS - 1;
        if (slots[slot] == cache) {
            slots[slot] = null;
        }
    }

    @Override
    public void count(Counter counter) {
        lock.lock();
        try {
            for (ThreadCache cache : known) {
                cache.count(counter);
            }
        } finally {
            lock.unlock();
        }
        stripes.count(counter);
    }

    @Override
    public void reclaim() {
        ThreadCache own = current();
        if (own != null) {
            own.freeAll();
        }
        stripes.clear();
        sweep();
    }

    /// {@return a buffer with a block for a thread without a cache of its own; null when none is kept, or no stripe
    /// free}
    @Nullable
    BlockByteBuf takeShared(int blockClass) {
        final StripeCache stripe = stripes.tryLock();
        if (stripe == null) {
            return null;
        }
        try {
            return stripe.take(blockClass);
        } finally {
            stripe.unlock();
        }
    }

    /// {@return a buffer without a block for such a thread; null when none is kept, or no stripe free}
    @Nullable
    BlockByteBuf takeSharedObject() {
        StripeCache stripe = stripes.tryLock();
        if (stripe == null) {
            return null;
        }
        try {
            return stripe.takeObject();
        } finally {
            stripe.unlock();
        }
    }

    /// Keeps a buffer with its block, for threads without a cache of their own.
    /// @return whether there was room
    boolean giveShared(BlockByteBuf buffer) {
        final StripeCache stripe = buffer.blockClass() == BlockClasses.NONE ? null : stripes.tryLock();
        if (stripe == null) {
            return false;
        }
        try {
            return stripe.keep(buffer);
        } finally {
            stripe.unlock();
        }
    }

    /// Keeps the object of a direct buffer whose block is freed.
    void giveSharedObject(BlockByteBuf buffer) {
        StripeCache stripe = stripes.tryLock();
        if (stripe != null) {
            try {
                stripe.giveObject(buffer);
            } finally {
                stripe.unlock();
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
        StripeCache stripe = stripes.tryLock();
        if (stripe == null) {
            uncachedArrayBytes.addAndGet(bytes);
            return null;
        }
        try {
            stripe.countArrayBytes(bytes);
            return stripe.takeArray(arrayClass);
        } finally {
            stripe.unlock();
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
        StripeCache stripe = stripes.tryLock();
        if (stripe == null) {
            uncachedArrayBytes.addAndGet(-bytes);
            return;
        }
        try {
            stripe.countArrayBytes(-bytes);
            stripe.giveArray(buffer, arrayClass);
        } finally {
            stripe.unlock();
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

    /// Leaves what the calling thread's cache, the stripes and the depots keep to the garbage collector, and frees
    /// their blocks.
    void trim() {
        ThreadCache own = current();
        if (own != null) {
            own.clear();
        }
        stripes.clear();
        depots.clear();
        sweep();
    }
}
