// SPDX-License-Identifier: Apache-2.0
package dev.quarry;

import dev.quarry.internal.error.ErrorKind;
import dev.quarry.internal.slab.Space;
import dev.quarry.internal.slab.Zone;
import dev.quarry.numa.NativeMemoryException;

/// Says why there is no memory: used, limit, each bucket, and what to do.
final class Exhaustion {
    private Exhaustion() {}

    static String describe(
            AllocatorConfig config, Space space, AllocatorStats stats, long byteSize, NumaPolicy policy) {
        NativeMemoryException refused = null;
        for (Zone zone : space.zones()) {
            refused = refused == null ? zone.pages().region().lastFailure() : refused;
        }
        StringBuilder text = new StringBuilder(512);
        text.append("no memory for ").append(byteSize).append(" bytes: ");
        text.append(stats.committedBytes())
                .append(" bytes are committed of a limit of ")
                .append(stats.limitBytes());
        text.append(" (live ").append(stats.liveBytes());
        text.append(", waste ").append(stats.wasteBytes());
        text.append(", slabFree ").append(stats.slabFreeBytes());
        text.append(", lookaside ").append(stats.lookasideBytes());
        text.append(", spanDirty ").append(stats.spanDirtyBytes());
        text.append(", spanClean ").append(stats.spanCleanBytes());
        text.append(", quarantine ").append(stats.quarantineBytes());
        text.append(", metadata ").append(stats.metadataBytes()).append("); ");
        fullNodes(text, space, policy);
        if (refused != null) {
            space.errors().count(ErrorKind.EXHAUSTED, "the system refused", refused.errnoName(), null);
            text.append("the system refused: ").append(refused.getMessage());
        } else if (byteSize > config.limitBytes()) {
            space.errors().count(ErrorKind.EXHAUSTED, "the request alone is above the limit", "", null);
            text.append("the request alone is above the limit: raise quarry.limit");
        } else if (stats.liveBytes() > stats.limitBytes() / 2) {
            space.errors().count(ErrorKind.EXHAUSTED, "the limit is reached", "", null);
            text.append(
                    "raise quarry.limit, or free more: most of it is in live blocks (report() shows of which size)");
        } else {
            space.errors().count(ErrorKind.EXHAUSTED, "the limit is reached", "", null);
            text.append("raise quarry.limit, or let threads that keep free slots call trim()");
        }
        for (String refusal : space.refusals()) {
            text.append("; ").append(refusal);
        }
        return text.toString();
    }

    /// The nodes that the policy would have taken memory from and that had none.
    private static void fullNodes(StringBuilder text, Space space, NumaPolicy policy) {
        for (Zone zone : space.nodeZones()) {
            boolean asked = policy.nodes().isEmpty() || policy.nodes().contains(zone.node()) || !policy.isStrict();
            if (asked && zone.pages().region().room().refusals() > 0) {
                text.append("node ").append(zone.node()).append(" has no free memory (policy ");
                text.append(policy).append("); ");
            }
        }
    }
}
