// SPDX-License-Identifier: Apache-2.0
package dev.quarry;

/// How short memory is around this process. What the allocator does at each level is a table in `docs/pressure.md`.
public enum Pressure {
    /// There is enough.
    NORMAL(0),
    /// It gets short: what is kept for speed alone should shrink.
    MODERATE(1),
    /// The kernel is about to end a process, or threads wait for memory: everything that can go should go now.
    SEVERE(2);

    private final int number;

    Pressure(int number) {
        this.number = number;
    }

    /// {@return 0, 1 or 2: the level in events, files and metrics}
    public int number() {
        return number;
    }
}
