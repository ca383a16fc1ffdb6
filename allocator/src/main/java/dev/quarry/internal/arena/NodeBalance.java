// SPDX-License-Identifier: Apache-2.0
package dev.quarry.internal.arena;

import static dev.quarry.internal.buddy.SpanMap.PAGE_SHIFT;

import dev.quarry.NodePlacement;
import dev.quarry.internal.buddy.SpanMap;
import dev.quarry.internal.slab.Space;
import dev.quarry.internal.slab.Zone;
import dev.quarry.numa.NativeMemory;
import dev.quarry.numa.NativeMemoryException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntPredicate;

/// Where the OS pages really lie, and moving them to where they should.
///
/// Asks the system page by page, outside of any lock: a page that changes its use meanwhile is moved or counted all the
/// same, which is harmless.
///
/// Not thread-safe; made for one use.
public final class NodeBalance {
    /// A zone is put right when more than one in so many of its sampled pages lies elsewhere.
    private static final int DRIFT_FRACTION = 16;

    private static final int CHUNK_PAGES = 1024;

    private final Space space;
    private final NativeMemory os;
    private final int osPageBytes;
    private final int[] nodes = new int[CHUNK_PAGES];

    /// @param space whose pages are meant
    public NodeBalance(Space space) {
        this.space = space;
        this.os = space.os();
        this.osPageBytes = os.osPageBytes();
    }

    /// Moves the OS pages of a block.
    /// @param address  of the block
    /// @param byteSize its bytes
    /// @param node     the kernel's id
    /// @return the bytes of its OS pages that lie there now
    /// @throws IllegalArgumentException if the allocator uses no such node
    public long migrate(long address, long byteSize, int node) {
        if (space.zoneOfNode(node) == null) {
            throw new IllegalArgumentException("there is no node " + node + " here: there is " + space.nodes());
        }
        long start = address & -osPageBytes;
        long end = address + byteSize + osPageBytes - 1 & -osPageBytes;
        return os.move(start, end - start, node);
    }

    /// Moves free dirty pages to their zones' nodes, where too many lie elsewhere. What the system refuses is noted.
    /// @return bytes moved
    public long rebalance() {
        long moved = 0;
        for (Zone zone : space.nodeZones()) {
            try {
                moved += space.nodeZones().length > 1 ? rebalance(zone) : 0;
            } catch (NativeMemoryException refused) {
                space.note("moving pages to node " + zone.node() + " was refused (" + refused.errnoName()
                        + "): they stay where they are");
            }
        }
        return moved;
    }

    private long rebalance(Zone zone) {
        List<Run> runs = runs(zone, state -> state == SpanMap.FREE);
        long there = 0;
        long elsewhere = 0;
        for (Run run : runs) {
            long[] count = count(run, zone.node());
            there += count[0];
            elsewhere += count[1];
        }
        if (elsewhere * DRIFT_FRACTION <= there + elsewhere) {
            return 0;
        }
        long thereAfter = 0;
        for (Run run : runs) {
            thereAfter += os.move(run.address, run.bytes, zone.node());
        }
        return Math.max(0, thereAfter - there * osPageBytes);
    }

    /// Asks the system where pages of live memory lie.
    ///
    /// The sample takes every so many-th OS page of slabs and spans in use, in the order of their addresses; pages that
    /// were never touched lie nowhere.
    /// @param wanted about how many pages of each node
    /// @return one line a node
    public List<NodePlacement> sample(int wanted) {
        List<NodePlacement> lines = new ArrayList<>();
        for (Zone zone : space.nodeZones()) {
            List<Run> runs = runs(zone, state -> state == SpanMap.SLAB || state == SpanMap.SPAN);
            long pages = runs.stream().mapToLong(Run::bytes).sum() / osPageBytes;
            long step = Math.max(1, pages / wanted);
            int[] count = new int[3];
            long skip = 0;
            for (Run run : runs) {
                for (; skip < run.bytes / osPageBytes; skip += step) {
                    os.nodesOf(run.address + skip * osPageBytes, 1, nodes);
                    count[0]++;
                    count[1] += nodes[0] == NativeMemory.NOT_RESIDENT ? 0 : 1;
                    count[2] += nodes[0] == zone.node() ? 1 : 0;
                }
                skip -= run.bytes / osPageBytes;
            }
            lines.add(new NodePlacement(zone.node(), count[0], count[1], count[2]));
        }
        return lines;
    }

    private record Run(long address, long bytes) {}

    private static List<Run> runs(Zone zone, IntPredicate wanted) {
        List<Run> runs = new ArrayList<>();
        zone.locked(() -> zone.walk().forEachSpan((page, word) -> {
            if (wanted.test(SpanMap.state(word))) {
                runs.add(new Run(zone.base() + (page << PAGE_SHIFT), SpanMap.pages(word) << PAGE_SHIFT));
            }
        }));
        return runs;
    }

    /// {@return resident OS pages of a run: those on the node, and the others}
    private long[] count(Run run, int node) {
        long[] count = new long[2];
        for (long offset = 0; offset < run.bytes; offset += (long) CHUNK_PAGES * osPageBytes) {
            int pages = (int) Math.min(CHUNK_PAGES, (run.bytes - offset) / osPageBytes);
            os.nodesOf(run.address + offset, pages, nodes);
            for (int page = 0; page < pages; page++) {
                if (nodes[page] != NativeMemory.NOT_RESIDENT) {
                    count[nodes[page] == node ? 0 : 1]++;
                }
            }
        }
        return count;
    }
}
