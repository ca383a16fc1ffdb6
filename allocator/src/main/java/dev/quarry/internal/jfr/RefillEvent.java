// SPDX-License-Identifier: Apache-2.0
package dev.quarry.internal.jfr;

import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.Throttle;

/// [dev.quarry.internal.event.EventKind#REFILL].
@Name("quarry.Refill")
@Label("Refill")
@Description("An arena took a slab from its zone")
@Throttle("100/s")
final class RefillEvent extends AllocatorEvent {
    @Label("Node")
    int node;

    @Label("Slab Size")
    @DataAmount
    long slabSize;

    @Label("Slot Size")
    @DataAmount
    long slotSize;

    static void commit(String allocator, int node, long slabBytes, long slotBytes) {
        RefillEvent event = new RefillEvent();
        event.allocator = allocator;
        event.node = node;
        event.slabSize = slabBytes;
        event.slotSize = slotBytes;
        event.commit();
    }
}
