// SPDX-License-Identifier: Apache-2.0
package dev.quarry.internal.jfr;

import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.Throttle;

/// [dev.quarry.internal.event.EventKind#RECLAIM].
@Name("quarry.Reclaim")
@Label("Reclaim")
@Description("A request found nothing, and its thread looked for memory to reuse")
@Throttle("100/s")
final class ReclaimEvent extends TimedEvent {
    @Label("Requested")
    @DataAmount
    long requested;

    @Label("Freed")
    @DataAmount
    long freed;

    static void commit(String allocator, long freedBytes, long requestedBytes, long durationNs) {
        ReclaimEvent event = new ReclaimEvent();
        event.allocator = allocator;
        event.requested = requestedBytes;
        event.freed = freedBytes;
        event.elapsed = durationNs;
        event.commit();
    }
}
