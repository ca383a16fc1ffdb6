// SPDX-License-Identifier: Apache-2.0
package dev.quarry;

import dev.quarry.internal.arena.ArenaPool;
import dev.quarry.internal.arena.NodeBalance;
import dev.quarry.internal.buddy.SpanMap;
import dev.quarry.internal.slab.Collapser;
import dev.quarry.internal.slab.Space;
import dev.quarry.numa.NativeMemory;
import dev.quarry.numa.NativeMemoryException;
import dev.quarry.numa.RawMemory;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// Writes the text report. The buckets are an addition that comes out.
final class Report {
    private static final int SAMPLED_PAGES = 256;

    private final AllocatorConfig config;
    private final Space space;
    private final ArenaPool pool;
    private final PressureMonitor pressure;
    private final String shortage;
    private final long residentBytes;
    private final StringBuilder out = new StringBuilder(4096);

    /// @param shortage what [ShortageSection] says
    Report(
            AllocatorConfig config,
            Space space,
            ArenaPool pool,
            PressureMonitor pressure,
            String shortage,
            long residentBytes) {
        this.shortage = shortage;
        this.residentBytes = residentBytes;
        this.config = config;
        this.space = space;
        this.pool = pool;
        this.pressure = pressure;
    }

    String text(AllocatorStats stats) {
        line(
                "Quarry allocator \"%s\" on %s, memory access %s",
                config.name(), space.os().description(), RawMemory.accessMode());
        for (String refusal : space.refusals()) {
            line("note: %s", refusal);
        }
        if (space.os().isPortable()) {
            line("note: portable mode: memory is committed from the start, and nothing can be given back");
        }
        buckets(stats);
        out.append(BudgetSection.text(config.budget()));
        out.append(PressureSection.text(pressure));
        out.append(shortage);
        line("");
        line("%-14s %,20d   mallocs", "calls", stats.mallocs());
        line("%-14s %,20d   frees, of which %,d remote", "", stats.frees(), stats.remoteFrees());
        line("%-14s %,20d   frees refused", "", stats.invalidFrees());
        line(
                "%-14s %,20d   arenas, %,d of them idle; %,d adopted from ended threads, %,d from idle ones",
                "", pool.arenaCount(), pool.idleCount(), pool.adoptions(), pool.idleAdoptions());
        hugePages(space.collapser());
        classes(stats);
        nodes(stats);
        if (space.nodeZones().length > 1) {
            numastat(stats);
            placement();
        }
        ErrorReport.write(space.errors(), out);
        return out.toString();
    }

    private void buckets(AllocatorStats stats) {
        line("");
        row("live", stats.liveBytes(), stats, stats.liveBlocks() + " blocks");
        row("waste", stats.wasteBytes(), stats, "slot or page bytes beyond what was asked for");
        row("slabFree", stats.slabFreeBytes(), stats, "free slots of slabs in use");
        row("lookaside", stats.lookasideBytes(), stats, "kept for reuse, or on the way home");
        row("spanDirty", stats.spanDirtyBytes(), stats, "free pages, perhaps resident");
        row("spanClean", stats.spanCleanBytes(), stats, "free pages, not resident");
        row("quarantine", stats.quarantineBytes(), stats, "freed, not yet reusable");
        row("metadata", stats.metadataBytes(), stats, "descriptors, links, tables");
        row("= committed", stats.committedBytes(), stats, "limit " + stats.limitBytes());
        if (residentBytes == NativeMemory.UNKNOWN) {
            line("%-14s %20s", "resident", "unknown");
        } else {
            line("%-14s %,20d", "resident", residentBytes);
        }
        line("%-14s %,20d", "reserved", stats.reservedBytes());
    }

    private void row(String name, long bytes, AllocatorStats stats, String remark) {
        double share = 100.0 * bytes / Math.max(1, stats.committedBytes());
        line("%-14s %,20d  %5.1f %%  %s", name, bytes, share, remark);
    }

    private void hugePages(@Nullable Collapser collapser) {
        if (collapser != null) {
            line(
                    "%-14s %,20d   collapsed, %,d times refused",
                    "huge OS pages", collapser.collapsed(), collapser.refusals());
        }
    }

    private void classes(AllocatorStats stats) {
        line("");
        line(
                "%8s %8s %10s %10s %8s %14s %14s %9s %9s",
                "slot", "slabs", "live", "free", "depth", "mallocs", "frees", "refills", "flushes");
        for (SizeClassStats row : stats.sizeClasses()) {
            if (row.mallocs() != 0) {
                line(
                        "%8d %8d %10d %10d %8d %14d %14d %9d %9d",
                        row.slotBytes(),
                        row.slabs(),
                        row.liveBlocks(),
                        row.freeSlots(),
                        row.lookasideDepth(),
                        row.mallocs(),
                        row.frees(),
                        row.refills(),
                        row.flushes());
            }
        }
    }

    private void nodes(AllocatorStats stats) {
        line("");
        for (NodeStats node : stats.nodes()) {
            line(
                    "%s: committed %,d of %,d, %,d splits, %,d merges, %,d times asked for more and full",
                    node.node() < 0 ? "interleaved over nodes " + space.interleavedNodes() : "node " + node.node(),
                    node.committedBytes(),
                    node.reservedBytes(),
                    node.splits(),
                    node.merges(),
                    node.fullRefusals());
        }
        view("buddyinfo, free blocks of 2^k pages of " + SpanMap.PAGE_BYTES + " bytes", KernelView.BUDDYINFO, stats);
    }

    private void numastat(AllocatorStats stats) {
        String title = "numastat, in pages of " + SpanMap.PAGE_BYTES + " bytes; policy " + config.numaPolicy();
        view(title, KernelView.NUMASTAT, stats);
    }

    private void view(String title, KernelView view, AllocatorStats stats) {
        line("");
        line("%s", title);
        view.text(stats).lines().forEach(each -> line("%s", each));
    }

    private void placement() {
        try {
            for (NodePlacement node : new NodeBalance(space).sample(SAMPLED_PAGES)) {
                line(
                        "node %d: %.1f %% of %d resident pages sampled lie on it",
                        node.node(), node.placedPercent(), node.residentPages());
            }
        } catch (NativeMemoryException refused) {
            line("where pages lie is not known: %s was refused (%s)", "move_pages", refused.errnoName());
        }
    }

    private void line(String format, Object... arguments) {
        out.append(String.format(Locale.ROOT, format, arguments)).append(System.lineSeparator());
    }
}
