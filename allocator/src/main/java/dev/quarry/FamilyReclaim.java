// SPDX-License-Identifier: Apache-2.0
package dev.quarry;

import dev.quarry.internal.region.CommitLedger;
import dev.quarry.internal.slab.StackReserve;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// What a tree of allocators does when the limit of one of them refuses credit: those below that one give up their
/// free pages, who has most first, until there is room; what their block caches, stripes and the caller's arenas keep
/// goes only if that is not enough.
///
/// One reclaim at a time in a tree. Who had to wait while another did a whole one does not do it again.
///
/// Thread-safe.
final class FamilyReclaim {
    /// What a request may need beyond its own bytes: a slab, its records, a step of the tables.
    private static final long SLACK_BYTES = 256L << 10;

    private static final int SHOWN_MEMBERS = 3;

    private final ReentrantLock lock = new ReentrantLock();
    private final AtomicLong started = new AtomicLong();

    /// Makes room at each level from one up to the root.
    /// @param lowest   the lowest level whose limit counts
    /// @param trimmed  one that has nothing to give, because it has just been asked; null if there is none
    /// @param byteSize what is wanted
    /// @return whether it is worth to try again
    boolean reclaim(Family lowest, @Nullable Family trimmed, long byteSize) {
        if (!mayHelp(lowest, trimmed, byteSize)) {
            return false;
        }
        StackReserve.ensureForArena();
        long seen = started.get();
        lock.lock();
        try {
            if (started.get() != seen) {
                return true;
            }
            started.incrementAndGet();
            return reclaimLocked(lowest, trimmed, byteSize + SLACK_BYTES);
        } finally {
            lock.unlock();
        }
    }

    /// Not where a level could never grant it, nor where those that lack room have nobody to ask.
    private static boolean mayHelp(Family lowest, @Nullable Family trimmed, long byteSize) {
        boolean help = false;
        for (Family level = lowest; level != null; level = level.parent()) {
            if (byteSize > level.ledger().limitBytes()) {
                return false;
            }
            boolean lacksRoom = level.ledger().roomBytes() < byteSize + SLACK_BYTES;
            help |= lacksRoom && (level != trimmed || !level.children().isEmpty());
        }
        return help;
    }

    private static boolean reclaimLocked(Family lowest, @Nullable Family trimmed, long wantedBytes) {
        boolean gained = false;
        for (boolean deep : new boolean[] {false, true}) {
            if (hasRoom(lowest, wantedBytes)) {
                return true;
            }
            Set<Family> asked = new HashSet<>();
            if (trimmed != null && !deep) {
                asked.add(trimmed);
            }
            for (Family level = lowest; level != null; level = level.parent()) {
                gained |= relieve(level, asked, deep, wantedBytes);
            }
        }
        return gained;
    }

    private static boolean hasRoom(Family lowest, long wantedBytes) {
        for (Family level = lowest; level != null; level = level.parent()) {
            if (level.ledger().roomBytes() < wantedBytes) {
                return false;
            }
        }
        return true;
    }

    /// {@return whether this level has more room than before}
    private static boolean relieve(Family level, Set<Family> asked, boolean deep, long wantedBytes) {
        long before = level.ledger().roomBytes();
        if (before >= wantedBytes) {
            return false;
        }
        for (Family member : byFreeBytes(level.all())) {
            if (asked.add(member)) {
                member.tryWith(deep ? member.self()::trimSelf : member.self()::trimPages);
            }
            if (level.ledger().roomBytes() >= wantedBytes) {
                return true;
            }
        }
        return level.ledger().roomBytes() > before;
    }

    /// Who has most first. The figures change meanwhile: they are read once.
    private static List<Family> byFreeBytes(List<Family> members) {
        Map<Family, Long> freeBytes = new HashMap<>();
        for (Family member : members) {
            freeBytes.put(member, member.self().space().freeBytesRacy());
        }
        members.sort(Comparator.comparing(freeBytes::get, Comparator.reverseOrder()));
        return members;
    }

    /// {@return which level's limit refused, and who has most below it, as the end of a message; empty if none did}
    /// @param refuser  the ledger that refused last
    /// @param lowest   of the levels that are asked
    /// @param byteSize what was wanted
    static String refusal(@Nullable CommitLedger refuser, @Nullable Family lowest, long byteSize) {
        for (Family level = lowest; level != null; level = level.parent()) {
            CommitLedger ledger = level.ledger();
            if (ledger == refuser && ledger.roomBytes() < byteSize + SLACK_BYTES) {
                return "; the limit of \"" + level.path() + "\" refused: " + ledger.committedBytes() + " bytes of "
                        + ledger.limitBytes() + " are committed there" + largest(level);
            }
        }
        return "";
    }

    private static String largest(Family level) {
        StringBuilder text = new StringBuilder();
        level.children().stream()
                .sorted(Comparator.comparingLong(
                                (Family child) -> child.ledger().committedBytes())
                        .reversed())
                .limit(SHOWN_MEMBERS)
                .forEach(child -> text.append(text.isEmpty() ? ", of them " : ", ")
                        .append(child.ledger().committedBytes())
                        .append(" by \"")
                        .append(child.path())
                        .append('"'));
        return text.toString();
    }
}
