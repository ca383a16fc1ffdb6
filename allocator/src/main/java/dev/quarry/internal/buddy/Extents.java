// SPDX-License-Identifier: Apache-2.0
package dev.quarry.internal.buddy;

import static dev.quarry.internal.buddy.BuddyAllocator.NOTHING;
import static dev.quarry.internal.buddy.SpanMap.FREE;
import static dev.quarry.internal.buddy.SpanMap.PAGE_BYTES;
import static dev.quarry.internal.buddy.SpanMap.UNCOMMITTED;

import dev.quarry.internal.region.Collapse;
import java.util.Arrays;

/// Which *extents* of a region, the ranges that one huge OS page can hold, are due to become one again.
///
/// A purge of a part splits a huge OS page, and the parts come back one by one. An extent is *dense* when something in
/// it is allocated and no page of it is free without being dirty: then a huge OS page costs no memory. One that was
/// found dense on several visits, with no purge in between, is collapsed:
///
/// ```
/// 0 --> 1 --> .. --> QUIET_VISITS --> COLLAPSING --> COLLAPSED      a visit finds it dense; it is due; it is done
/// any --> 0                                                         a part is purged, or not dense, or refused
/// ```
///
/// Each round visits a few extents, in turn. Refusals are normal: an extent that was refused starts again, and after
/// each refusal the next rounds are left out, twice as many as the last time. A state is a byte on the heap, one for
/// each extent below the frontier.
///
/// Not thread-safe: used under its zone's lock.
public final class Extents {
    /// log2 of an extent's pages.
    public static final int ORDER = 9;

    /// Pages of an extent.
    public static final long PAGES = 1L << ORDER;

    /// Bytes of an extent.
    public static final long BYTES = PAGES * PAGE_BYTES;

    /// Visits that must find an extent dense before it is due.
    static final int QUIET_VISITS = 4;

    /// Extents that are visited in a round: so many times a microsecond under the lock.
    static final int VISITS_PER_ROUND = 8;

    /// Rounds that are left out after refusals, at most: a minute of ticks.
    static final int MAX_REST_ROUNDS = 256;

    private static final byte COLLAPSING = QUIET_VISITS + 1;
    private static final byte COLLAPSED = QUIET_VISITS + 2;

    private final PageAllocator pages;
    private byte[] states = new byte[0];
    private int next;
    private int current = -1;
    private int restRounds;
    private int nextRestRounds = 1;
    private boolean isRefused;
    private long collapsed;
    private long refusals;

    /// @param pages the region's
    public Extents(PageAllocator pages) {
        this.pages = pages;
    }

    /// Begins a round.
    /// @return the first page of an extent that is due, for which the caller calls [#end] in any case;
    ///     [BuddyAllocator#NOTHING] where none is
    public long begin() {
        if (isRefused || current >= 0) {
            return NOTHING;
        }
        if (restRounds > 0) {
            restRounds--;
            return NOTHING;
        }
        int extents = (int) (pages.buddy().frontierPages() >>> ORDER);
        if (extents > states.length) {
            states = Arrays.copyOf(states, Math.max(extents, 2 * states.length));
        }
        for (int visit = Math.min(extents, VISITS_PER_ROUND); visit > 0; visit--) {
            int extent = next < extents ? next : 0;
            next = extent + 1;
            if (states[extent] != COLLAPSED && isDue(extent)) {
                states[extent] = COLLAPSING;
                current = extent;
                return (long) extent << ORDER;
            }
        }
        return NOTHING;
    }

    private boolean isDue(int extent) {
        if (!isDense((long) extent << ORDER)) {
            states[extent] = 0;
            return false;
        }
        if (states[extent] < QUIET_VISITS) {
            states[extent]++;
            return false;
        }
        return true;
    }

    /// Tells what became of the extent that is due.
    /// @param outcome what the system said
    public void end(Collapse outcome) {
        int extent = current;
        current = -1;
        boolean isUndisturbed = states[extent] == COLLAPSING;
        states[extent] = 0;
        switch (outcome) {
            case DONE -> {
                collapsed++;
                nextRestRounds = 1;
                if (isUndisturbed) {
                    states[extent] = COLLAPSED;
                } else {
                    // What went back to the system in the meantime has been made resident again.
                    purgeFreeAgain((long) extent << ORDER);
                }
            }
            case NOT_RESIDENT -> {
                // Some of it is not resident: it would cost memory. It is asked again when it has been dense for as
                // long.
            }
            case NOT_NOW -> refuse();
            case NEVER -> {
                refuse();
                // What has worked once can work: only this extent is not as it should be.
                isRefused = collapsed == 0 && isUndisturbed;
            }
        }
    }

    private void refuse() {
        refusals++;
        restRounds = nextRestRounds;
        nextRestRounds = Math.min(2 * nextRestRounds, MAX_REST_ROUNDS);
    }

    /// A part of the region has lost its contents to the system, or got other OS pages.
    void split(long page, long pageCount) {
        int end = (int) Math.min(states.length, (page + pageCount + PAGES - 1) >>> ORDER);
        for (int extent = (int) (page >>> ORDER); extent < end; extent++) {
            states[extent] = 0;
        }
    }

    /// {@return whether the system has refused for good}
    public boolean isRefused() {
        return isRefused;
    }

    /// {@return how often an extent was made a huge OS page}
    public long collapsed() {
        return collapsed;
    }

    /// {@return how often the system refused that}
    public long refusals() {
        return refusals;
    }

    private boolean isDense(long first) {
        if (freeBlockAround(first) != NOTHING) {
            return false;
        }
        for (long page = first; page < first + PAGES; ) {
            long word = pages.map().wordAcquire(page);
            int state = SpanMap.state(word);
            long length = Math.max(1, SpanMap.pages(word));
            if (state == UNCOMMITTED || state == FREE && !pages.isDirty(page, length)) {
                return false;
            }
            page += length;
        }
        return true;
    }

    /// {@return the first page of the free block that a whole extent lies in; [BuddyAllocator#NOTHING] without one}
    /// Free blocks are aligned, so there are few places where one can start; pages inside of a block have no state.
    private long freeBlockAround(long first) {
        for (int order = ORDER; order < BuddyAllocator.orders(); order++) {
            long page = first & -(1L << order);
            long word = pages.map().wordAcquire(page);
            int state = SpanMap.state(word);
            if ((state == FREE || state == UNCOMMITTED) && SpanMap.detail(word) >= order) {
                return page;
            }
        }
        return NOTHING;
    }

    private void purgeFreeAgain(long first) {
        if (freeBlockAround(first) != NOTHING) {
            pages.purgeAgain(first, PAGES);
            return;
        }
        for (long page = first; page < first + PAGES; ) {
            long word = pages.map().wordAcquire(page);
            int state = SpanMap.state(word);
            long length = Math.max(1, SpanMap.pages(word));
            if (state == UNCOMMITTED || state == FREE && !pages.isDirty(page, length)) {
                pages.purgeAgain(page, length);
            }
            page += length;
        }
    }
}
