// SPDX-License-Identifier: Apache-2.0
package dev.quarry.internal.jfr;

import dev.quarry.AllocatorStats;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.Period;

/// The accounting, written periodically: the buckets add up to the committed bytes.
@Name("quarry.Statistics")
@Label("Statistics")
@Description("Where every committed byte is")
@Period("1 s")
final class StatisticsEvent extends AllocatorEvent {
    @Label("Limit")
    @DataAmount
    long limit;

    @Label("Committed")
    @DataAmount
    long committed;

    @Label("Live")
    @DataAmount
    long live;

    @Label("Waste")
    @DataAmount
    long waste;

    @Label("Free in Slabs")
    @DataAmount
    long slabFree;

    @Label("Lookaside")
    @DataAmount
    long lookaside;

    @Label("Dirty Free Spans")
    @DataAmount
    long spanDirty;

    @Label("Clean Free Spans")
    @DataAmount
    long spanClean;

    @Label("Quarantine")
    @DataAmount
    long quarantine;

    @Label("Metadata")
    @DataAmount
    long metadata;

    @Label("Live Blocks")
    long liveBlocks;

    @Label("Mallocs")
    long mallocs;

    @Label("Frees")
    long frees;

    @Label("Remote Frees")
    long remoteFrees;

    @Label("Refused Frees")
    long refusedFrees;

    static void commit(String allocator, AllocatorStats stats) {
        StatisticsEvent event = new StatisticsEvent();
        event.allocator = allocator;
        event.limit = stats.limitBytes();
        event.committed = stats.committedBytes();
        event.live = stats.liveBytes();
        event.waste = stats.wasteBytes();
        event.slabFree = stats.slabFreeBytes();
        event.lookaside = stats.lookasideBytes();
        event.spanDirty = stats.spanDirtyBytes();
        event.spanClean = stats.spanCleanBytes();
        event.quarantine = stats.quarantineBytes();
        event.metadata = stats.metadataBytes();
        event.liveBlocks = stats.liveBlocks();
        event.mallocs = stats.mallocs();
        event.frees = stats.frees();
        event.remoteFrees = stats.remoteFrees();
        event.refusedFrees = stats.invalidFrees();
        event.commit();
    }
}
