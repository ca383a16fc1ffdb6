// SPDX-License-Identifier: Apache-2.0
package dev.quarry.internal.arena;

/// For how long an arena was not used, as far as can be seen from outside: by a sum of words that change with use.
///
/// A guess: who acts on it makes sure. Not thread-safe.
final class ActivityWatch {
    private long activity;
    private long sinceNs;
    private boolean watched;

    /// Looks whether the arena was used since the last look.
    /// @return whether it looked unused for so long
    boolean sawNoneFor(Arena arena, long nowNs, long idleNs) {
        long seen = arena.activity();
        if (!watched || seen != activity) {
            activity = seen;
            restart(nowNs);
        }
        return nowNs - sinceNs >= idleNs;
    }

    /// Begins the wait anew.
    void restart(long nowNs) {
        watched = true;
        sinceNs = nowNs;
    }
}
