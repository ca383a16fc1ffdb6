// SPDX-License-Identifier: Apache-2.0
package dev.quarry.internal.arena;

import dev.quarry.numa.OsThreads;

/// Threads of a system that does not exist: the test says which of them runs it.
final class SimulatedThreads implements OsThreads {
    long current = 1;
    boolean areKnown = true;
    boolean isFenceRefused;
    int fences;

    @Override
    public boolean areKnown() {
        return areKnown;
    }

    @Override
    public long current() {
        return areKnown ? current : NOBODY;
    }

    @Override
    public boolean fence() {
        fences++;
        return !isFenceRefused;
    }
}
