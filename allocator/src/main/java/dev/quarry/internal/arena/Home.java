// SPDX-License-Identifier: Apache-2.0
package dev.quarry.internal.arena;

import static dev.quarry.internal.buddy.SpanMap.PAGE_SHIFT;
import static dev.quarry.internal.slab.SlabLayout.STATE;
import static dev.quarry.internal.slab.SlabLayout.WANTED_SHIFT;
import static dev.quarry.numa.RawMemory.getInt;
import static dev.quarry.numa.RawMemory.putInt;

import dev.quarry.NumaPolicy;
import dev.quarry.internal.region.NodeRoom;
import dev.quarry.internal.slab.SizeClasses;
import dev.quarry.internal.slab.SlabLayout;
import dev.quarry.internal.slab.Space;
import dev.quarry.internal.slab.Zone;

/// Where an arena takes memory from: the zones of its policy, the best one first.
///
/// An arena of a thread follows it: before it takes memory it looks on which node the thread runs now ([#hasMoved]). A
/// stripe stays where it is. What an arena has of another zone than the best, it has because that one was full.
///
/// Not thread-safe: the arena's owner only; the counters may be read by anyone.
final class Home {
    private static final int FOLLOWS = -1;

    private final Space space;
    private final NodeMap map;
    private final boolean reclaims;
    private final boolean counts;
    private final int fixedSource;
    private final NodeCounters counters;
    private NumaPolicy policy;
    private ZoneOrders orders;
    private boolean follows;
    private int source;
    private int turn;

    private Home(Space space, NodeMap map, NumaPolicy policy, int fixedSource, int turn) {
        this.space = space;
        this.map = map;
        this.reclaims = space.config().numaReclaim();
        this.counts = space.nodeZones().length > 1;
        this.fixedSource = fixedSource;
        this.counters = new NodeCounters(space.nodeZones().length);
        this.policy = policy;
        this.orders = map.ordersOf(policy);
        this.turn = orders.inTurn() ? turn % orders.rows() : 0;
        settle();
    }

    /// {@return the home of an arena that follows its thread}
    /// @param turn with which of the zones a policy in turn begins
    static Home ofThread(Space space, NodeMap map, NumaPolicy policy, int turn) {
        return new Home(space, map, policy, FOLLOWS, turn);
    }

    /// {@return the home of a stripe}
    /// @param source where it stays
    static Home ofStripe(Space space, NodeMap map, NumaPolicy policy, int source) {
        return new Home(space, map, policy, source, source);
    }

    /// {@return whether another zone is the best now: the thread runs on another node than at the last look}
    boolean hasMoved() {
        if (!follows) {
            return false;
        }
        int now = currentSource();
        if (now == source) {
            return false;
        }
        if (orders.row(now)[0] == best()) {
            source = now;
            return false;
        }
        return true;
    }

    /// Makes the place where the thread runs now the one to take memory for.
    void settle() {
        follows = fixedSource == FOLLOWS && orders.follows();
        source = fixedSource == FOLLOWS ? currentSource() : fixedSource;
    }

    /// {@return where the calling thread runs} The system is not asked where there is one place only.
    private int currentSource() {
        return map.sources() == 1 ? 0 : map.sourceOf(space.os().currentCpu());
    }

    /// Changes the policy. The arena must own nothing.
    void use(NumaPolicy other) {
        orders = map.ordersOf(other);
        policy = other;
        turn = 0;
        settle();
    }

    /// {@return the policy}
    NumaPolicy policy() {
        return policy;
    }

    /// {@return the zone whose spans the arena may keep for reuse}
    Zone spanZone() {
        Zone spread = orders.byOsPage();
        return spread == null ? best() : spread;
    }

    /// {@return whether it may keep spans at all: not where they come from all zones in turn}
    boolean keepsSpans() {
        return !orders.inTurn() || orders.byOsPage() != null;
    }

    private Zone best() {
        return orders.row(orders.inTurn() ? turn : source)[0];
    }

    private Zone[] nextOrder() {
        if (!orders.inTurn()) {
            return orders.row(source);
        }
        turn = turn + 1 < orders.rows() ? turn + 1 : 0;
        return orders.row(turn);
    }

    /// Takes a slab with free slots.
    /// @return its descriptor; 0 when neither memory nor credit is there
    long takeSlab(int sizeClass, int ownerWord) {
        Zone[] order = nextOrder();
        for (Zone zone : order) {
            long slab = zone.takeSlab(sizeClass, ownerWord);
            if (slab == 0 && canGain(zone, order, SizeClasses.slabBytes(sizeClass))) {
                slab = zone.takeSlab(sizeClass, ownerWord);
            }
            if (slab != 0) {
                putInt(slab + STATE, (char) getInt(slab + STATE) | order[0].index() + 1 << WANTED_SHIFT);
                return slab;
            }
        }
        return 0;
    }

    /// Counts the pages of slots that are brought into a slab's list for the first time. Slabs are often given back
    /// before all of their slots were used, so they are not counted as a whole.
    /// @param slab   descriptor
    /// @param before slots that had been in its list before
    /// @param after  slots that have been by now
    void countSlots(long slab, int before, int after) {
        if (counts) {
            long slotBytes = SlabLayout.slotBytes(slab);
            long pages = Space.pagesOf(after * slotBytes) - Space.pagesOf(before * slotBytes);
            Zone wanted = space.zones()[(getInt(slab + STATE) >>> WANTED_SHIFT) - 1];
            counters.add(wanted, space.zoneOf(slab), near(), orders.inTurn(), pages);
        }
    }

    /// Allocates a span.
    /// @return as [Zone#allocateSpan]
    long allocateSpan(long pageCount, int alignOrder, int spanClass, long requestedBytes) {
        Zone spread = orders.byOsPage();
        if (spread != null && pageCount << PAGE_SHIFT > SizeClasses.MAX_SLOT) {
            long address = spread.allocateSpan(pageCount, alignOrder, spanClass, requestedBytes);
            if (address != 0) {
                counters.addSpread(space.interleavedZones(), near(), address, pageCount);
                return address;
            }
        }
        Zone[] order = nextOrder();
        for (Zone zone : order) {
            long address = zone.allocateSpan(pageCount, alignOrder, spanClass, requestedBytes);
            if (address == 0 && canGain(zone, order, pageCount << PAGE_SHIFT)) {
                address = zone.allocateSpan(pageCount, alignOrder, spanClass, requestedBytes);
            }
            if (address != 0) {
                if (counts) {
                    counters.add(order[0], zone, near(), orders.inTurn(), pageCount);
                }
                return address;
            }
        }
        return 0;
    }

    /// Reclaims a zone before the next one by distance is asked: free pages of its own go back to the node, which may
    /// then have room for a block that fits. The last zone is left to the facade, which reclaims them all.
    private boolean canGain(Zone zone, Zone[] order, long wantedBytes) {
        return reclaims && zone != order[order.length - 1] && zone.giveBack(wantedBytes + NodeRoom.MARGIN_BYTES) > 0;
    }

    private Zone near() {
        return map.nearestTo(follows || fixedSource != FOLLOWS ? source : currentSource());
    }

    /// {@return what came from which node}
    NodeCounters counters() {
        return counters;
    }
}
