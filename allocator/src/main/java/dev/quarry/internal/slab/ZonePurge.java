// SPDX-License-Identifier: Apache-2.0
package dev.quarry.internal.slab;

import static dev.quarry.internal.buddy.SpanMap.PAGE_BYTES;
import static dev.quarry.internal.buddy.SpanMap.PAGE_SHIFT;

import dev.quarry.internal.buddy.PageAllocator;
import dev.quarry.internal.buddy.PurgeWalk;
import dev.quarry.internal.event.EventHub;
import dev.quarry.internal.event.EventKind;
import dev.quarry.internal.region.CommitLedger;

/// Gives a zone's free memory back to the system.
///
/// What takes long is done in pieces: between two of them the zone's lock is free, so that a thread which allocates
/// waits for one piece only (ADR 18). After a close, which empties the zone under its lock, there is nothing to give.
///
/// All methods take the zone's lock.
final class ZonePurge {
    private final ZoneLock lock;
    private final PageAllocator pages;
    private final ZoneMail mail;
    private final ZoneLevel level;
    private final CommitLedger ledger;
    private final EventHub events;
    private final Reclaim reclaim;
    private final PurgeWalk trimWalk = new PurgeWalk();

    ZonePurge(
            ZoneLock lock, PageAllocator pages, ZoneMail mail, ZoneLevel level, CommitLedger ledger, EventHub events) {
        this.lock = lock;
        this.pages = pages;
        this.mail = mail;
        this.level = level;
        this.ledger = ledger;
        this.events = events;
        this.reclaim = new Reclaim(pages);
    }

    /// Gives back what the decay does not allow to stay, and what growth left behind.
    /// @param nowNs   monotonic time
    /// @param delayNs how long a free page may stay dirty
    /// @return bytes given back
    long decay(long nowNs, long delayNs) {
        StackReserve.ensureForZone();
        lock.enter();
        try {
            if (ledger.isFrozen()) {
                return 0;
            }
            mail.collect();
            level.update();
            reclaim.look(nowNs, delayNs);
        } finally {
            lock.leave();
        }
        return purgeInPieces(EventKind.BY_DECAY, Long.MAX_VALUE) + purgeInPieces(EventKind.BY_GROWTH, Long.MAX_VALUE);
    }

    /// Gives back all that can be: the depot's empty slabs, all dirty pages, and the credit of all clean ones.
    void trim() {
        StackReserve.ensureForZone();
        purgeInPieces(EventKind.BY_TRIM, startTrim() >>> PAGE_SHIFT);
        giveBackCredit();
    }

    /// Begins a walk; of two trims at the same time each begins the other's anew, and both go on in it.
    /// @return bytes that are to be purged
    private long startTrim() {
        lock.enter();
        try {
            if (ledger.isFrozen()) {
                return 0;
            }
            mail.collect();
            trimWalk.start(pages.buddy().frontierPages());
            return pages.dirtyFreeBytes();
        } finally {
            lock.leave();
        }
    }

    private long purgeInPieces(int why, long mostPages) {
        long startNs = events.startNs();
        long purgedPages = 0;
        long piecePages;
        do {
            lock.enter();
            try {
                piecePages = ledger.isFrozen() ? 0 : purgePiece(why);
            } finally {
                lock.leave();
            }
            lock.yieldToWaiters();
            purgedPages += piecePages;
        } while (piecePages != 0 && purgedPages < mostPages);
        publish(purgedPages << PAGE_SHIFT, why, startNs);
        return purgedPages << PAGE_SHIFT;
    }

    private long purgePiece(int why) {
        return switch (why) {
            case EventKind.BY_DECAY -> reclaim.purgePiece();
            case EventKind.BY_GROWTH -> {
                level.settleGrowth();
                yield pages.purgeForGrowth();
            }
            default -> pages.purgePiece(trimWalk, Long.MAX_VALUE);
        };
    }

    /// Of all pages; what was freed since is purged first.
    private void giveBackCredit() {
        long startNs = events.startNs();
        long purgedPages;
        lock.enter();
        try {
            if (ledger.isFrozen()) {
                return;
            }
            purgedPages = pages.purge(Long.MAX_VALUE);
            pages.uncommitClean();
            level.update();
        } finally {
            lock.leave();
        }
        publish(purgedPages << PAGE_SHIFT, EventKind.BY_TRIM, startNs);
    }

    private void publish(long purgedBytes, int why, long startNs) {
        if (purgedBytes != 0) {
            events.publishSince(EventKind.PURGE, pages.region().node(), purgedBytes, why, startNs);
        }
    }

    /// Turns free pages into credit, for another zone or for a larger block: the least that will do.
    /// @param wantedBytes how much
    /// @return how much it was; less than wanted where there is no more, or the system refuses
    long giveBack(long wantedBytes) {
        if (wantedBytes <= 0) {
            return 0;
        }
        StackReserve.ensureForZone();
        lock.enter();
        try {
            if (ledger.isFrozen()) {
                return 0;
            }
            mail.collect();
            long pagesGiven = pages.giveBack(wantedBytes + PAGE_BYTES - 1 >>> PAGE_SHIFT);
            level.update();
            return pagesGiven << PAGE_SHIFT;
        } finally {
            lock.leave();
        }
    }
}
