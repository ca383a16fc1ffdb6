// SPDX-License-Identifier: Apache-2.0
package dev.quarry.internal.arena;

/// A thread's use of an arena, and what was last seen of it.
///
/// Not thread-safe: used under the pool's lock.
final class Tenancy {
    private final ArenaPool.Binding binding;
    private long activity;
    private long sinceNs;
    private boolean watched;

    Tenancy(ArenaPool.Binding binding) {
        this.binding = binding;
    }

    ArenaPool.Binding binding() {
        return binding;
    }

    Arena arena() {
        return binding.arena();
    }

    /// Looks whether the arena was used since the last look. That is a guess, by a sum of words that change with use:
    /// who acts on it makes sure.
    /// @return whether it looked unused for so long
    boolean wasIdleFor(long nowNs, long idleNs) {
        long seen = arena().activity();
        if (!watched || seen != activity) {
            activity = seen;
            watchFrom(nowNs);
        }
        return nowNs - sinceNs >= idleNs;
    }

    /// Begins the wait anew.
    void watchFrom(long nowNs) {
        watched = true;
        sinceNs = nowNs;
    }
}
