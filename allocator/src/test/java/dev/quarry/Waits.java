// SPDX-License-Identifier: Apache-2.0
package dev.quarry;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/// Waits of tests for what other threads do. What does not come within half a minute fails the test.
final class Waits {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final long PAUSE_NS = 100_000;

    private Waits() {}

    static void forLatch(CountDownLatch latch) {
        try {
            assertTrue(latch.await(PATIENCE.toSeconds(), TimeUnit.SECONDS), "the latch was not opened");
        } catch (InterruptedException interrupted) {
            throw new AssertionError("interrupted", interrupted);
        }
    }

    static void until(String what, BooleanSupplier isSo) {
        long endNs = System.nanoTime() + PATIENCE.toNanos();
        while (!isSo.getAsBoolean()) {
            assertTrue(System.nanoTime() - endNs < 0, () -> "it did not come to this: " + what);
            LockSupport.parkNanos(PAUSE_NS);
        }
    }
}
