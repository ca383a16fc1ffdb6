// SPDX-License-Identifier: Apache-2.0
package dev.quarry.internal.arena;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class StripeLockTest {
    private static final int ADDITIONS = 50_000;
    private static final long NO_TIME = 1;
    private static final long A_MINUTE = TimeUnit.MINUTES.toNanos(1);

    private final StripeLock lock = new StripeLock();

    @Test
    void shouldBeTakenOnce() throws InterruptedException {
        assertTrue(lock.tryLock());
        assertFalse(lock.tryLock(), "by the same thread");
        assertFalse(lock.tryLock(NO_TIME), "after waiting");
        lock.unlock();
        assertTrue(lock.tryLock(NO_TIME));
    }

    @Test
    void shouldGoToWhoWaits() throws InterruptedException {
        assertTrue(lock.tryLock());
        AtomicBoolean hasIt = new AtomicBoolean();
        Thread waiting = Thread.ofVirtual().start(() -> {
            try {
                hasIt.set(lock.tryLock(A_MINUTE));
            } catch (InterruptedException unexpected) {
                Thread.currentThread().interrupt();
            }
        });
        while (!lock.hasQueuedThreads()) {
            Thread.onSpinWait();
        }
        lock.unlock();
        waiting.join();
        assertTrue(hasIt.get());
        assertFalse(lock.tryLock());
    }

    @Test
    void shouldNotBeTakenByWhoIsInterrupted() {
        assertTrue(lock.tryLock());
        Thread.currentThread().interrupt();
        assertThrows(InterruptedException.class, () -> lock.tryLock(A_MINUTE));
        assertFalse(lock.hasQueuedThreads());
        lock.unlock();
        assertTrue(lock.tryLock());
    }

    /// Plain additions under the lock, by threads that try and by threads that wait.
    @Test
    void shouldLetOneThreadIn() throws InterruptedException {
        int[] sum = new int[1];
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            boolean waits = i % 2 == 0;
            threads.add(Thread.ofPlatform().start(() -> add(sum, waits)));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertEquals(4 * ADDITIONS, sum[0]);
    }

    private void add(int[] sum, boolean waits) {
        for (int i = 0; i < ADDITIONS; i++) {
            while (!lockOnce(waits)) {
                Thread.onSpinWait();
            }
            sum[0]++;
            lock.unlock();
        }
    }

    private boolean lockOnce(boolean waits) {
        try {
            return waits ? lock.tryLock(A_MINUTE) : lock.tryLock();
        } catch (InterruptedException unexpected) {
            throw new AssertionError(unexpected);
        }
    }
}
