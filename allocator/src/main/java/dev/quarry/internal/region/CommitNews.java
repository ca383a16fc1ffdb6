// SPDX-License-Identifier: Apache-2.0
package dev.quarry.internal.region;

import dev.quarry.internal.event.EventHub;
import dev.quarry.internal.event.EventKind;
import java.util.concurrent.atomic.AtomicLong;

/// What a region has committed and nobody has been told of: commits are made under a lock, events are published after
/// it.
///
/// Thread-safe. Two commits at the same moment may be told of as one.
final class CommitNews {
    private final AtomicLong bytes = new AtomicLong();
    private final AtomicLong ns = new AtomicLong();

    void add(long committedBytes, long durationNs) {
        ns.addAndGet(durationNs);
        bytes.addAndGet(committedBytes);
    }

    /// Cost: one read where nothing was committed.
    void publish(EventHub events, Region region) {
        if (bytes.get() != 0) {
            long newBytes = bytes.getAndSet(0);
            long durationNs = ns.getAndSet(0);
            if (newBytes != 0) {
                events.publish(EventKind.COMMIT, region.node(), newBytes, region.committedBytes(), durationNs);
            }
        }
    }
}
