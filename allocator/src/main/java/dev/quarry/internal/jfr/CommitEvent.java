// SPDX-License-Identifier: Apache-2.0
package dev.quarry.internal.jfr;

import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.Throttle;

/// [dev.quarry.internal.event.EventKind#COMMIT].
@Name("quarry.Commit")
@Label("Commit")
@Description("A zone made more memory usable")
@Throttle("100/s")
final class CommitEvent extends TimedEvent {
    @Label("Node")
    int node;

    @Label("Size")
    @DataAmount
    long size;

    @Label("Committed")
    @DataAmount
    long committed;

    static void commit(String allocator, int node, long bytes, long committedBytes, long durationNs) {
        CommitEvent event = new CommitEvent();
        event.allocator = allocator;
        event.node = node;
        event.size = bytes;
        event.committed = committedBytes;
        event.elapsed = durationNs;
        event.commit();
    }
}
