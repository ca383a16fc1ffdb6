// SPDX-License-Identifier: Apache-2.0
package dev.quarry.internal.arena;

import dev.quarry.NumaPolicy;
import dev.quarry.internal.slab.Space;
import dev.quarry.internal.slab.StackReserve;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// All stripes of an allocator: those of its own policy, and a set for each other policy that somebody allocates by
/// without an arena.
///
/// Thread-safe.
final class Stripes {
    /// Policies other than the allocator's own that can be in use.
    static final int MAX_POLICIES = 64;

    private static final int STRIPES_A_POLICY = 4;

    private final Space space;
    private final NodeMap map;
    private final ReentrantLock making;
    private final Maker maker;
    private final NumaPolicy ownPolicy;
    private final StripeSet own;
    private final ConcurrentHashMap<NumaPolicy, StripeSet> others = new ConcurrentHashMap<>();

    /// Makes stripes.
    interface Maker {
        /// Makes one.
        /// @param policy it allocates by
        /// @param source where its threads run
        /// @return a new stripe; null when there is no memory for one
        @Nullable
        Stripe make(NumaPolicy policy, int source);
    }

    /// No stripes yet.
    /// @param space  the allocator's
    /// @param map    tells where a thread runs
    /// @param making held while a stripe or a set is made
    /// @param maker  makes them
    Stripes(Space space, NodeMap map, ReentrantLock making, Maker maker) {
        this.space = space;
        this.map = map;
        this.making = making;
        this.maker = maker;
        this.ownPolicy = space.config().numaPolicy();
        this.own = new StripeSet(map, space.config().stripes(), making, source -> maker.make(ownPolicy, source));
    }

    /// {@return how many there can be}
    int most() {
        return own.length() + MAX_POLICIES * Math.max(map.sources(), STRIPES_A_POLICY);
    }

    /// Takes any stripe that is free, those of the caller's node and cpu first; waits where none is for a while.
    /// @param end tells whether there is no more use in waiting
    /// @return a locked stripe; null when there is no memory to make the first one, or at the end
    @Nullable
    Stripe lock(StripeSet.End end) {
        return own.lock(space.os().currentCpu(), end);
    }

    /// The same for any policy.
    /// @param policy of the stripe
    /// @param end    tells whether there is no more use in waiting
    /// @return a locked stripe; null when there is no memory to make the first one, or at the end
    /// @throws IllegalArgumentException if the policy names a node that the allocator does not use, or is one too many
    @Nullable
    Stripe lock(NumaPolicy policy, StripeSet.End end) {
        StripeSet set = policy.equals(ownPolicy) ? own : others.get(policy);
        return (set == null ? add(policy) : set).lock(space.os().currentCpu(), end);
    }

    private StripeSet add(NumaPolicy policy) {
        StackReserve.ensureForArena();
        map.ordersOf(policy);
        making.lock();
        try {
            if (!others.containsKey(policy) && others.size() >= MAX_POLICIES) {
                throw new IllegalArgumentException(
                        "more than " + MAX_POLICIES + " policies are in use: " + policy + " is one too many");
            }
            return others.computeIfAbsent(
                    policy, added -> new StripeSet(map, STRIPES_A_POLICY, making, source -> maker.make(added, source)));
        } finally {
            making.unlock();
        }
    }

    /// Does something with each stripe that nobody uses now.
    /// @param action under the stripe's lock
    void forEachFree(Consumer<Arena> action) {
        own.forEachFree(action);
        for (StripeSet set : others.values()) {
            set.forEachFree(action);
        }
    }

    /// Sweeps each stripe that nobody uses now.
    /// @param nowNs  monotonic time
    /// @param idleNs after how long without use a stripe gives back what it keeps
    void sweep(long nowNs, long idleNs) {
        own.sweep(nowNs, idleNs);
        for (StripeSet set : others.values()) {
            set.sweep(nowNs, idleNs);
        }
    }

    /// {@return a sum that changes with use, mostly} No lock.
    long activity() {
        long sum = own.activity();
        for (StripeSet set : others.values()) {
            sum = 31 * sum + set.activity();
        }
        return sum;
    }

    /// Locks all stripes for good.
    /// @return whether nobody was using one
    boolean lockAll() {
        boolean all = own.lockAll();
        for (StripeSet set : others.values()) {
            all &= set.lockAll();
        }
        return all;
    }
}
