// SPDX-License-Identifier: Apache-2.0
package dev.quarry.internal.slab;

import static dev.quarry.internal.buddy.SpanMap.PAGE_SHIFT;

import dev.quarry.internal.buddy.PageAllocator;
import dev.quarry.internal.region.CommitLedger;
import java.util.concurrent.atomic.AtomicInteger;

/// What a zone has at hand against its watermarks, and whether it has grown beside dirty pages.
///
/// Written under the zone's lock, read by anyone.
final class ZoneLevel {
    private final PageAllocator pages;
    private final CommitLedger ledger;
    private final Watermarks watermarks;
    private final AtomicInteger shortZones;
    private volatile int level = Watermarks.ABOVE;
    private volatile boolean hasGrown;

    /// @param pages      the zone's
    /// @param ledger     the space's
    /// @param watermarks the zone's
    /// @param shortZones of the space: how many zones are not above their watermarks
    ZoneLevel(PageAllocator pages, CommitLedger ledger, Watermarks watermarks, AtomicInteger shortZones) {
        this.pages = pages;
        this.ledger = ledger;
        this.watermarks = watermarks;
        this.shortZones = shortZones;
    }

    /// Looks again, after each change of the zone's pages.
    void update() {
        if (!hasGrown && pages.isGrowthDue()) {
            hasGrown = true;
        }
        int before = level;
        int now = watermarks.level(availableBytes(), before);
        if (now != before) {
            level = now;
            if (now == Watermarks.ABOVE || before == Watermarks.ABOVE) {
                shortZones.addAndGet(now == Watermarks.ABOVE ? -1 : 1);
            }
        }
    }

    /// {@return [Watermarks#ABOVE], `LOW` or `MIN`}
    int now() {
        return level;
    }

    /// {@return whether so much was taken fresh beside dirty pages that maintenance should come now}
    boolean hasGrown() {
        return hasGrown;
    }

    /// Maintenance has come.
    void settleGrowth() {
        hasGrown = false;
    }

    /// {@return bytes of free pages that are committed} Exact under the zone's lock.
    long freeBytes() {
        return pages.buddy().freeCommittedPages() << PAGE_SHIFT;
    }

    /// {@return bytes that could be handed out: own free pages, and credit that nobody has} Exact under the zone's
    /// lock.
    long availableBytes() {
        return ledger.leftBytes() + freeBytes();
    }
}
