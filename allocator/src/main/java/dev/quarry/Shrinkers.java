// SPDX-License-Identifier: Apache-2.0
package dev.quarry;

import dev.quarry.internal.error.DistinctErrors;
import dev.quarry.internal.error.ErrorKind;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/// The shrinkers of one allocator, the cheapest first.
///
/// Thread-safe: they are called by one thread at a time, and who finds another at it goes on without.
final class Shrinkers {
    private static final int MAX_FAILURES = 3;

    private final DistinctErrors errors;
    private volatile List<Entry> entries = List.of();
    private final AtomicBoolean busy = new AtomicBoolean();

    /// A shrinker and what it has done. Written by the one thread that calls shrinkers, read racily by the report.
    private static final class Entry {
        final Shrinker shrinker;
        final String name;
        final int cost;
        long calls;
        long freedBytes;
        int failures;

        Entry(Shrinker shrinker) {
            this.shrinker = shrinker;
            this.name = shrinker.name();
            this.cost = shrinker.cost();
        }

        boolean isDropped() {
            return failures >= MAX_FAILURES;
        }
    }

    /// @param errors where failures are counted
    Shrinkers(DistinctErrors errors) {
        this.errors = errors;
    }

    /// Adds one.
    /// @return takes it away again
    synchronized Registration add(Shrinker shrinker) {
        Entry entry = new Entry(shrinker);
        List<Entry> more = new ArrayList<>(entries);
        more.add(entry);
        more.sort(Comparator.comparingInt(each -> each.cost));
        entries = List.copyOf(more);
        return () -> remove(entry);
    }

    private synchronized void remove(Entry entry) {
        List<Entry> fewer = new ArrayList<>(entries);
        fewer.remove(entry);
        entries = List.copyOf(fewer);
    }

    /// {@return whether there is none that would be asked}
    boolean isEmpty() {
        for (Entry entry : entries) {
            if (!entry.isDropped()) {
                return false;
            }
        }
        return true;
    }

    /// Asks for memory, the cheapest first, until enough was given up.
    /// @return how much it was, as they say
    long shrink(long wantedBytes) {
        if (entries.isEmpty() || !busy.compareAndSet(false, true)) {
            return 0;
        }
        try {
            long freed = 0;
            for (Entry entry : entries) {
                if (freed >= wantedBytes) {
                    break;
                }
                freed += entry.isDropped() ? 0 : ask(entry, wantedBytes - freed);
            }
            return freed;
        } finally {
            busy.set(false);
        }
    }

    private long ask(Entry entry, long wantedBytes) {
        try {
            if (entry.shrinker.shrinkableBytes() <= 0) {
                return 0;
            }
            entry.calls++;
            long freed = Math.max(0, entry.shrinker.shrink(wantedBytes));
            entry.freedBytes += freed;
            return freed;
        } catch (RuntimeException | Error thrown) {
            // Whatever a service's code throws must not reach a call that only wanted memory.
            entry.failures++;
            errors.count(ErrorKind.CALLBACK, entry.name, thrown.getClass().getName(), thrown);
            return 0;
        }
    }

    /// {@return a line each for the report}
    List<String> describe() {
        List<String> lines = new ArrayList<>();
        for (Entry entry : entries) {
            String failures = entry.failures == 0
                    ? ""
                    : ", " + entry.failures + " failures" + (entry.isDropped() ? ": dropped" : "");
            lines.add("shrinker " + entry.name + ": " + entry.calls + " calls, " + entry.freedBytes + " bytes freed"
                    + failures);
        }
        return lines;
    }
}
