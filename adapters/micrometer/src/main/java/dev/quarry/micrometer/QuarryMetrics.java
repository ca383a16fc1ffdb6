// SPDX-License-Identifier: Apache-2.0
package dev.quarry.micrometer;

import dev.quarry.AllocatorStats;
import dev.quarry.NodeStats;
import dev.quarry.OffHeapAllocator;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.BaseUnits;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.List;
import java.util.function.ToLongFunction;

/// Publishes an allocator's accounting: `new QuarryMetrics(allocator).bindTo(registry)`.
///
/// `quarry.memory.usage` has one gauge for each bucket, told apart by the tag `state`; they add up to
/// `quarry.memory.committed`, for all meters that a registry reads in one go are from one snapshot. The same memory is
/// one more buffer pool under the JVM's own names `jvm.buffer.*`, so that dashboards of direct memory show it. The tag
/// `id` has the name that was given here. `docs/servers.md` lists all meters.
///
/// Cost: one [OffHeapAllocator#stats()] each time that a registry reads its meters, nothing in between. When the
/// allocator is closed, gauges are NaN and counters stay where they are.
///
/// Thread-safe.
public final class QuarryMetrics implements MeterBinder {
    private static final String DEFAULT_ID = "quarry";

    private final OffHeapAllocator allocator;
    private final Tags tags;

    /// Publishes as `quarry`, which is an allocator's name by default.
    /// @param allocator to publish
    public QuarryMetrics(OffHeapAllocator allocator) {
        this(allocator, DEFAULT_ID, List.of());
    }

    /// Publishes under a name of its own, for a service with more than one allocator.
    /// @param allocator to publish
    /// @param id        the tag `id` of all meters
    /// @param extraTags for all meters
    public QuarryMetrics(OffHeapAllocator allocator, String id, Iterable<Tag> extraTags) {
        this.allocator = allocator;
        this.tags = Tags.of(extraTags).and("id", id);
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        Meters meters =
                new Meters(registry, new Snapshots(allocator, registry.config().clock()));
        bindBufferPool(meters);
        bindMemory(meters);
        bindCalls(meters);
        for (NodeStats node : allocator.stats().nodes()) {
            bindNode(meters, node.node());
        }
    }

    /// Names, units and tag of Micrometer's `JvmMemoryMetrics`, where they are those of the JVM's own buffer pools.
    private void bindBufferPool(Meters meters) {
        meters.gauge(
                "jvm.buffer.count",
                BaseUnits.BUFFERS,
                "Blocks handed out and not freed",
                tags,
                AllocatorStats::liveBlocks);
        meters.bytes(
                "jvm.buffer.memory.used",
                "Memory taken from the machine, free memory that is held included",
                tags,
                AllocatorStats::heldBytes);
        meters.bytes("jvm.buffer.total.capacity", "Bytes requested and not freed", tags, AllocatorStats::liveBytes);
    }

    private void bindMemory(Meters meters) {
        bucket(meters, "live", AllocatorStats::liveBytes);
        bucket(meters, "waste", AllocatorStats::wasteBytes);
        bucket(meters, "slab.free", AllocatorStats::slabFreeBytes);
        bucket(meters, "lookaside", AllocatorStats::lookasideBytes);
        bucket(meters, "span.dirty", AllocatorStats::spanDirtyBytes);
        bucket(meters, "span.clean", AllocatorStats::spanCleanBytes);
        bucket(meters, "quarantine", AllocatorStats::quarantineBytes);
        bucket(meters, "metadata", AllocatorStats::metadataBytes);
        meters.bytes(
                "quarry.memory.committed",
                "Memory made usable: the sum of quarry.memory.usage",
                tags,
                AllocatorStats::committedBytes);
        meters.bytes("quarry.memory.limit", "The most that may be committed", tags, AllocatorStats::limitBytes);
        meters.bytes(
                "quarry.memory.reserved",
                "Address space reserved; holds no memory by itself",
                tags,
                AllocatorStats::reservedBytes);
    }

    private void bucket(Meters meters, String state, ToLongFunction<AllocatorStats> bytes) {
        meters.bytes("quarry.memory.usage", "Committed memory by what it is used for", tags.and("state", state), bytes);
    }

    private void bindCalls(Meters meters) {
        meters.gauge(
                "quarry.block.count", "blocks", "Blocks handed out and not freed", tags, AllocatorStats::liveBlocks);
        meters.counter("quarry.mallocs", "Blocks handed out", tags, AllocatorStats::mallocs);
        meters.counter("quarry.frees", "Blocks taken back", tags, AllocatorStats::frees);
        meters.counter(
                "quarry.frees.remote",
                "Those of the frees that another thread than the block's owner did",
                tags,
                AllocatorStats::remoteFrees);
        meters.counter("quarry.frees.invalid", "Frees that were refused", tags, AllocatorStats::invalidFrees);
    }

    private void bindNode(Meters meters, int node) {
        Tags nodeTags = tags.and("node", node < 0 ? "interleaved" : Integer.toString(node));
        meters.bytes(
                "quarry.node.memory.committed",
                "Memory made usable for blocks on this node",
                nodeTags,
                onNode(node, NodeStats::committedBytes));
        numaPages(meters, nodeTags, "hit", onNode(node, NodeStats::numaHit));
        numaPages(meters, nodeTags, "miss", onNode(node, NodeStats::numaMiss));
        numaPages(meters, nodeTags, "foreign", onNode(node, NodeStats::numaForeign));
        numaPages(meters, nodeTags, "interleave.hit", onNode(node, NodeStats::interleaveHit));
        numaPages(meters, nodeTags, "local", onNode(node, NodeStats::localNode));
        numaPages(meters, nodeTags, "other", onNode(node, NodeStats::otherNode));
    }

    private static void numaPages(Meters meters, Tags nodeTags, String event, ToLongFunction<AllocatorStats> pages) {
        meters.counter(
                "quarry.numa.pages",
                "Pages that left a zone for an arena, as the kernel's numastat counts them",
                nodeTags.and("event", event),
                pages);
    }

    private static ToLongFunction<AllocatorStats> onNode(int node, ToLongFunction<NodeStats> value) {
        return stats -> stats.nodes().stream()
                .filter(each -> each.node() == node)
                .mapToLong(value)
                .sum();
    }
}
