// SPDX-License-Identifier: Apache-2.0
package dev.quarry.internal.slab;

import static dev.quarry.internal.buddy.SpanMap.PAGE_BYTES;
import static dev.quarry.internal.buddy.SpanMap.PAGE_SHIFT;
import static dev.quarry.internal.slab.SizeClasses.FRAME_BYTES;
import static dev.quarry.numa.RawMemory.getLong;
import static dev.quarry.numa.RawMemory.putLong;

import dev.quarry.AllocatorConfig;
import dev.quarry.HugePages;
import dev.quarry.NumaPolicy;
import dev.quarry.internal.buddy.MetadataHeap;
import dev.quarry.internal.buddy.PageAllocator;
import dev.quarry.internal.error.DistinctErrors;
import dev.quarry.internal.event.EventHub;
import dev.quarry.internal.region.Backing;
import dev.quarry.internal.region.CommitLedger;
import dev.quarry.internal.region.NodeRoom;
import dev.quarry.internal.region.Region;
import dev.quarry.internal.region.Reservations;
import dev.quarry.internal.region.Table;
import dev.quarry.numa.NativeMemory;
import dev.quarry.numa.NativeMemoryException;
import dev.quarry.numa.NodeSet;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// One allocator's address space: the zones' regions side by side, and the metadata, laid out by [SpaceLayout].
///
/// Which zone an address belongs to is a subtraction and a shift; which slab, one load from the [FrameTable].
///
/// The first record of the pool is the *null slab*, which has no free slot: the current slab of classes without one.
///
/// Thread-safe: all fields are final or volatile.
public final class Space {
    private static final long POOL_GRANULE_BYTES = 32 << 10;
    private static final long MAX_ALIGNMENT = 1L << 30;

    /// First address of the data.
    public final long base;

    /// Bytes of the data.
    public final long byteSize;

    /// Which slab lies where.
    public final FrameTable frames;

    /// Address of the metadata's pool and of the null slab.
    public final long nullSlab;

    private final NativeMemory os;
    private final AllocatorConfig config;
    private final EventHub events;
    private final CommitLedger ledger;
    private final DistinctErrors errors;
    private final Backing backing;
    private final SpaceLayout layout;
    private final long metadataBase;
    private final int zoneShift;
    private final Region poolRegion;
    private final Region tables;
    private final MetadataHeap metadata;
    private final Zone[] zones;
    private final Zone[] nodeZones;
    private final Zone[] interleavedZones;
    private final NodeSet nodes;
    private final NodeSet interleavedNodes;
    private final AtomicLong invalidFrees = new AtomicLong();
    private final AtomicLong lateFrees = new AtomicLong();
    private final Refusals refusals;
    private final ZonePlacement placement;
    private volatile @Nullable Neighbours neighbours;
    private volatile @Nullable Collapser collapser;
    private final Watermarks watermarks;
    private final AtomicInteger shortZones = new AtomicInteger();

    /// Reserves and lays out a space.
    /// @param os     the operating system
    /// @param config the options
    /// @param nodes  ids of the NUMA nodes, ascending, one zone each
    /// @throws NativeMemoryException if the address space cannot be had
    public Space(NativeMemory os, AllocatorConfig config, int[] nodes) {
        this(os, config, nodes, null);
    }

    /// Reserves and lays out the space of an allocator that is another's child.
    /// @param os     the operating system
    /// @param config the options
    /// @param nodes  ids of the NUMA nodes, ascending, one zone each
    /// @param parent who must grant all credit as well; null for nobody
    /// @throws NativeMemoryException if the address space cannot be had
    /// @throws dev.quarry.OutOfOffHeapMemoryError if there is no credit for the first metadata
    public Space(NativeMemory os, AllocatorConfig config, int[] nodes, @Nullable CommitLedger parent) {
        this.os = os;
        this.config = config;
        this.events = new EventHub(os);
        this.ledger = new CommitLedger(config.limitBytes(), parent);
        this.errors = new DistinctErrors(config.name(), os);
        this.refusals = new Refusals(errors, events);
        this.placement = new ZonePlacement(os, refusals);
        this.backing = Backing.of(config);
        this.watermarks = Watermarks.of(config.limitBytes() / nodes.length);
        this.nodes = NodeSet.of(nodes);
        this.interleavedNodes = interleavedNodes(config.numaPolicy());
        this.layout = SpaceLayout.of(config, nodes.length);
        this.zoneShift = layout.zoneShift();
        this.byteSize = layout.dataBytes();
        this.base = Reservations.reserve(os, byteSize, Math.min(MAX_ALIGNMENT, layout.zoneBytes()));
        long metadataStart = 0;
        try {
            metadataStart = Reservations.reserve(os, layout.metadataBytes(), FRAME_BYTES);
            this.metadataBase = metadataStart;
            this.nullSlab = metadataStart;
            long tablesStart = metadataStart + layout.poolBytes();
            os.commit(tablesStart, layout.frameTableBytes());
            this.frames = new FrameTable(tablesStart, base, nullSlab);
            this.poolRegion = metadataRegion(metadataStart, layout.poolBytes(), nodes[0]);
            this.tables = metadataRegion(tablesStart, layout.tableBytes(), nodes[0]);
            PageTables pageTables = new PageTables(tables, os.osPageBytes(), layout.frameTableBytes());
            this.metadata = makePool(pageTables);
            long first = metadata.bootAllocate(SlabLayout.BYTES);
            if (first != nullSlab) {
                throw new IllegalStateException("the null slab is not the first record");
            }
            putLong(nullSlab + SlabLayout.HEAD, SlabLayout.END);
            this.zones = new Zone[layout.zones()];
            for (int index = 0; index < zones.length; index++) {
                int node = index < nodes.length ? nodes[index] : Zone.SPREAD;
                zones[index] = makeZone(index, node, pageTables);
            }
            this.nodeZones = Arrays.copyOf(zones, nodes.length);
            this.interleavedZones = membersOfInterleaving();
            metadata.retireBoot();
        } catch (RuntimeException | Error failure) {
            abandon(metadataStart);
            throw failure;
        }
        nameMappings();
    }

    /// Those whose addresses may be mistaken for this space's.
    public interface Neighbours {
        /// {@return to whom an address belongs; null where it is none of them}
        /// @param address any
        @Nullable
        String ownerOf(long address);
    }

    private Region metadataRegion(long address, long bytes, int node) {
        return new Region(os, ledger, errors, address, bytes, node, Backing.ON_DEMAND, NodeRoom.UNLIMITED);
    }

    private NodeSet interleavedNodes(NumaPolicy policy) {
        return policy.kind() == NumaPolicy.Kind.INTERLEAVE && !policy.nodes().isEmpty() ? policy.nodes() : nodes;
    }

    private Zone[] membersOfInterleaving() {
        List<Zone> interleaved = new ArrayList<>();
        for (Zone zone : nodeZones) {
            if (interleavedNodes.contains(zone.node())) {
                interleaved.add(zone);
            }
        }
        return interleaved.toArray(new Zone[0]);
    }

    private MetadataHeap makePool(PageTables pageTables) {
        long poolBytes = layout.poolBytes();
        return new MetadataHeap(
                poolRegion,
                pageTables.records(poolBytes),
                pageTables.dirty(poolBytes),
                pageTables.free(poolBytes),
                POOL_GRANULE_BYTES);
    }

    private Zone makeZone(int index, int node, PageTables pageTables) {
        long zoneBytes = layout.zoneBytes();
        long offset = index * zoneBytes;
        NodeRoom room = nodes.size() == 1 || node == Zone.SPREAD ? NodeRoom.UNLIMITED : NodeRoom.of(os, node);
        Region region = new Region(os, ledger, errors, base + offset, zoneBytes, node, backing, room);
        // Each zone's part of the frame table is a table of its own, since it grows under the zone's own lock.
        Table entries = new Table(tables, FrameTable.Part.begin(offset), os.osPageBytes(), true);
        PageAllocator pages = new PageAllocator(
                region,
                pageTables.records(zoneBytes),
                pageTables.dirty(zoneBytes),
                pageTables.free(zoneBytes),
                new FrameTable.Part(entries),
                config.commitGranuleBytes());
        ZoneLevel level = new ZoneLevel(pages, ledger, watermarks, shortZones);
        return new Zone(index, pages, frames, metadata, level, ledger, events);
    }

    /// Binds each zone's range to its node, and asks for huge pages and locking as configured; what the system refuses
    /// is remembered for the report and changes nothing else.
    public void place() {
        if (config.hugePages() == HugePages.TRANSPARENT
                && placement.tryHugePages(base, byteSize)
                && os.osPageBytes() == PAGE_BYTES) {
            // With larger OS pages huge ones have other sizes.
            collapser = new Collapser(refusals, zones);
        }
        if (zones.length > 1) {
            placement.bind(zones, interleavedNodes);
        }
    }

    /// {@return who looks after huge OS pages; null where there are none}
    public @Nullable Collapser collapser() {
        return collapser;
    }

    /// {@return the zone of an address in the data, or of its first zone where none is}
    /// @param offset address less [#base]
    public Zone zoneAt(long offset) {
        int index = (int) (offset >>> zoneShift);
        return zones[index < zones.length ? index : 0];
    }

    /// {@return the zone of a slab}
    /// @param slab descriptor
    public Zone zoneOf(long slab) {
        return zoneAt(getLong(slab + SlabLayout.BASE) - base);
    }

    /// {@return all zones: one a node, and where there are several nodes the interleaved one}
    public Zone[] zones() {
        return zones;
    }

    /// {@return the zones of nodes, by ascending node}
    public Zone[] nodeZones() {
        return nodeZones;
    }

    /// {@return the marks against which each zone holds what it has available}
    public Watermarks watermarks() {
        return watermarks;
    }

    /// {@return how many zones are short of memory: below their low watermark, or not yet back above the high one}
    public int shortZones() {
        return shortZones.get();
    }

    /// {@return the zone of a node; null if the allocator does not use it}
    /// @param node the kernel's id
    public @Nullable Zone zoneOfNode(int node) {
        for (Zone zone : nodeZones) {
            if (zone.node() == node) {
                return zone;
            }
        }
        return null;
    }

    /// {@return the nodes that have a zone}
    public NodeSet nodes() {
        return nodes;
    }

    /// {@return the zone whose OS pages the kernel spreads; null with one node only}
    public @Nullable Zone interleavedZone() {
        return zones.length > nodeZones.length ? zones[nodeZones.length] : null;
    }

    /// {@return the nodes over which it spreads them}
    public NodeSet interleavedNodes() {
        return interleavedNodes;
    }

    /// {@return the zones of those nodes, by ascending node}
    public Zone[] interleavedZones() {
        return interleavedZones;
    }

    /// {@return how often the system refused to bind a zone to its node}
    public long bindRefusals() {
        return placement.bindRefusals();
    }

    /// {@return the metadata}
    public MetadataHeap metadata() {
        return metadata;
    }

    /// {@return the ledger of committed bytes}
    public CommitLedger ledger() {
        return ledger;
    }

    /// {@return what went wrong so far}
    public DistinctErrors errors() {
        return errors;
    }

    /// {@return the options}
    public AllocatorConfig config() {
        return config;
    }

    /// {@return the operating system}
    public NativeMemory os() {
        return os;
    }

    /// {@return where slow paths tell what they do}
    public EventHub events() {
        return events;
    }

    /// Remembers for the report what the system refused, each refusal once.
    /// @param refusal what was refused, and what that changed
    public void note(String refusal) {
        refusals.note(refusal);
    }

    /// {@return the system's last refusal of memory for data or metadata; null where the limit refused, or nobody}
    public @Nullable NativeMemoryException lastRefusal() {
        for (Zone zone : zones) {
            if (zone.pages().region().lastFailure() != null) {
                return zone.pages().region().lastFailure();
            }
        }
        return poolRegion.lastFailure() == null ? tables.lastFailure() : poolRegion.lastFailure();
    }

    /// {@return what the system refused}
    public List<String> refusals() {
        List<String> all = refusals.lines();
        if (backing.populateRefusal() != null) {
            all.add("populating memory was refused (" + backing.populateRefusal() + "): it comes at its first use");
        }
        if (backing.lockRefusals() > 0) {
            all.add("locking memory was refused " + backing.lockRefusals() + " times");
        }
        return all;
    }

    /// {@return bytes of data and metadata that the system holds in memory now} Costs system calls.
    public long residentBytes() {
        long resident = resident(poolRegion.base(), metadata.pages().buddy().frontierPages() << PAGE_SHIFT);
        resident += resident(tables.base(), tables.byteSize());
        for (Zone zone : zones) {
            resident += resident(zone.base(), zone.pages().buddy().frontierPages() << PAGE_SHIFT);
        }
        return resident;
    }

    private long resident(long address, long bytes) {
        return bytes == 0 ? 0 : os.residentBytes(address, bytes);
    }

    /// {@return committed bytes of pool and tables}
    public long metadataBytes() {
        return poolRegion.committedBytes() + tables.committedBytes();
    }

    /// {@return committed bytes of all regions: what the ledger counts, but for those of children and what is in
    /// flight}
    public long committedBytes() {
        long bytes = metadataBytes();
        for (Zone zone : zones) {
            bytes += zone.pages().region().committedBytes();
        }
        return bytes;
    }

    /// {@return about how many bytes of free pages could go back now} Read without the zones' locks.
    public long freeBytesRacy() {
        long bytes = 0;
        for (Zone zone : zones) {
            bytes += zone.pages().dirtyFreeBytes() + zone.pages().cleanFreeBytes();
        }
        return bytes;
    }

    /// {@return whether an address lies in the data}
    /// @param address any
    public boolean contains(long address) {
        return Long.compareUnsigned(address - base, byteSize) < 0;
    }

    /// Tells to whom addresses outside belong, for the wording of refusals.
    /// @param known who know
    public void setNeighbours(Neighbours known) {
        neighbours = known;
    }

    /// {@return who an address outside belongs to; null where that is not known}
    /// @param address not in the data
    public @Nullable String neighbourAt(long address) {
        Neighbours known = neighbours;
        return known == null ? null : known.ownerOf(address);
    }

    /// {@return address space held, in bytes}
    public long reservedBytes() {
        return byteSize + layout.metadataBytes();
    }

    /// {@return frees that were refused}
    public AtomicLong invalidFrees() {
        return invalidFrees;
    }

    /// {@return frees after the close, which are ignored}
    public AtomicLong lateFrees() {
        return lateFrees;
    }

    /// Gives the contents of everything back to the system, then all credit to the ledger's parent. The address space
    /// stays mapped: see [Reservations].
    /// @param quiescent whether no thread can be inside a call, so that the metadata can go as well
    public void close(boolean quiescent) {
        ledger.freeze();
        boolean purged = true;
        for (Zone zone : zones) {
            purged &= zone.tryEmpty();
        }
        if (purged) {
            Reservations.giveBack(os, base, byteSize);
        }
        if (quiescent && tryPurgeMetadata()) {
            Reservations.giveBack(os, metadataBase, layout.metadataBytes());
        }
        ledger.close();
    }

    private boolean tryPurgeMetadata() {
        try {
            os.commit(metadataBase, layout.metadataBytes());
            os.purge(metadataBase, layout.metadataBytes());
            return true;
        } catch (NativeMemoryException refused) {
            return false;
        }
    }

    private void abandon(long metadataStart) {
        ledger.close();
        Reservations.giveBack(os, base, byteSize);
        if (metadataStart != 0) {
            try {
                os.commit(metadataStart, layout.metadataBytes());
                os.purge(metadataStart, layout.metadataBytes());
                Reservations.giveBack(os, metadataStart, layout.metadataBytes());
            } catch (NativeMemoryException refused) {
                // Stays reserved and unused: address space only, and the failure that brought us here is the one to
                // tell.
                refusals.count(refused);
            }
        }
    }

    private void nameMappings() {
        os.name(base, byteSize, config.name());
        os.name(metadataBase, layout.metadataBytes(), config.name() + "-metadata");
    }

    /// {@return bytes rounded up to whole pages, as a number of pages}
    /// @param byteSize more than 0
    public static long pagesOf(long byteSize) {
        return byteSize + PAGE_BYTES - 1 >>> PAGE_SHIFT;
    }
}
