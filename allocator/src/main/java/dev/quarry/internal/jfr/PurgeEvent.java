// SPDX-License-Identifier: Apache-2.0
package dev.quarry.internal.jfr;

import dev.quarry.internal.event.EventKind;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.Throttle;

/// [EventKind#PURGE].
@Name("quarry.Purge")
@Label("Purge")
@Description("A zone gave memory back to the system")
@Throttle("100/s")
final class PurgeEvent extends TimedEvent {
    @Label("Node")
    int node;

    @Label("Size")
    @DataAmount
    long size;

    @Label("Cause")
    @Description("decay: free for too long; trim: all was asked back; shortage: memory is short; "
            + "growth: fresh memory was taken while much lay free")
    String cause = "";

    static void commit(String allocator, int node, long bytes, long why, long durationNs) {
        PurgeEvent event = new PurgeEvent();
        event.allocator = allocator;
        event.node = node;
        event.size = bytes;
        event.cause = cause(why);
        event.elapsed = durationNs;
        event.commit();
    }

    private static String cause(long why) {
        return switch ((int) why) {
            case EventKind.BY_DECAY -> "decay";
            case EventKind.BY_TRIM -> "trim";
            case EventKind.BY_GROWTH -> "growth";
            default -> "shortage";
        };
    }
}
