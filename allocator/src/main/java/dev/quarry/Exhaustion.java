// SPDX-License-Identifier: Apache-2.0
package dev.quarry;

import dev.quarry.internal.error.ErrorKind;
import dev.quarry.internal.event.EventHub;
import dev.quarry.internal.event.EventKind;
import dev.quarry.internal.slab.Space;
import dev.quarry.internal.slab.StackReserve;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// Does what `quarry.exhaustion` says, for a call for which there is no memory after everything was reclaimed.
///
/// Thread-safe; called under no lock.
final class Exhaustion {
    /// What `halt` ends the process with: the code of `-XX:+ExitOnOutOfMemoryError`.
    static final int HALT_CODE = 3;

    private static final int MAX_FAILURES = 3;
    private static final long FIRST_PAUSE_NS = 100_000;
    private static final int PAUSE_DOUBLINGS = 6;
    private static final long MAX_PAUSE_NS = FIRST_PAUSE_NS << PAUSE_DOUBLINGS;

    private final ExhaustionPolicy policy;
    private final Lifecycle lifecycle;
    private final Space space;
    private final Diagnosis diagnosis;
    private final AtomicInteger handlerFailures = new AtomicInteger();
    private volatile @Nullable ExhaustionHandler handler;

    /// Whether the calling thread is inside of the handler.
    @SuppressWarnings("ThreadLocalUsage") // ends with the allocator
    private final ThreadLocal<Boolean> asking = new ThreadLocal<>();

    Exhaustion(AllocatorConfig config, Lifecycle lifecycle, Space space, Diagnosis diagnosis) {
        this.policy = config.exhaustion();
        this.lifecycle = lifecycle;
        this.space = space;
        this.diagnosis = diagnosis;
    }

    void handleBy(@Nullable ExhaustionHandler asked) {
        handlerFailures.set(0);
        handler = asked;
    }

    /// Returns if the call is to try again, else throws the error.
    /// @param byteSize  what was asked for
    /// @param placement by which policy
    /// @param attempts  how often this call has tried again before
    /// @param sinceNs   monotonic time at which it first found no memory
    void beforeRetry(long byteSize, NumaPolicy placement, int attempts, long sinceNs) {
        lifecycle.requireOpen();
        boolean again = switch (policy.kind()) {
            case THROW -> false;
            case WAIT -> pause(attempts, sinceNs);
            case CALLBACK -> ask(byteSize, attempts);
            case HALT -> halt(byteSize, placement);
        };
        if (!again) {
            throw error(byteSize, placement);
        }
    }

    /// {@return the error with the diagnosis}
    OutOfOffHeapMemoryError error(long byteSize, NumaPolicy placement) {
        long committedBytes = space.ledger().committedBytes();
        space.events().publish(EventKind.EXHAUSTED, EventHub.ANY_NODE, byteSize, committedBytes, 0);
        return new OutOfOffHeapMemoryError(describe(byteSize, placement));
    }

    /// Nothing signals that memory has come free: that would put a word that all threads share onto every free. So it
    /// looks again after pauses that grow.
    private boolean pause(int attempts, long sinceNs) {
        long leftNs = policy.waitNs() - (space.os().nanoTime() - sinceNs);
        if (leftNs <= 0 || Thread.currentThread().isInterrupted()) {
            return false;
        }
        long pauseNs = attempts < PAUSE_DOUBLINGS ? FIRST_PAUSE_NS << attempts : MAX_PAUSE_NS;
        LockSupport.parkNanos(this, Math.min(pauseNs, leftNs));
        return true;
    }

    private boolean ask(long byteSize, int attempts) {
        ExhaustionHandler asked = handler;
        if (asked == null || asking.get() != null || handlerFailures.get() >= MAX_FAILURES) {
            return false;
        }
        asking.set(true);
        try {
            return asked.tryAgain(byteSize, attempts);
        } catch (RuntimeException | Error thrown) {
            // The call wants memory or the error that says why there is none, and not what the service's code throws.
            space.errors()
                    .count(
                            ErrorKind.CALLBACK,
                            "exhaustion handler",
                            thrown.getClass().getName(),
                            thrown);
            if (handlerFailures.incrementAndGet() == MAX_FAILURES) {
                space.note("the exhaustion handler threw " + MAX_FAILURES + " times and is not asked again");
            }
            return false;
        } finally {
            asking.remove();
        }
    }

    private String describe(long byteSize, NumaPolicy placement) {
        String text;
        StackReserve.ensureForArena();
        lifecycle.enterOpen();
        try {
            text = diagnosis.describe(byteSize, placement);
        } finally {
            lifecycle.leave();
        }
        Family family = lifecycle.family();
        return family == null ? text : text + family.refusalAbove(byteSize);
    }

    private boolean halt(long byteSize, NumaPolicy placement) {
        String text = describe(byteSize, placement);
        System.getLogger("dev.quarry").log(System.Logger.Level.ERROR, text);
        System.err.println("quarry: " + text + "; quarry.exhaustion=halt ends the process");
        System.err.flush();
        Runtime.getRuntime().halt(HALT_CODE);
        return false;
    }
}
