// SPDX-License-Identifier: Apache-2.0
package dev.quarry.internal.error;

import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// One distinct error: what it is, how often it was seen, and when.
///
/// Thread-safe. Its times and its count are written one after the other: a reader may see the last time a moment before
/// the count.
public final class DistinctError {
    private static final int MAX_EXAMPLE_CHARS = 1_000;

    private final ErrorKind kind;
    private final String what;
    private final String why;
    private final long firstNs;
    private final long firstEpochMs;
    private final AtomicLong count = new AtomicLong();
    private volatile long lastNs;
    private volatile long lastEpochMs;
    private volatile @Nullable Throwable firstThrown;
    private volatile String example = "";

    /// Owned by whoever writes log lines: how much of the count has been told.
    private long loggedCount;

    DistinctError(
            ErrorKind kind, String what, String why, @Nullable Throwable firstThrown, long nowNs, long nowEpochMs) {
        this.kind = kind;
        this.what = what;
        this.why = why;
        this.firstThrown = firstThrown;
        this.firstNs = nowNs;
        this.firstEpochMs = nowEpochMs;
        this.lastNs = nowNs;
        this.lastEpochMs = nowEpochMs;
    }

    boolean is(ErrorKind otherKind, String otherWhat, String otherWhy) {
        return kind == otherKind && what.equals(otherWhat) && why.equals(otherWhy);
    }

    void seen(long nowNs, long nowEpochMs) {
        lastNs = nowNs;
        lastEpochMs = nowEpochMs;
        count.incrementAndGet();
    }

    /// Makes text of what was thrown first, and lets go of it: it may hold a class loader of the application.
    void settle() {
        Throwable thrown = firstThrown;
        if (thrown != null) {
            String text = String.valueOf(thrown.getMessage());
            example = text.length() <= MAX_EXAMPLE_CHARS ? text : text.substring(0, MAX_EXAMPLE_CHARS);
            firstThrown = null;
        }
    }

    long unloggedCount() {
        return count.get() - loggedCount;
    }

    void logged(long told) {
        loggedCount += told;
    }

    /// {@return its kind}
    public ErrorKind kind() {
        return kind;
    }

    /// {@return the call, the operation or the class that is concerned}
    public String what() {
        return what;
    }

    /// {@return the reason; empty where there is one only}
    public String why() {
        return why;
    }

    /// {@return how often it was seen}
    public long count() {
        return count.get();
    }

    /// {@return when it was seen first, in monotonic time}
    public long firstNs() {
        return firstNs;
    }

    /// {@return when it was seen last, in monotonic time}
    public long lastNs() {
        return lastNs;
    }

    /// {@return when it was seen first, in milliseconds since the epoch}
    public long firstEpochMs() {
        return firstEpochMs;
    }

    /// {@return when it was seen last, in milliseconds since the epoch}
    public long lastEpochMs() {
        return lastEpochMs;
    }

    /// {@return the message of the first one; empty where it had none, or is only a moment old}
    public String example() {
        return example;
    }

    /// {@return kind, what and why in one line}
    @Override
    public String toString() {
        return why.isEmpty() ? kind.label() + ", " + what : kind.label() + ", " + what + ": " + why;
    }
}
