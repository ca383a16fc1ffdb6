// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.memory;

import java.util.concurrent.TimeUnit;

/// Runs from its construction on.
final class Stopwatch {
    private final long startNs = System.nanoTime();

    /// Waits until so many seconds have passed since the start.
    void sleepUntil(int seconds) {
        try {
            TimeUnit.NANOSECONDS.sleep(startNs + TimeUnit.SECONDS.toNanos(seconds) - System.nanoTime());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for the next reading", e);
        }
    }
}
