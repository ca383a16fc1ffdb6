// SPDX-License-Identifier: Apache-2.0
package dev.quarry.internal.jfr;

import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Throttle;

/// [dev.quarry.internal.event.EventKind#EXHAUSTED]. The only one with a stack: it tells who asked.
@Name("quarry.Exhausted")
@Label("Exhausted")
@Description("A request was refused for want of memory")
@StackTrace
@Throttle("100/s")
final class ExhaustedEvent extends AllocatorEvent {
    @Label("Requested")
    @DataAmount
    long requested;

    @Label("Committed")
    @DataAmount
    long committed;

    @Label("Limit")
    @DataAmount
    long limit;

    static void commit(String allocator, long requestedBytes, long committedBytes, long limitBytes) {
        ExhaustedEvent event = new ExhaustedEvent();
        event.allocator = allocator;
        event.requested = requestedBytes;
        event.committed = committedBytes;
        event.limit = limitBytes;
        event.commit();
    }
}
