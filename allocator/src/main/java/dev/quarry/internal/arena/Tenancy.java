// SPDX-License-Identifier: Apache-2.0
package dev.quarry.internal.arena;

/// A thread's use of an arena, and what was last seen of it.
///
/// Not thread-safe: used under the pool's lock.
final class Tenancy {
    private final ArenaPool.Binding binding;
    private final ActivityWatch watch = new ActivityWatch();

    Tenancy(ArenaPool.Binding binding) {
        this.binding = binding;
    }

    ArenaPool.Binding binding() {
        return binding;
    }

    Arena arena() {
        return binding.arena();
    }

    /// {@return what was seen of its use}
    ActivityWatch watch() {
        return watch;
    }
}
