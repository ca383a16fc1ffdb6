// SPDX-License-Identifier: Apache-2.0
package dev.quarry.internal.slab;

import dev.quarry.internal.region.Region;
import dev.quarry.numa.NativeMemory;
import dev.quarry.numa.NativeMemoryException;
import dev.quarry.numa.NodeSet;
import dev.quarry.numa.Placement;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicLong;

/// Tells the system which OS pages the zones should get: of which node, and of which size. What it refuses is
/// remembered for the report and changes nothing else.
///
/// Used by who makes the space; the count of refusals is read by anyone.
final class ZonePlacement {
    private final NativeMemory os;
    private final Refusals refusals;
    private final AtomicLong bindRefusals = new AtomicLong();

    ZonePlacement(NativeMemory os, Refusals refusals) {
        this.os = os;
        this.refusals = refusals;
    }

    /// {@return how often the system refused to bind a zone}
    long bindRefusals() {
        return bindRefusals.get();
    }

    /// Asks for huge OS pages.
    /// @param address  of a range
    /// @param byteSize its length
    /// @return whether the system grants them
    boolean tryHugePages(long address, long byteSize) {
        try {
            os.hugePages(address, byteSize, true);
            return true;
        } catch (NativeMemoryException refused) {
            refusals.note("huge pages was refused (" + refused.errnoName() + ")");
            refusals.count(refused);
            return false;
        }
    }

    /// Binds each zone to its node. By preference, not strictly: a touch beyond the end of a strictly bound node ends
    /// the process. That a node is full is found out before memory is committed, by the region's `NodeRoom`.
    /// @param zones       of a space
    /// @param interleaved the nodes of the zone that is spread
    void bind(Zone[] zones, NodeSet interleaved) {
        Set<Integer> refusedNodes = new TreeSet<>();
        String errno = "";
        for (Zone zone : zones) {
            boolean spread = zone.node() == Zone.SPREAD;
            NodeSet to = spread ? interleaved : NodeSet.of(zone.node());
            Region region = zone.pages().region();
            try {
                os.bind(region.base(), region.byteSize(), spread ? Placement.INTERLEAVE : Placement.PREFERRED, to);
            } catch (NativeMemoryException refused) {
                bindRefusals.incrementAndGet();
                refusals.count(refused);
                errno = refused.errnoName();
                to.ids().forEach(refusedNodes::add);
            }
        }
        if (!refusedNodes.isEmpty()) {
            noteUnbound(NodeSet.of(refusedNodes.stream().mapToInt(node -> node)), errno);
        }
    }

    private void noteUnbound(NodeSet refused, String errno) {
        refusals.note("binding to node" + (refused.size() == 1 ? " " : "s ") + refused + " was refused (" + errno
                + "): memory comes from the node that first touches it");
    }
}
