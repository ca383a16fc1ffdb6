// SPDX-License-Identifier: Apache-2.0
package dev.quarry.internal.slab;

import static dev.quarry.internal.buddy.SpanMap.PAGE_SHIFT;

import dev.quarry.internal.buddy.BuddyAllocator;
import dev.quarry.internal.buddy.Extents;
import dev.quarry.internal.region.Collapse;
import dev.quarry.internal.region.Region;

/// Makes huge OS pages again of what purges have split, one a round and zone at most. There is one only where the
/// system grants huge OS pages.
///
/// Thread-safe: of two rounds at once one finds nothing to do in a zone.
public final class Collapser {
    private final Refusals refusals;
    private final Zone[] zones;
    private final Extents[] extents;

    Collapser(Refusals refusals, Zone[] zones) {
        this.refusals = refusals;
        this.zones = zones;
        this.extents = new Extents[zones.length];
        for (int index = 0; index < zones.length; index++) {
            extents[index] = new Extents(zones[index].pages());
            zones[index].pages().keep(extents[index]);
        }
    }

    /// One round. May take milliseconds, and holds no lock meanwhile: not for threads that want memory.
    /// @return how many huge OS pages it made
    public int round() {
        int made = 0;
        for (int index = 0; index < zones.length; index++) {
            made += collapse(zones[index], extents[index]) ? 1 : 0;
        }
        return made;
    }

    private boolean collapse(Zone zone, Extents kept) {
        long page = zone.beginCollapse(kept);
        if (page == BuddyAllocator.NOTHING) {
            return false;
        }
        Region region = zone.pages().region();
        Collapse outcome = Collapse.NOT_NOW;
        try {
            outcome = region.tryCollapse(page << PAGE_SHIFT, Extents.BYTES);
        } finally {
            zone.endCollapse(kept, outcome);
        }
        if (kept.isRefused()) {
            refusals.note("collapsing into huge OS pages was refused (" + region.collapseRefusal()
                    + "): those that a purge splits stay small");
        }
        return outcome == Collapse.DONE;
    }

    /// {@return how often an extent was made a huge OS page} Read without the zones' locks.
    public long collapsed() {
        long sum = 0;
        for (Extents kept : extents) {
            sum += kept.collapsed();
        }
        return sum;
    }

    /// {@return how often the system refused that} Read without the zones' locks.
    public long refusals() {
        long sum = 0;
        for (Extents kept : extents) {
            sum += kept.refusals();
        }
        return sum;
    }
}
