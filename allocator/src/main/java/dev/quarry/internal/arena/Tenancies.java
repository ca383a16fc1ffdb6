// SPDX-License-Identifier: Apache-2.0
package dev.quarry.internal.arena;

import dev.quarry.NumaPolicy;
import dev.quarry.Quiescence;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/// Which threads have an arena, and the taking of arenas from those that have ended or do nothing.
///
/// Not thread-safe: used under the pool's lock; the counts may be read by anyone.
final class Tenancies {
    /// Above each place.
    static final int ALL = Integer.MAX_VALUE;

    /// No place.
    static final int NONE = -1;

    /// All code that uses an arena without a lock is in these classes, and calls nobody else's.
    private static final String[] ALLOCATOR_CODE = {
        "dev.quarry.OffHeapAllocator",
        "dev.quarry.LocalArena",
        "dev.quarry.SlowPath",
        "dev.quarry.ThreadHandles",
        "dev.quarry.internal."
    };

    private final NumaPolicy defaultPolicy;
    private final ArrayDeque<Arena> idleArenas;
    private final List<Tenancy> tenancies = new ArrayList<>();
    private long ended;
    private long idle;
    private long publishedEnded;
    private long publishedIdle;

    /// @param defaultPolicy the allocator's
    /// @param idleArenas    where arenas go that have lost their thread
    Tenancies(NumaPolicy defaultPolicy, ArrayDeque<Arena> idleArenas) {
        this.defaultPolicy = defaultPolicy;
        this.idleArenas = idleArenas;
    }

    boolean isEmpty() {
        return tenancies.isEmpty();
    }

    void add(ArenaPool.Binding binding) {
        tenancies.add(new Tenancy(binding));
    }

    /// Takes the arena of one thread that has ended.
    ///
    /// Who wants all of them goes on below the place of the last one, and may let go of the lock before: what moves
    /// meanwhile was looked at, or is new.
    /// @param below where to begin, downwards; [#ALL] for the first time
    /// @return its place; [#NONE] where there was none
    int adoptEnded(int below) {
        for (int index = Math.min(below, tenancies.size()) - 1; index >= 0; index--) {
            // The end of a thread happens before isAlive() returns false: all its plain stores are seen here.
            if (!tenancies.get(index).binding().owner().isAlive()) {
                adopt(index);
                ended++;
                return index;
            }
        }
        return NONE;
    }

    /// Takes the arena of one thread that has not used it for a while, and is not about to. Of all in the same way.
    /// @param below  where to begin, downwards
    /// @param nowNs  monotonic time
    /// @param idleNs for how long it must have done nothing
    /// @return its place; [#NONE] where there was none
    int adoptIdle(int below, long nowNs, long idleNs) {
        for (int index = Math.min(below, tenancies.size()) - 1; index >= 0; index--) {
            Tenancy tenancy = tenancies.get(index);
            if (tenancy.watch().sawNoneFor(tenancy.arena(), nowNs, idleNs) && isOnDefaultPolicy(tenancy.arena())) {
                tenancy.binding().suspend();
                if (Quiescence.isOutside(tenancy.binding().owner(), ALLOCATOR_CODE)) {
                    adopt(index);
                    idle++;
                    return index;
                }
                tenancy.binding().resume();
                tenancy.watch().restart(nowNs);
            }
        }
        return NONE;
    }

    /// In a scope of another policy the arena is the thread's until the scope ends.
    private boolean isOnDefaultPolicy(Arena arena) {
        return arena.policy().equals(defaultPolicy);
    }

    private void adopt(int index) {
        Tenancy tenancy = tenancies.get(index);
        if (isOnDefaultPolicy(tenancy.arena())) {
            tenancy.arena().surrender();
        } else {
            // The thread ended inside of a scope, which must not go on for the next one.
            tenancy.arena().use(defaultPolicy);
        }
        tenancy.binding().unbind();
        idleArenas.addLast(tenancy.arena());
        tenancies.set(index, tenancies.get(tenancies.size() - 1));
        tenancies.remove(tenancies.size() - 1);
    }

    /// Ends all tenancies.
    /// @param caller the thread that closes the allocator
    /// @return whether no other thread can be inside a call
    boolean unbindAll(Thread caller) {
        boolean quiescent = true;
        for (Tenancy tenancy : tenancies) {
            ArenaPool.Binding binding = tenancy.binding();
            Thread owner = binding.owner();
            binding.unbind();
            quiescent &= owner == caller || !owner.isAlive() || Quiescence.isOutside(owner, ALLOCATOR_CODE);
        }
        tenancies.clear();
        return quiescent;
    }

    /// {@return arenas adopted from ended threads so far}
    long ended() {
        return ended;
    }

    /// {@return arenas taken from idle threads so far}
    long idle() {
        return idle;
    }

    /// {@return those of the first that nobody was told of yet}
    long takeUnpublishedEnded() {
        long count = ended - publishedEnded;
        publishedEnded = ended;
        return count;
    }

    /// {@return those of the second that nobody was told of yet}
    long takeUnpublishedIdle() {
        long count = idle - publishedIdle;
        publishedIdle = idle;
        return count;
    }
}
