// SPDX-License-Identifier: Apache-2.0
package dev.quarry.internal.jfr;

import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.Throttle;

/// [dev.quarry.internal.event.EventKind#FLUSH].
@Name("quarry.Flush")
@Label("Flush")
@Description("Slabs that an arena has given back since its last refill")
@Throttle("100/s")
final class FlushEvent extends AllocatorEvent {
    @Label("Node")
    int node;

    @Label("Size")
    @DataAmount
    long size;

    @Label("Slabs")
    long slabs;

    static void commit(String allocator, int node, long bytes, long slabs) {
        FlushEvent event = new FlushEvent();
        event.allocator = allocator;
        event.node = node;
        event.size = bytes;
        event.slabs = slabs;
        event.commit();
    }
}
