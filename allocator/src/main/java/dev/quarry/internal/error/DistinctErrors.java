// SPDX-License-Identifier: Apache-2.0
package dev.quarry.internal.error;

import dev.quarry.numa.NativeMemory;
import java.lang.System.Logger.Level;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// One allocator's errors: each distinct one is kept once, with how often and when it was seen.
///
/// Errors are *counted* where they happen, under whatever lock and as often as they come: to count one that is known
/// costs a search in at most [#MAX_DISTINCT] entries, a reading of two clocks and one atomic addition, and makes no
/// garbage. They are *logged* by [#logDue], which the maintenance calls outside of all locks: never more than one line
/// a second of a kind, however many there are.
///
/// Where too many are distinct, or the heap is full, an error counts as one of the others of its allocator.
///
/// Thread-safe.
public final class DistinctErrors {
    /// How many distinct errors are kept apart.
    public static final int MAX_DISTINCT = 64;

    private static final long LINE_PERIOD_NS = 1_000_000_000;
    private static final DistinctError[] NONE = {};

    private final String allocator;
    private final NativeMemory os;
    private final @Nullable Consumer<String> log;
    private final AtomicLong others = new AtomicLong();

    /// Copied on write, under this object's monitor.
    private volatile DistinctError[] errors = NONE;

    /// When each kind had its last line; used under this object's monitor.
    private final Map<ErrorKind, Long> lastLineNs = new HashMap<>();

    /// No errors so far; lines go to the logger `dev.quarry`.
    /// @param allocator its name, with which each line begins
    /// @param os        whose clock tells when
    public DistinctErrors(String allocator, NativeMemory os) {
        this(allocator, os, null);
    }

    DistinctErrors(String allocator, NativeMemory os, @Nullable Consumer<String> log) {
        this.allocator = allocator;
        this.os = os;
        this.log = log;
    }

    /// Counts one. Never throws but for a stack that has no room for the call, and calls nobody else's code.
    /// @param kind   its kind
    /// @param what   the call, the operation or the class concerned; one of few texts, that exist already
    /// @param why    the reason, in the same way; empty where there is one only
    /// @param thrown whose message becomes the example when it is the first of its like; null where there is none
    public void count(ErrorKind kind, String what, String why, @Nullable Throwable thrown) {
        long nowNs = os.nanoTime();
        long nowEpochMs = System.currentTimeMillis();
        DistinctError known = find(kind, what, why);
        if (known == null) {
            known = tryAdd(kind, what, why, thrown, nowNs, nowEpochMs);
        }
        if (known == null) {
            others.incrementAndGet();
        } else {
            known.seen(nowNs, nowEpochMs);
        }
    }

    private @Nullable DistinctError find(ErrorKind kind, String what, String why) {
        for (DistinctError error : errors) {
            if (error.is(kind, what, why)) {
                return error;
            }
        }
        return null;
    }

    private @Nullable DistinctError tryAdd(
            ErrorKind kind, String what, String why, @Nullable Throwable thrown, long nowNs, long nowEpochMs) {
        try {
            return add(kind, what, why, thrown, nowNs, nowEpochMs);
        } catch (OutOfMemoryError full) {
            // The caller is in the middle of something that a full heap must not end.
            return null;
        }
    }

    private synchronized @Nullable DistinctError add(
            ErrorKind kind, String what, String why, @Nullable Throwable thrown, long nowNs, long nowEpochMs) {
        DistinctError known = find(kind, what, why);
        DistinctError[] before = errors;
        if (known != null || before.length == MAX_DISTINCT) {
            return known;
        }
        DistinctError[] after = Arrays.copyOf(before, before.length + 1);
        after[before.length] = new DistinctError(kind, what, why, thrown, nowNs, nowEpochMs);
        errors = after;
        return after[before.length];
    }

    /// Writes a line for each kind that has new errors and had none for a second. Under no lock, since a logger is
    /// somebody else's code.
    public void logDue() {
        if (errors.length == 0) {
            return;
        }
        long nowNs = os.nanoTime();
        for (ErrorKind kind : ErrorKind.values()) {
            String line = takeLine(kind, nowNs);
            if (line != null && log != null) {
                log.accept(line);
            } else if (line != null) {
                LoggerHolder.LOGGER.log(Level.WARNING, line);
            }
        }
    }

    /// {@return the line that is due; null where there is none} Of a kind's errors the one with the most news.
    private synchronized @Nullable String takeLine(ErrorKind kind, long nowNs) {
        DistinctError newest = null;
        for (DistinctError error : errors) {
            long news = error.kind() == kind ? error.unloggedCount() : 0;
            if (news > 0 && (newest == null || news > newest.unloggedCount())) {
                newest = error;
            }
        }
        if (newest == null || !mayLog(kind, nowNs)) {
            return null;
        }
        newest.settle();
        long told = newest.unloggedCount();
        newest.logged(told);
        return line(newest, told);
    }

    private boolean mayLog(ErrorKind kind, long nowNs) {
        Long last = lastLineNs.get(kind);
        if (last != null && nowNs - last < LINE_PERIOD_NS) {
            return false;
        }
        lastLineNs.put(kind, nowNs);
        return true;
    }

    private String line(DistinctError error, long told) {
        long count = error.count();
        String times = told == count ? count + " so far" : told + " more, " + count + " so far";
        return allocator + ": " + error + " (" + times + ")"
                + (error.example().isEmpty() ? "" : "; the first: " + error.example());
    }

    /// {@return the distinct errors, in the order in which they were first seen} No copy is made: entries change.
    public List<DistinctError> entries() {
        DistinctError[] now = errors;
        for (DistinctError error : now) {
            error.settle();
        }
        return List.of(now);
    }

    /// {@return how many distinct ones there are} Makes no garbage.
    public int size() {
        return errors.length;
    }

    /// {@return the error that was seen as the so many-th distinct one} Makes garbage when it is asked for first.
    /// @param index from 0, below [#size]
    public DistinctError get(int index) {
        DistinctError error = errors[index];
        error.settle();
        return error;
    }

    /// {@return errors that found no room of their own}
    public long others() {
        return others.get();
    }

    /// Loaded when the first line is written, and not before.
    private static final class LoggerHolder {
        static final System.Logger LOGGER = System.getLogger("dev.quarry");
    }
}
