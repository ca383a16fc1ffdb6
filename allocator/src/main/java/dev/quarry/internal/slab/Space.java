// SPDX-License-Identifier: Apache-2.0
package dev.quarry.internal.slab;

import static dev.quarry.internal.buddy.SpanMap.PAGE_BYTES;
import static dev.quarry.internal.buddy.SpanMap.PAGE_SHIFT;
import static dev.quarry.internal.slab.SizeClasses.FRAME_BYTES;
import static dev.quarry.internal.slab.SizeClasses.FRAME_SHIFT;
import static dev.quarry.numa.RawMemory.asAddress;
import static dev.quarry.numa.RawMemory.getInt;
import static dev.quarry.numa.RawMemory.getLong;
import static dev.quarry.numa.RawMemory.putIntRelease;
import static dev.quarry.numa.RawMemory.putLong;
import static dev.quarry.numa.RawMemory.putLongRelease;

import dev.quarry.AllocatorConfig;
import dev.quarry.HugePages;
import dev.quarry.NumaPolicy;
import dev.quarry.internal.buddy.Growth;
import dev.quarry.internal.buddy.MetadataHeap;
import dev.quarry.internal.buddy.PageAllocator;
import dev.quarry.internal.buddy.SpanMap;
import dev.quarry.internal.error.DistinctErrors;
import dev.quarry.internal.error.ErrorKind;
import dev.quarry.internal.event.EventHub;
import dev.quarry.internal.event.EventKind;
import dev.quarry.internal.region.Backing;
import dev.quarry.internal.region.CommitLedger;
import dev.quarry.internal.region.NodeRoom;
import dev.quarry.internal.region.Region;
import dev.quarry.internal.region.Reservations;
import dev.quarry.internal.region.Table;
import dev.quarry.numa.NativeMemory;
import dev.quarry.numa.NativeMemoryException;
import dev.quarry.numa.NodeSet;
import dev.quarry.numa.Placement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// One allocator's address space: the zones' regions side by side, the metadata, and the frame table between them.
///
/// ```
/// data      | zone 0's region | zone 1's region | ... | interleaved |     one reservation, equal powers of two
/// metadata  | pool | frame table | records, dirty bits and free maps of the pool | of zone 0 | of zone 1 | ...
/// ```
///
/// With more than one node there is one zone more, whose OS pages the kernel spreads over several nodes.
///
/// Which zone an address belongs to is a subtraction and a shift; which slab, one load from the frame table. An entry
/// of that holds both questions that a free asks:
///
/// ```
///  63                        16 15            0
/// | address of the descriptor  | owner's number |   0 in the low half: take the slow path; all 0: no slab here
/// ```
///
/// The first record of the pool is the *null slab*, which has no free slot: the current slab of classes without one.
///
/// Thread-safe: all fields are final; the frame table is written under zones' locks and read by anyone.
public final class Space {
    private static final long MIN_POOL_BYTES = 8L << 20;
    private static final int POOL_FRACTION = 8;
    private static final long POOL_GRANULE_BYTES = 32 << 10;
    private static final long MAX_ALIGNMENT = 1L << 30;

    /// log2 of the bytes of an entry of the frame table.
    public static final int FRAME_ENTRY_SHIFT = 3;

    /// Low bits of an entry that hold the owner's number; an arena's number must fit.
    public static final int FRAME_OWNER_BITS = 16;

    /// Where in its first OS page the frame table begins: not at its start, where each slab's first slot is, so that
    /// the first slabs' entries are not taken for what was written there (ADR 12).
    private static final int FRAMES_SKEW_BYTES = 2048 + 64;

    /// First address of the data.
    public final long base;

    /// Bytes of the data.
    public final long byteSize;

    /// Address of the frame table.
    public final long frames;

    /// Address of the metadata's pool and of the null slab.
    public final long nullSlab;

    private final NativeMemory os;
    private final AllocatorConfig config;
    private final EventHub events;
    private final CommitLedger ledger;
    private final DistinctErrors errors;
    private final Backing backing;
    private final long metadataBytes;
    private final long metadataBase;
    private final int nodeShift;
    private final Region poolRegion;
    private final Region tables;
    private final MetadataHeap metadata;
    private final Zone[] zones;
    private final Zone[] nodeZones;
    private final Zone[] interleavedZones;
    private final NodeSet nodes;
    private final NodeSet interleavedNodes;
    private final AtomicLong bindRefusals = new AtomicLong();
    private final AtomicLong invalidFrees = new AtomicLong();
    private final AtomicLong lateFrees = new AtomicLong();
    private final List<String> refusals = new CopyOnWriteArrayList<>();
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
        this.backing = Backing.of(config);
        this.watermarks = Watermarks.of(config.limitBytes() / nodes.length);
        this.nodes = NodeSet.of(nodes);
        this.interleavedNodes = interleavedNodes(config.numaPolicy());
        int usedZones = nodes.length == 1 ? 1 : nodes.length + 1;
        int zoneCount = Integer.highestOneBit(usedZones * 2 - 1);
        long poolBytes =
                Math.max(MIN_POOL_BYTES, Long.highestOneBit(config.reserveBytes() * zoneCount) / POOL_FRACTION);
        long nodeBytes = config.reserveBytes();
        this.nodeShift = Long.numberOfTrailingZeros(nodeBytes);
        this.byteSize = nodeBytes * zoneCount;
        long frameTableBytes = pageUp(FRAMES_SKEW_BYTES + (byteSize >>> FRAME_SHIFT) * Long.BYTES);
        long tableBytes = frameTableBytes + pageTableBytes(poolBytes) + pageTableBytes(nodeBytes) * zoneCount;
        this.metadataBytes = Long.highestOneBit((poolBytes + tableBytes) * 2 - 1);
        this.base = Reservations.reserve(os, byteSize, Math.min(MAX_ALIGNMENT, nodeBytes));
        long metadataStart = 0;
        try {
            metadataStart = Reservations.reserve(os, metadataBytes, FRAME_BYTES);
            this.metadataBase = metadataStart;
            this.nullSlab = metadataStart;
            long tablesStart = metadataStart + poolBytes;
            this.frames = tablesStart + FRAMES_SKEW_BYTES;
            os.commit(tablesStart, frameTableBytes);
            this.poolRegion = metadataRegion(metadataStart, poolBytes, nodes[0]);
            this.tables = metadataRegion(tablesStart, tableBytes, nodes[0]);
            Layout layout = new Layout(frameTableBytes);
            this.metadata = new MetadataHeap(
                    poolRegion,
                    layout.records(poolBytes),
                    layout.dirty(poolBytes),
                    layout.free(poolBytes),
                    POOL_GRANULE_BYTES);
            long first = metadata.bootAllocate(SlabLayout.BYTES);
            if (first != nullSlab) {
                throw new IllegalStateException("the null slab is not the first record");
            }
            putLong(nullSlab + SlabLayout.HEAD, SlabLayout.END);
            this.zones = new Zone[usedZones];
            for (int index = 0; index < usedZones; index++) {
                int node = index < nodes.length ? nodes[index] : Zone.SPREAD;
                zones[index] = makeZone(index, node, nodeBytes, layout);
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

    /// Hands out consecutive parts of the tables' region.
    private final class Layout {
        private long offset;

        Layout(long offset) {
            this.offset = offset;
        }

        Table records(long regionBytes) {
            return next(recordBytes(regionBytes));
        }

        Table dirty(long regionBytes) {
            return next(dirtyBytes(regionBytes));
        }

        Table free(long regionBytes) {
            return next(freeBytes(regionBytes));
        }

        private Table next(long bytes) {
            Table table = new Table(tables, offset, os.osPageBytes(), false);
            offset += bytes;
            return table;
        }
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

    /// An entry of the frame table for each frame.
    private record FrameGrowth(Table frames) implements Growth {
        @Override
        public boolean tryCover(long frontierPages) {
            return frames.tryCover(FRAMES_SKEW_BYTES + (frontierPages >>> FRAME_SHIFT - PAGE_SHIFT) * Long.BYTES);
        }
    }

    private Zone makeZone(int index, int node, long nodeBytes, Layout layout) {
        NodeRoom room = nodes.size() == 1 || node == Zone.SPREAD ? NodeRoom.UNLIMITED : NodeRoom.of(os, node);
        Region region = new Region(os, ledger, errors, base + index * nodeBytes, nodeBytes, node, backing, room);
        // Each zone's part of the frame table is a table of its own, since it grows under the zone's own lock.
        long framesOffset = index * (nodeBytes >>> FRAME_SHIFT) * Long.BYTES;
        Table frameTable = new Table(tables, framesOffset, os.osPageBytes(), true);
        PageAllocator pages = new PageAllocator(
                region,
                layout.records(nodeBytes),
                layout.dirty(nodeBytes),
                layout.free(nodeBytes),
                new FrameGrowth(frameTable),
                config.commitGranuleBytes());
        return new Zone(this, index, pages, metadata.bootAllocate(64));
    }

    /// Binds each zone's range to its node, and asks for huge pages and locking as configured; what the system refuses
    /// is remembered for the report and changes nothing else.
    public void place() {
        if (config.hugePages() == HugePages.TRANSPARENT
                && tryOptional("huge pages", () -> os.hugePages(base, byteSize, true))
                && os.osPageBytes() == PAGE_BYTES) {
            // With larger OS pages huge ones have other sizes.
            collapser = new Collapser(this, zones);
        }
        if (zones.length > 1) {
            bindZones();
        }
    }

    /// By preference, not strictly: a touch beyond the end of a strictly bound node ends the process. That a node is
    /// full is found out before memory is committed, by [NodeRoom].
    private void bindZones() {
        Set<Integer> refusedNodes = new TreeSet<>();
        String errno = "";
        for (Zone zone : zones) {
            boolean spread = zone.node() == Zone.SPREAD;
            NodeSet to = spread ? interleavedNodes : NodeSet.of(zone.node());
            Region region = zone.pages().region();
            try {
                os.bind(region.base(), region.byteSize(), spread ? Placement.INTERLEAVE : Placement.PREFERRED, to);
            } catch (NativeMemoryException refused) {
                bindRefusals.incrementAndGet();
                errors.count(ErrorKind.SYSTEM_CALL, refused.call().systemCall(), refused.errnoName(), refused);
                errno = refused.errnoName();
                to.ids().forEach(refusedNodes::add);
            }
        }
        if (!refusedNodes.isEmpty()) {
            NodeSet refused = NodeSet.of(refusedNodes.stream().mapToInt(node -> node));
            note("binding to node" + (refused.size() == 1 ? " " : "s ") + refused + " was refused (" + errno
                    + "): memory comes from the node that first touches it");
        }
    }

    private boolean tryOptional(String what, Runnable call) {
        try {
            call.run();
            return true;
        } catch (NativeMemoryException refused) {
            refusals.add(what + " was refused (" + refused.errnoName() + ")");
            errors.count(ErrorKind.SYSTEM_CALL, refused.call().systemCall(), refused.errnoName(), refused);
            return false;
        }
    }

    /// {@return who looks after huge OS pages; null where there are none}
    public @Nullable Collapser collapser() {
        return collapser;
    }

    /// {@return the slab of an address in the data; the null slab where there is none}
    /// @param offset address less [#base], below [#byteSize]
    public long slabAt(long offset) {
        long slab = getLong(frames + (offset >>> FRAME_SHIFT << FRAME_ENTRY_SHIFT)) >>> FRAME_OWNER_BITS;
        return asAddress(slab == 0 ? nullSlab : slab);
    }

    /// Sets a slab's owner: in the descriptor, and in the frame table for who may free without further questions.
    /// @param slab  descriptor
    /// @param owner an arena's number with flags, or 0
    public void setOwner(long slab, int owner) {
        putIntRelease(slab + SlabLayout.OWNER, owner);
        setFrames(slab, slab << FRAME_OWNER_BITS | fastOwner(owner));
    }

    /// Takes a slab out of the frame table; it has no owner then.
    /// @param slab descriptor
    void withdraw(long slab) {
        putIntRelease(slab + SlabLayout.OWNER, 0);
        setFrames(slab, 0);
    }

    private void setFrames(long slab, long entry) {
        int count = SizeClasses.slabBytes(getInt(slab + SlabLayout.CLASS)) >>> FRAME_SHIFT;
        long first = frames + (getLong(slab + SlabLayout.BASE) - base >>> FRAME_SHIFT << FRAME_ENTRY_SHIFT);
        for (int frame = 0; frame < count; frame++) {
            putLongRelease(first + ((long) frame << FRAME_ENTRY_SHIFT), entry);
        }
    }

    /// Checks that the frame table says of a slab what its descriptor says.
    /// @param slab descriptor
    /// @throws IllegalStateException if it does not
    void verifyFrames(long slab) {
        long address = getLong(slab + SlabLayout.BASE);
        long expected = slab << FRAME_OWNER_BITS | fastOwner(getInt(slab + SlabLayout.OWNER));
        int count = SizeClasses.slabBytes(getInt(slab + SlabLayout.CLASS)) >>> FRAME_SHIFT;
        for (long frame = address - base >>> FRAME_SHIFT; count > 0; frame++, count--) {
            if (getLong(frames + (frame << FRAME_ENTRY_SHIFT)) != expected) {
                throw new IllegalStateException("slab 0x" + Long.toHexString(address) + ": its frames do not name it");
            }
        }
    }

    private static int fastOwner(int owner) {
        return (owner & SlabLayout.GUARDED) != 0 ? 0 : owner;
    }

    /// {@return the zone of an address in the data, or of its first zone where none is}
    /// @param offset address less [#base]
    public Zone zoneAt(long offset) {
        int index = (int) (offset >>> nodeShift);
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

    /// Counts zones that have become short, or are not any more.
    void addShortZones(int change) {
        shortZones.addAndGet(change);
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
        return bindRefusals.get();
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
        if (!refusals.contains(refusal)) {
            refusals.add(refusal);
            events.publish(EventKind.NOTE, EventHub.ANY_NODE, 0, refusals.size(), 0);
        }
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
        List<String> all = new ArrayList<>(refusals);
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
        return byteSize + metadataBytes;
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
            Reservations.giveBack(os, metadataBase, metadataBytes);
        }
        ledger.close();
    }

    private boolean tryPurgeMetadata() {
        try {
            os.commit(metadataBase, metadataBytes);
            os.purge(metadataBase, metadataBytes);
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
                os.commit(metadataStart, metadataBytes);
                os.purge(metadataStart, metadataBytes);
                Reservations.giveBack(os, metadataStart, metadataBytes);
            } catch (NativeMemoryException refused) {
                // Stays reserved and unused: address space only, and the failure that brought us here is the one to
                // tell.
                refusals.add(refused.getMessage());
            }
        }
    }

    private void nameMappings() {
        os.name(base, byteSize, config.name());
        os.name(metadataBase, metadataBytes, config.name() + "-metadata");
    }

    private static long recordBytes(long regionBytes) {
        return pageUp((regionBytes >>> PAGE_SHIFT) * SpanMap.RECORD_BYTES);
    }

    private static long dirtyBytes(long regionBytes) {
        return pageUp((regionBytes >>> PAGE_SHIFT >>> 3) + Long.BYTES);
    }

    private static long freeBytes(long regionBytes) {
        return pageUp(PageAllocator.freeBitsBytes(regionBytes >>> PAGE_SHIFT));
    }

    /// {@return what a region's tables take that have entries for its pages}
    private static long pageTableBytes(long regionBytes) {
        return recordBytes(regionBytes) + dirtyBytes(regionBytes) + freeBytes(regionBytes);
    }

    private static long pageUp(long bytes) {
        return bytes + FRAME_BYTES - 1 & -FRAME_BYTES;
    }

    /// {@return bytes rounded up to whole pages, as a number of pages}
    /// @param byteSize more than 0
    public static long pagesOf(long byteSize) {
        return byteSize + PAGE_BYTES - 1 >>> PAGE_SHIFT;
    }
}
