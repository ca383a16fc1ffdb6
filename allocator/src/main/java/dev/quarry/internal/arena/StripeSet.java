// SPDX-License-Identifier: Apache-2.0
package dev.quarry.internal.arena;

import dev.quarry.internal.slab.StackReserve;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/// Stripes of one policy: some for each place where a thread can run, made when they are first wanted.
///
/// Stripe `i` belongs to source `i % sources`. A thread tries those of its own source first, its cpu's before the
/// others; then those of other sources. When none is free for a while it waits for the one that it tried first.
///
/// It must not go on trying: the scheduler of virtual threads takes those that yield before some that may hold what
/// they try for, again and again, and then nobody gets on. See docs/adr/0016.
///
/// Thread-safe.
final class StripeSet {
    /// How often all stripes are tried before a thread waits. What is done under a stripe mostly takes less than one
    /// try.
    private static final int PASSES = 4;

    /// After which a waiting thread looks again whether there is use in it.
    private static final long WAIT_NS = TimeUnit.MILLISECONDS.toNanos(10);

    private final NodeMap map;
    private final AtomicReferenceArray<@Nullable Stripe> stripes;
    private final ReentrantLock making;
    private final IntFunction<@Nullable Stripe> maker;
    private final int sources;
    private final int perSource;

    /// A set without stripes.
    /// @param map    tells where a thread runs
    /// @param wanted how many stripes there should be; there is at least one a source
    /// @param making held while one is made
    /// @param maker  makes the stripe of a source; null when there is no memory for one
    StripeSet(NodeMap map, int wanted, ReentrantLock making, IntFunction<@Nullable Stripe> maker) {
        this.map = map;
        this.making = making;
        this.maker = maker;
        this.sources = map.sources();
        this.perSource = Math.max(1, wanted / sources);
        this.stripes = new AtomicReferenceArray<>(sources * perSource);
    }

    /// {@return how many stripes there can be}
    int length() {
        return stripes.length();
    }

    /// Takes any stripe that is free, or waits for one. One for which there is no memory is passed over: at the limit a
    /// free must get through by those that there are.
    /// @param cpu the caller runs on
    /// @param end tells whether there is no more use in waiting
    /// @return a locked stripe; null when there is no memory to make the first one, or at the end
    @Nullable
    Stripe lock(int cpu, End end) {
        StackReserve.ensure();
        for (int passes = 1; ; passes++) {
            Stripe first = null;
            for (int step = 0; step < stripes.length(); step++) {
                Stripe stripe = stripe(indexOf(cpu, step));
                if (end.isReached()) {
                    return null;
                }
                if (stripe != null && stripe.tryLock()) {
                    return stripe;
                }
                first = first == null ? stripe : first;
            }
            if (first == null && isEmpty()) {
                return null;
            }
            if (first == null || passes < PASSES) {
                Thread.yield();
            } else if (first.lockWithin(WAIT_NS)) {
                return unlessAtEnd(first, end);
            }
        }
    }

    private static @Nullable Stripe unlessAtEnd(Stripe locked, End end) {
        if (end.isReached()) {
            locked.unlock();
            return null;
        }
        return locked;
    }

    /// {@return where the stripe is that a thread on a cpu tries in a step}
    private int indexOf(int cpu, int step) {
        return (map.sourceOf(cpu) + step / perSource) % sources + sources * ((cpu + step) % perSource);
    }

    /// Whether waiting is of no use any more.
    interface End {
        /// {@return whether it is}
        boolean isReached();
    }

    private @Nullable Stripe stripe(int index) {
        Stripe stripe = stripes.get(index);
        if (stripe != null) {
            return stripe;
        }
        StackReserve.ensureForArena();
        making.lock();
        try {
            stripe = stripes.get(index);
            if (stripe == null) {
                stripe = maker.apply(index % sources);
                stripes.set(index, stripe);
            }
            return stripe;
        } finally {
            making.unlock();
        }
    }

    private boolean isEmpty() {
        for (int index = 0; index < stripes.length(); index++) {
            if (stripes.get(index) != null) {
                return false;
            }
        }
        return true;
    }

    /// Does something with each stripe that nobody uses now.
    /// @param action under the stripe's lock
    void forEachFree(Consumer<Arena> action) {
        for (int index = 0; index < stripes.length(); index++) {
            Stripe stripe = stripes.get(index);
            if (stripe != null && stripe.tryLock()) {
                try {
                    action.accept(stripe.arena());
                } finally {
                    stripe.unlock();
                }
            }
        }
    }

    /// Sweeps each stripe that nobody uses now.
    /// @param nowNs  monotonic time
    /// @param idleNs after how long without use a stripe gives back what it keeps
    void sweep(long nowNs, long idleNs) {
        for (int index = 0; index < stripes.length(); index++) {
            Stripe stripe = stripes.get(index);
            if (stripe != null && stripe.tryLock()) {
                try {
                    stripe.sweep(nowNs, idleNs);
                } finally {
                    stripe.unlock();
                }
            }
        }
    }

    /// {@return a sum that changes with use, mostly} No lock.
    long activity() {
        long sum = 0;
        for (int index = 0; index < stripes.length(); index++) {
            Stripe stripe = stripes.get(index);
            sum = 31 * sum + (stripe == null ? 0 : stripe.arena().activity());
        }
        return sum;
    }

    /// Locks all stripes for good.
    /// @return whether nobody was using one
    boolean lockAll() {
        boolean all = true;
        for (int index = 0; index < stripes.length(); index++) {
            Stripe stripe = stripes.get(index);
            all &= stripe == null || stripe.tryLock();
        }
        return all;
    }
}
