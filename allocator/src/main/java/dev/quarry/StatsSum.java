// SPDX-License-Identifier: Apache-2.0
package dev.quarry;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// Adds up the statistics of several allocators: bytes and events are sums, nodes and size classes are put together by
/// their ids. Committed bytes and the limit are those of the first, whose ledger counts for all.
///
/// Not thread-safe.
final class StatsSum {
    private AllocatorStats sum;

    /// @param first the topmost of those that are added
    StatsSum(AllocatorStats first) {
        this.sum = first;
    }

    AllocatorStats get() {
        return sum;
    }

    StatsSum add(AllocatorStats more) {
        sum = new AllocatorStats(
                sum.reservedBytes() + more.reservedBytes(),
                sum.committedBytes(),
                sum.limitBytes(),
                sum.liveBytes() + more.liveBytes(),
                sum.liveBlocks() + more.liveBlocks(),
                sum.wasteBytes() + more.wasteBytes(),
                sum.slabFreeBytes() + more.slabFreeBytes(),
                sum.lookasideBytes() + more.lookasideBytes(),
                sum.spanDirtyBytes() + more.spanDirtyBytes(),
                sum.spanCleanBytes() + more.spanCleanBytes(),
                sum.quarantineBytes() + more.quarantineBytes(),
                sum.metadataBytes() + more.metadataBytes(),
                sum.mallocs() + more.mallocs(),
                sum.frees() + more.frees(),
                sum.remoteFrees() + more.remoteFrees(),
                sum.invalidFrees() + more.invalidFrees(),
                nodes(sum.nodes(), more.nodes()),
                classes(sum.sizeClasses(), more.sizeClasses()));
        return this;
    }

    /// {@return the same with other committed bytes}
    static AllocatorStats withCommitted(AllocatorStats stats, long committedBytes) {
        return new AllocatorStats(
                stats.reservedBytes(),
                committedBytes,
                stats.limitBytes(),
                stats.liveBytes(),
                stats.liveBlocks(),
                stats.wasteBytes(),
                stats.slabFreeBytes(),
                stats.lookasideBytes(),
                stats.spanDirtyBytes(),
                stats.spanCleanBytes(),
                stats.quarantineBytes(),
                stats.metadataBytes(),
                stats.mallocs(),
                stats.frees(),
                stats.remoteFrees(),
                stats.invalidFrees(),
                stats.nodes(),
                stats.sizeClasses());
    }

    /// {@return what remains of an allocator's statistics when it is closed: its events, with the blocks that the close
    /// frees counted as freed; no bytes}
    static AllocatorStats eventsOf(AllocatorStats stats) {
        return new AllocatorStats(
                0,
                0,
                0,
                0,
                0,
                0,
                0,
                0,
                0,
                0,
                0,
                0,
                stats.mallocs(),
                stats.frees() + Math.max(0, stats.mallocs() - stats.frees()),
                stats.remoteFrees(),
                stats.invalidFrees(),
                stats.nodes().stream().map(StatsSum::eventsOf).toList(),
                stats.sizeClasses().stream().map(StatsSum::eventsOf).toList());
    }

    private static NodeStats eventsOf(NodeStats node) {
        return new NodeStats(
                node.node(),
                0,
                0,
                List.of(),
                node.splits(),
                node.merges(),
                node.numaHit(),
                node.numaMiss(),
                node.numaForeign(),
                node.interleaveHit(),
                node.localNode(),
                node.otherNode(),
                node.fullRefusals());
    }

    private static SizeClassStats eventsOf(SizeClassStats row) {
        return new SizeClassStats(
                row.slotBytes(),
                row.slabBytes(),
                row.slotsPerSlab(),
                0,
                0,
                0,
                0,
                0,
                row.mallocs(),
                row.frees() + Math.max(0, row.mallocs() - row.frees()),
                row.refills(),
                row.flushes());
    }

    /// In the order of the first, then what only the second has.
    private static List<NodeStats> nodes(List<NodeStats> first, List<NodeStats> second) {
        List<NodeStats> result = new ArrayList<>(first);
        for (NodeStats more : second) {
            int index = 0;
            while (index < result.size() && result.get(index).node() != more.node()) {
                index++;
            }
            if (index == result.size()) {
                result.add(more);
            } else {
                result.set(index, sum(result.get(index), more));
            }
        }
        return result;
    }

    private static NodeStats sum(NodeStats one, NodeStats other) {
        return new NodeStats(
                one.node(),
                one.reservedBytes() + other.reservedBytes(),
                one.committedBytes() + other.committedBytes(),
                orders(one.freeBlocksByOrder(), other.freeBlocksByOrder()),
                one.splits() + other.splits(),
                one.merges() + other.merges(),
                one.numaHit() + other.numaHit(),
                one.numaMiss() + other.numaMiss(),
                one.numaForeign() + other.numaForeign(),
                one.interleaveHit() + other.interleaveHit(),
                one.localNode() + other.localNode(),
                one.otherNode() + other.otherNode(),
                one.fullRefusals() + other.fullRefusals());
    }

    private static List<Integer> orders(List<Integer> one, List<Integer> other) {
        List<Integer> result = new ArrayList<>();
        for (int order = 0; order < Math.max(one.size(), other.size()); order++) {
            result.add((order < one.size() ? one.get(order) : 0) + (order < other.size() ? other.get(order) : 0));
        }
        return result;
    }

    private static List<SizeClassStats> classes(List<SizeClassStats> first, List<SizeClassStats> second) {
        Map<Integer, SizeClassStats> bySlotBytes = new TreeMap<>();
        first.forEach(row -> bySlotBytes.put(row.slotBytes(), row));
        second.forEach(row -> bySlotBytes.merge(row.slotBytes(), row, StatsSum::sum));
        return List.copyOf(bySlotBytes.values());
    }

    private static SizeClassStats sum(SizeClassStats one, SizeClassStats other) {
        return new SizeClassStats(
                one.slotBytes(),
                one.slabBytes(),
                one.slotsPerSlab(),
                one.slabs() + other.slabs(),
                one.liveBlocks() + other.liveBlocks(),
                one.freeSlots() + other.freeSlots(),
                one.lookasideSlots() + other.lookasideSlots(),
                Math.max(one.lookasideDepth(), other.lookasideDepth()),
                one.mallocs() + other.mallocs(),
                one.frees() + other.frees(),
                one.refills() + other.refills(),
                one.flushes() + other.flushes());
    }
}
