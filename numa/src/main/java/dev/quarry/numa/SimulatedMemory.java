// SPDX-License-Identifier: Apache-2.0
package dev.quarry.numa;

import static dev.quarry.numa.SimulatedReservation.COMMITTED;
import static dev.quarry.numa.SimulatedReservation.HUGE;
import static dev.quarry.numa.SimulatedReservation.LOCKED;

import java.util.Collections;
import java.util.Map;
import java.util.WeakHashMap;
import org.jspecify.annotations.Nullable;

/// The memory of a machine that does not exist: with as many nodes, as little memory, as tight limits and as slow a
/// clock as a test wants. Its addresses are real and can be read and written.
///
/// **What is strict.** A use that no kernel would forgive is an [IllegalStateException] here: a call on address space
/// that is not reserved, or not committed where it has to be, the release of a part of a reservation. A write to
/// memory that is not committed, which would end a real process, is found at the next commit or release of the place.
///
/// **What is simpler than a kernel.** A kernel takes an OS page from a node when a thread first touches it, which
/// cannot be seen here. It is taken by commit, populate or lock instead, as the range's [Placement] says and from the
/// node of the calling thread's cpu where that counts; so a system without memory shows at commit, as an `ENOMEM`. A
/// purged page is given back, and taken again by the next such call. Interleaving counts OS pages from the start of the
/// reservation.
///
/// **What may change.** Where each thread runs ([#runOn]), what a node has ([#setNodeBytes]), which nodes there are
/// ([#removeNode]), the cgroup around the process ([#contain]), and the clock.
///
/// **Limits.** A reservation costs real memory where it is touched, and its release looks at all of it; keep it to
/// a few hundred MiB.
///
/// **Threads.** All methods may be called by any thread; one call is carried out at a time.
public final class SimulatedMemory implements NativeMemory {
    private final SimulatedMachine machine;
    private final SimulatedNodes nodes;
    private final SimulatedAddressSpace space;
    private final SimulatedHugePages hugePages = new SimulatedHugePages();

    /// Of those threads that were put on one. Weak: a thread that has ended needs none.
    private final Map<Thread, Integer> cpusByThread = Collections.synchronizedMap(new WeakHashMap<>());

    private long clockNs;
    private MemoryGauge gauge = MemoryGauge.NONE;

    /// Starts a machine. Its clock shows 0, and every thread runs on the first cpu that the process may use.
    ///
    /// @param machine what to simulate
    public SimulatedMemory(SimulatedMachine machine) {
        this(machine, SimulatedBacking.unshared());
    }

    /// Starts a machine whose memory others have used before it, and will after it.
    ///
    /// @param machine what to simulate
    /// @param backing where its real memory comes from
    public SimulatedMemory(SimulatedMachine machine, SimulatedBacking backing) {
        this.machine = machine;
        this.nodes = new SimulatedNodes(machine.topology(), machine.osPageBytes());
        this.space = new SimulatedAddressSpace(backing, machine.osPageBytes());
    }

    /// The nodes of the machine.
    ///
    /// @return what a [Topology#read()] would give on it now
    public synchronized Topology topology() {
        return nodes.topology();
    }

    /// Moves the calling thread to a cpu.
    ///
    /// @param cpu its number
    /// @throws IllegalArgumentException if there is no such cpu, or the process may not use it
    public void runOn(int cpu) {
        runOn(Thread.currentThread(), cpu);
    }

    /// Moves a thread to a cpu, as a scheduler does.
    ///
    /// @param thread which one
    /// @param cpu its number
    /// @throws IllegalArgumentException if there is no such cpu, or the process may not use it
    public synchronized void runOn(Thread thread, int cpu) {
        if (!nodes.hasCpu(cpu)) {
            throw new IllegalArgumentException("there is no cpu " + cpu + " to run on in " + nodes.topology());
        }
        cpusByThread.put(thread, cpu);
    }

    /// Takes a node off the machine while it runs, cpus and memory. What lies on it moves to the others, the nearest
    /// first; what is bound to it alone gets no memory any more. Its threads go on on the first cpu that is left.
    ///
    /// @param node its id
    /// @throws IllegalArgumentException if it is not there, or no cpu or no memory would be left
    /// @throws IllegalStateException if the others have no room for what lies on it
    public synchronized void removeNode(int node) {
        nodes.remove(node, space.all());
    }

    /// Turns the machine off: releases all reservations, whatever is in them. Unlike [#release] this does not look for
    /// writes to memory that was never committed, which takes time in proportion to the address space.
    public synchronized void turnOff() {
        space.removeAll();
    }

    /// Lets time pass.
    ///
    /// @param ns how much, in nanoseconds; not negative
    public synchronized void advanceClock(long ns) {
        if (ns < 0) {
            throw new IllegalArgumentException("time does not go back: " + ns);
        }
        clockNs += ns;
    }

    /// Puts the process into a cgroup, for allocators that are created from now on.
    ///
    /// @param limitBytes what all processes in it may use together
    /// @return the cgroup
    public synchronized SimulatedCgroup contain(long limitBytes) {
        SimulatedCgroup cgroup = new SimulatedCgroup(this, limitBytes);
        gauge = cgroup;
        return cgroup;
    }

    /// The memory that is in use, as in [#residentBytes(long, long)]. Costs a walk over all memory that is committed.
    ///
    /// @return bytes
    public synchronized long residentBytes() {
        long bytes = 0;
        for (SimulatedReservation reservation : space.all()) {
            bytes += residentBytes(reservation.address(), (long) reservation.pages() * osPageBytes());
        }
        return bytes;
    }

    /// Changes the memory of a node. Less than it has in use takes nothing away, but lets it give nothing more.
    ///
    /// @param node its id
    /// @param bytes how much it has from now on
    public synchronized void setNodeBytes(int node, long bytes) {
        nodes.setLimitBytes(node, bytes);
    }

    /// The memory of a node that is in use.
    ///
    /// @param node its id
    /// @return bytes
    public synchronized long usedBytes(int node) {
        return nodes.usedBytes(node);
    }

    /// The address space that is reserved.
    ///
    /// @return bytes; 0 when all is released
    public synchronized long reservedBytes() {
        return space.reservedBytes();
    }

    /// The memory that is committed.
    ///
    /// @return bytes
    public synchronized long committedBytes() {
        return space.bytesWith(COMMITTED);
    }

    /// The memory that is locked.
    ///
    /// @return bytes
    public synchronized long lockedBytes() {
        return space.bytesWith(LOCKED);
    }

    /// The memory that is in huge OS pages of 2 MiB, by [#collapse] alone: no touch makes one here.
    ///
    /// @return bytes
    public synchronized long hugeBytes() {
        return hugePages.bytes();
    }

    /// How many mappings a kernel would need for this.
    ///
    /// @return 0 when all is released
    public synchronized int mappings() {
        return space.mappings();
    }

    /// The node whose memory backs an address.
    ///
    /// @param address any address of a reservation
    /// @return the node's id; -1 while there is no memory behind it
    public synchronized int nodeOf(long address) {
        long pageAddress = address & -machine.osPageBytes();
        SimulatedReservation reservation = space.find("nodeOf", pageAddress, machine.osPageBytes());
        return reservation.node(reservation.page(pageAddress));
    }

    @Override
    public String description() {
        return "simulated (" + machine.topology() + ")";
    }

    @Override
    public boolean isPortable() {
        return false;
    }

    @Override
    public int osPageBytes() {
        return machine.osPageBytes();
    }

    @Override
    public synchronized long reserve(long byteSize, long byteAlignment) {
        Ranges.checkReserve(byteSize, byteAlignment, osPageBytes());
        boolean fits = byteSize <= machine.addressSpaceBytes() - reservedBytes();
        if (!fits || mappings() >= machine.maxMappings()) {
            throw new NativeMemoryException(OsCall.RESERVE, Errno.ENOMEM, 0, byteSize);
        }
        return space.add(byteSize, byteAlignment).address();
    }

    @Override
    public synchronized void commit(long address, long byteSize) {
        int nearNode = nearNode();
        attempt(OsCall.COMMIT, address, byteSize, false, (reservation, page) -> {
            space.requireUntouched(reservation, page);
            reservation.set(page, COMMITTED, true);
            return back(reservation, page, nearNode);
        });
    }

    @Override
    public synchronized void purge(long address, long byteSize) {
        SimulatedReservation reservation = space.findCommitted(OsCall.PURGE, address, byteSize);
        space.requireUnlocked(OsCall.PURGE, reservation, address, byteSize);
        for (int page = reservation.page(address); page < space.endPage(reservation, address, byteSize); page++) {
            reservation.zero(page);
            nodes.giveBack(reservation, page);
        }
        hugePages.split(address, byteSize);
    }

    @Override
    public synchronized void release(long address, long byteSize) {
        SimulatedReservation reservation = space.findWhole(OsCall.RELEASE, address, byteSize);
        for (int page = 0; page < reservation.pages(); page++) {
            space.requireUntouched(reservation, page);
        }
        for (int page = 0; page < reservation.pages(); page++) {
            nodes.giveBack(reservation, page);
        }
        hugePages.split(address, byteSize);
        space.remove(reservation);
    }

    @Override
    public boolean canRemap() {
        return machine.canRemap();
    }

    @Override
    public synchronized void remap(long fromAddress, long toAddress, long byteSize) {
        if (!machine.canRemap()) {
            throw new UnsupportedOperationException("this machine cannot remap");
        }
        Ranges.checkRemap(fromAddress, toAddress, byteSize, osPageBytes());
        SimulatedReservation reservation = space.findCommitted(OsCall.REMAP, fromAddress, byteSize);
        if (space.findCommitted(OsCall.REMAP, toAddress, byteSize) != reservation) {
            throw SimulatedAddressSpace.illegal(
                    OsCall.REMAP.systemCall(), toAddress, byteSize, "is in another reservation");
        }
        space.requireUnlocked(OsCall.REMAP, reservation, toAddress, byteSize);
        int pages = (int) (byteSize / osPageBytes());
        for (int page = 0; page < pages; page++) {
            int to = reservation.page(toAddress) + page;
            nodes.giveBack(reservation, to);
            reservation.movePage(reservation.page(fromAddress) + page, to);
        }
        hugePages.split(fromAddress, byteSize);
        hugePages.split(toAddress, byteSize);
    }

    @Override
    public synchronized void lock(long address, long byteSize) {
        int nearNode = nearNode();
        attempt(OsCall.LOCK, address, byteSize, true, (reservation, page) -> {
            reservation.set(page, LOCKED, true);
            return back(reservation, page, nearNode);
        });
    }

    @Override
    public synchronized void unlock(long address, long byteSize) {
        attempt(OsCall.UNLOCK, address, byteSize, true, (reservation, page) -> {
            reservation.set(page, LOCKED, false);
            return null;
        });
    }

    @Override
    public synchronized void populate(long address, long byteSize) {
        int nearNode = nearNode();
        attempt(OsCall.POPULATE, address, byteSize, true, (reservation, page) -> back(reservation, page, nearNode));
    }

    @Override
    public synchronized void bind(long address, long byteSize, Placement placement, NodeSet nodes) {
        Ranges.checkPlacement(placement, nodes);
        requireAllowed(OsCall.BIND, address, byteSize);
        NodeSet present = nodes.and(this.nodes.usable());
        if (placement != Placement.LOCAL && present.isEmpty()) {
            throw new NativeMemoryException(OsCall.BIND, Errno.EINVAL, address, byteSize);
        }
        PlacementRule rule = PlacementRule.of(placement, present);
        attempt(OsCall.BIND, address, byteSize, false, (reservation, page) -> {
            reservation.setRule(page, rule);
            return null;
        });
    }

    @Override
    public synchronized void nodesOf(long address, int osPageCount, int[] nodes) {
        Ranges.checkNodesOf(address, osPageCount, nodes, osPageBytes());
        long byteSize = (long) osPageCount * osPageBytes();
        requireAllowed(OsCall.NODES_OF, address, byteSize);
        SimulatedReservation reservation = space.find(OsCall.NODES_OF.systemCall(), address, byteSize);
        for (int index = 0; index < osPageCount; index++) {
            nodes[index] = reservation.node(reservation.page(address) + index);
        }
    }

    @Override
    public synchronized long move(long address, long byteSize, int node) {
        Ranges.checkMove(address, byteSize, node, osPageBytes());
        requireAllowed(OsCall.MOVE, address, byteSize);
        if (!nodes.usable().contains(node)) {
            Errno errno = nodes.isOnline(node) ? Errno.EACCES : Errno.ENODEV;
            throw new NativeMemoryException(OsCall.MOVE, errno, address, byteSize);
        }
        SimulatedReservation reservation = space.find(OsCall.MOVE.systemCall(), address, byteSize);
        long pagesThere = 0;
        for (int page = reservation.page(address); page < space.endPage(reservation, address, byteSize); page++) {
            pagesThere += nodes.move(reservation, page, node) ? 1 : 0;
        }
        return pagesThere * osPageBytes();
    }

    @Override
    public synchronized long freeBytes(int node) {
        return nodes.freeBytes(node);
    }

    @Override
    public long keptFreeBytes(int node) {
        return 0;
    }

    /// Sandboxes that forbid mbind forbid move_pages too.
    private void requireAllowed(OsCall call, long address, long byteSize) {
        if (!machine.canBind()) {
            throw new NativeMemoryException(call, Errno.EPERM, address, byteSize);
        }
    }

    @Override
    public synchronized boolean name(long address, long byteSize, String name) {
        space.find(OsCall.NAME.systemCall(), address, byteSize);
        return true;
    }

    @Override
    public synchronized void hugePages(long address, long byteSize, boolean wanted) {
        attempt(OsCall.HUGE_PAGES, address, byteSize, false, (reservation, page) -> {
            reservation.set(page, HUGE, wanted);
            return null;
        });
    }

    @Override
    public synchronized void collapse(long address, long byteSize) {
        int nearNode = nearNode();
        attempt(OsCall.COLLAPSE, address, byteSize, true, (reservation, page) -> back(reservation, page, nearNode));
        hugePages.make(address, byteSize);
    }

    @Override
    public synchronized int currentCpu() {
        Integer cpu = cpusByThread.get(Thread.currentThread());
        return cpu != null && nodes.hasCpu(cpu) ? cpu : nodes.firstCpu();
    }

    /// Counts the committed pages that a node's memory backs, and those that a program has written to since they were
    /// purged.
    @Override
    public synchronized long residentBytes(long address, long byteSize) {
        SimulatedReservation reservation = space.find(OsCall.RESIDENT.systemCall(), address, byteSize);
        long pages = 0;
        for (int page = reservation.page(address); page < space.endPage(reservation, address, byteSize); page++) {
            boolean isBacked = reservation.node(page) != NOT_RESIDENT;
            pages += reservation.has(page, COMMITTED) && (isBacked || !reservation.isZero(page)) ? 1 : 0;
        }
        return pages * osPageBytes();
    }

    @Override
    public synchronized long nanoTime() {
        return clockNs;
    }

    @Override
    public synchronized MemoryGauge memoryGauge() {
        return gauge;
    }

    /// Changes page by page; when a page refuses, or the limits of the machine do in the end, all is as it was.
    private void attempt(OsCall call, long address, long byteSize, boolean needsCommitted, PageChange change) {
        SimulatedReservation reservation = needsCommitted
                ? space.findCommitted(call, address, byteSize)
                : space.find(call.systemCall(), address, byteSize);
        int firstPage = reservation.page(address);
        int endPage = space.endPage(reservation, address, byteSize);
        SimulatedReservation.Snapshot pagesBefore = reservation.snapshot(firstPage, endPage);
        long[] nodesBefore = nodes.snapshot();
        Errno error = null;
        for (int page = firstPage; page < endPage && error == null; page++) {
            error = change.apply(reservation, page);
        }
        boolean isWithinLimits =
                hasMappingsLeft() && (call != OsCall.LOCK || lockedBytes() <= machine.lockLimitBytes());
        if (error != null || !isWithinLimits) {
            reservation.restore(pagesBefore);
            nodes.restore(nodesBefore);
            throw new NativeMemoryException(call, error == null ? Errno.ENOMEM : error, address, byteSize);
        }
    }

    /// To count them takes long, and is needed only where the limit can be reached at all.
    private boolean hasMappingsLeft() {
        return space.mostMappings() <= machine.maxMappings() || mappings() <= machine.maxMappings();
    }

    /// Sees to it that there is memory behind a page.
    private @Nullable Errno back(SimulatedReservation reservation, int page, int nearNode) {
        if (reservation.node(page) == NOT_RESIDENT) {
            nodes.back(reservation, page, nearNode);
        }
        return reservation.node(page) == NOT_RESIDENT ? Errno.ENOMEM : null;
    }

    private int nearNode() {
        return nodes.nodeOfCpu(currentCpu());
    }

    /// What a call does to one page; gives the error if it cannot.
    private interface PageChange {
        @Nullable
        Errno apply(SimulatedReservation reservation, int page);
    }
}
