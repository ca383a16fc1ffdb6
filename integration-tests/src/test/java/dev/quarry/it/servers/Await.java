// SPDX-License-Identifier: Apache-2.0
package dev.quarry.it.servers;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;

/// Waits for what another thread does a little later.
final class Await {
    private static final long WAIT_NS = TimeUnit.SECONDS.toNanos(60);
    private static final long POLL_NS = TimeUnit.MILLISECONDS.toNanos(1);

    private Await() {}

    /// Returns as soon as a value is the expected one, and fails when it does not become so.
    static void value(long expected, LongSupplier value, String what) {
        long deadlineNs = System.nanoTime() + WAIT_NS;
        long actual = value.getAsLong();
        while (actual != expected && System.nanoTime() - deadlineNs < 0) {
            LockSupport.parkNanos(POLL_NS);
            actual = value.getAsLong();
        }
        assertEquals(expected, actual, what);
    }
}
