// SPDX-License-Identifier: Apache-2.0
package dev.quarry.netty;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/// The unused buffers of one stripe, which whoever holds its lock may use. The lock lies with what it guards: who gets
/// the one has the other in the same cache line.
///
/// Thread-safe under the lock, which is only ever tried.
final class StripeCache extends BufferCache {
    private static final int FREE = 0;
    private static final int HELD = 1;

    private static final VarHandle LOCK;

    static {
        try {
            LOCK = MethodHandles.lookup()
                    .findVarHandle(StripeCache.class, "lock", int.class)
                    .withInvokeExactBehavior();
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    @SuppressWarnings("UnusedVariable") // read by its handle
    private int lock;

    StripeCache(StackBudget budget, BlockClasses classes, BufferDepots depots) {
        super(null, budget, classes, depots);
    }

    /// {@return whether the caller holds the stripe now}
    boolean tryLock() {
        return (int) LOCK.get(this) == FREE && LOCK.compareAndSet(this, FREE, HELD);
    }

    /// Ends the caller's use.
    void unlock() {
        LOCK.setRelease(this, FREE);
    }

    /// Keeps a buffer with its block, if there is room; from now on it belongs here. The caller holds the lock.
    /// @param buffer of a class
    /// @return whether there was
    boolean keep(BlockByteBuf buffer) {
        buffer.setHome(this);
        return give(buffer);
    }
}
