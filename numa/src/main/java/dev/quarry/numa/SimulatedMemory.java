// SPDX-License-Identifier: Apache-2.0
package dev.quarry.numa;

import static dev.quarry.numa.SimulatedReservation.COMMITTED;
import static dev.quarry.numa.SimulatedReservation.HUGE;
import static dev.quarry.numa.SimulatedReservation.LOCKED;

import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// The memory of a machine that does not exist: with as many nodes, as little memory, as tight limits and as slow a
/// clock as a test wants. Its addresses are real and can be read and written.
///
/// **What is strict.** A use that no kernel would forgive is an [IllegalStateException] here: a call on address space
/// that is not reserved, or not committed where it has to be, the release of a part of a reservation. A write to
/// memory that is not committed, which would end a real process, is found at the next commit or release of the place.
///
/// **What is simpler than a kernel.** A kernel takes an OS page from a node when a thread first touches it, which
/// cannot be seen here. It is taken by commit, populate or lock instead, from the node of the calling thread's cpu,
/// or as bound; so a system without memory shows at commit, as an `ENOMEM`. A purged page is given back, and taken
/// again by the next such call.
///
/// **Limits.** A reservation costs real memory at once; keep it to a few hundred MiB.
///
/// **Threads.** All methods may be called by any thread; one call is carried out at a time.
public final class SimulatedMemory implements NativeMemory {
    private final SimulatedMachine machine;
    private final SimulatedNodes nodes;
    private final TreeMap<Long, SimulatedReservation> reservationsByAddress = new TreeMap<>();
    private final ThreadLocal<Integer> currentCpu;
    private long clockNs;

    /// Starts a machine. Its clock shows 0, and every thread runs on its first cpu.
    ///
    /// @param machine what to simulate
    public SimulatedMemory(SimulatedMachine machine) {
        this.machine = machine;
        this.nodes = new SimulatedNodes(machine.topology(), machine.osPageBytes());
        int firstCpu = machine.topology().nodes().stream()
                .flatMapToInt(node -> node.cpus().stream())
                .min()
                .orElse(0);
        this.currentCpu = ThreadLocal.withInitial(() -> firstCpu);
    }

    /// The nodes of the machine.
    ///
    /// @return what a [Topology#read()] would give on it
    public Topology topology() {
        return machine.topology();
    }

    /// Moves the calling thread to a cpu.
    ///
    /// @param cpu its number
    public void runOn(int cpu) {
        currentCpu.set(cpu);
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
        return reservationsByAddress.values().stream()
                .mapToLong(SimulatedReservation::byteSize)
                .sum();
    }

    /// The memory that is committed.
    ///
    /// @return bytes
    public synchronized long committedBytes() {
        return bytesWith(COMMITTED);
    }

    /// The memory that is locked.
    ///
    /// @return bytes
    public synchronized long lockedBytes() {
        return bytesWith(LOCKED);
    }

    /// How many mappings a kernel would need for this.
    ///
    /// @return 0 when all is released
    public synchronized int mappings() {
        return reservationsByAddress.values().stream()
                .mapToInt(SimulatedReservation::mappings)
                .sum();
    }

    /// The node whose memory backs an address.
    ///
    /// @param address any address of a reservation
    /// @return the node's id; -1 while there is no memory behind it
    public synchronized int nodeOf(long address) {
        long pageAddress = address & -machine.osPageBytes();
        SimulatedReservation reservation = find("nodeOf", pageAddress, machine.osPageBytes());
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
        SimulatedReservation reservation = new SimulatedReservation(byteSize, byteAlignment, osPageBytes());
        reservationsByAddress.put(reservation.address(), reservation);
        return reservation.address();
    }

    @Override
    public synchronized void commit(long address, long byteSize) {
        attempt(OsCall.COMMIT, address, byteSize, false, (reservation, page) -> {
            if (!reservation.has(page, COMMITTED)) {
                requireUntouched(reservation, page);
            }
            reservation.set(page, COMMITTED, true);
            return back(reservation, page);
        });
    }

    @Override
    public synchronized void purge(long address, long byteSize) {
        SimulatedReservation reservation = findCommitted(OsCall.PURGE, address, byteSize);
        requireUnlocked(OsCall.PURGE, reservation, address, byteSize);
        for (int page = reservation.page(address); page < endPage(reservation, address, byteSize); page++) {
            reservation.zero(page);
            nodes.giveBack(reservation, page);
        }
    }

    @Override
    public synchronized void release(long address, long byteSize) {
        SimulatedReservation reservation = find(OsCall.RELEASE.systemCall(), address, byteSize);
        if (reservation.address() != address || reservation.byteSize() != byteSize) {
            throw illegal(OsCall.RELEASE.systemCall(), address, byteSize, "is not a whole reservation");
        }
        for (int page = 0; page < reservation.pages(); page++) {
            if (!reservation.has(page, COMMITTED)) {
                requireUntouched(reservation, page);
            }
        }
        for (int page = 0; page < reservation.pages(); page++) {
            nodes.giveBack(reservation, page);
        }
        reservationsByAddress.remove(address);
        reservation.release();
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
        SimulatedReservation reservation = findCommitted(OsCall.REMAP, fromAddress, byteSize);
        if (findCommitted(OsCall.REMAP, toAddress, byteSize) != reservation) {
            throw illegal(OsCall.REMAP.systemCall(), toAddress, byteSize, "is in another reservation");
        }
        requireUnlocked(OsCall.REMAP, reservation, toAddress, byteSize);
        int pages = (int) (byteSize / osPageBytes());
        for (int page = 0; page < pages; page++) {
            int to = reservation.page(toAddress) + page;
            nodes.giveBack(reservation, to);
            reservation.movePage(reservation.page(fromAddress) + page, to);
        }
    }

    @Override
    public synchronized void lock(long address, long byteSize) {
        attempt(OsCall.LOCK, address, byteSize, true, (reservation, page) -> {
            reservation.set(page, LOCKED, true);
            return back(reservation, page);
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
        attempt(OsCall.POPULATE, address, byteSize, true, this::back);
    }

    @Override
    public synchronized void bind(long address, long byteSize, Placement placement, NodeSet nodes) {
        Ranges.checkPlacement(placement, nodes);
        NodeSet present = nodes.and(this.nodes.withMemory());
        attempt(OsCall.BIND, address, byteSize, false, (reservation, page) -> {
            if (!machine.canBind()) {
                return Errno.EPERM;
            }
            if (placement != Placement.LOCAL && present.isEmpty()) {
                return Errno.EINVAL;
            }
            reservation.setRule(page, PlacementRule.of(placement, present));
            return null;
        });
    }

    @Override
    public synchronized void nodesOf(long address, int osPageCount, int[] nodes) {
        Ranges.checkNodesOf(address, osPageCount, nodes, osPageBytes());
        long byteSize = (long) osPageCount * osPageBytes();
        requireAllowed(OsCall.NODES_OF, address, byteSize);
        SimulatedReservation reservation = find(OsCall.NODES_OF.systemCall(), address, byteSize);
        for (int index = 0; index < osPageCount; index++) {
            nodes[index] = reservation.node(reservation.page(address) + index);
        }
    }

    @Override
    public synchronized long move(long address, long byteSize, int node) {
        Ranges.checkMove(address, byteSize, node, osPageBytes());
        requireAllowed(OsCall.MOVE, address, byteSize);
        if (!nodes.withMemory().contains(node)) {
            throw new NativeMemoryException(OsCall.MOVE, Errno.ENODEV, address, byteSize);
        }
        SimulatedReservation reservation = find(OsCall.MOVE.systemCall(), address, byteSize);
        long pagesThere = 0;
        for (int page = reservation.page(address); page < endPage(reservation, address, byteSize); page++) {
            boolean moves = reservation.node(page) != NOT_RESIDENT && reservation.node(page) != node;
            if (moves && nodes.takeFrom(node)) {
                nodes.giveBack(reservation, page);
                reservation.setNode(page, node);
            }
            pagesThere += reservation.node(page) == node ? 1 : 0;
        }
        return pagesThere * osPageBytes();
    }

    @Override
    public synchronized long freeBytes(int node) {
        return nodes.freeBytes(node);
    }

    /// Sandboxes that forbid mbind forbid move_pages too.
    private void requireAllowed(OsCall call, long address, long byteSize) {
        if (!machine.canBind()) {
            throw new NativeMemoryException(call, Errno.EPERM, address, byteSize);
        }
    }

    @Override
    public synchronized boolean name(long address, long byteSize, String name) {
        find(OsCall.NAME.systemCall(), address, byteSize);
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
    public int currentCpu() {
        return currentCpu.get();
    }

    /// Counts the pages that a node's memory backs, and those that a program has written to since they were purged.
    @Override
    public synchronized long residentBytes(long address, long byteSize) {
        SimulatedReservation reservation = find(OsCall.RESIDENT.systemCall(), address, byteSize);
        long pages = 0;
        for (int page = reservation.page(address); page < endPage(reservation, address, byteSize); page++) {
            pages += reservation.node(page) != NOT_RESIDENT || !reservation.isZero(page) ? 1 : 0;
        }
        return pages * osPageBytes();
    }

    @Override
    public synchronized long nanoTime() {
        return clockNs;
    }

    /// Changes page by page; when a page refuses, or the limits of the machine do in the end, all is as it was.
    private void attempt(OsCall call, long address, long byteSize, boolean needsCommitted, PageChange change) {
        SimulatedReservation reservation =
                needsCommitted ? findCommitted(call, address, byteSize) : find(call.systemCall(), address, byteSize);
        int firstPage = reservation.page(address);
        int endPage = endPage(reservation, address, byteSize);
        SimulatedReservation.Snapshot pagesBefore = reservation.snapshot(firstPage, endPage);
        long[] nodesBefore = nodes.snapshot();
        Errno error = null;
        for (int page = firstPage; page < endPage && error == null; page++) {
            error = change.apply(reservation, page);
        }
        boolean isWithinLimits = mappings() <= machine.maxMappings() && lockedBytes() <= machine.lockLimitBytes();
        if (error != null || !isWithinLimits) {
            reservation.restore(pagesBefore);
            nodes.restore(nodesBefore);
            throw new NativeMemoryException(call, error == null ? Errno.ENOMEM : error, address, byteSize);
        }
    }

    /// Sees to it that there is memory behind a page.
    private @Nullable Errno back(SimulatedReservation reservation, int page) {
        if (reservation.node(page) == NOT_RESIDENT) {
            int nearNode = machine.topology().nodeOfCpu(currentCpu());
            reservation.setNode(page, nodes.take(nearNode, reservation.rule(page), page));
        }
        return reservation.node(page) == NOT_RESIDENT ? Errno.ENOMEM : null;
    }

    private long bytesWith(byte flag) {
        long pages = 0;
        for (SimulatedReservation reservation : reservationsByAddress.values()) {
            pages += reservation.count(flag);
        }
        return pages * osPageBytes();
    }

    private int endPage(SimulatedReservation reservation, long address, long byteSize) {
        return reservation.page(address) + (int) (byteSize / osPageBytes());
    }

    private SimulatedReservation find(String call, long address, long byteSize) {
        Ranges.check(address, byteSize, osPageBytes());
        Map.Entry<Long, SimulatedReservation> entry = reservationsByAddress.floorEntry(address);
        if (entry == null || !entry.getValue().contains(address, byteSize)) {
            throw illegal(call, address, byteSize, "is not within one reservation");
        }
        return entry.getValue();
    }

    private SimulatedReservation findCommitted(OsCall call, long address, long byteSize) {
        SimulatedReservation reservation = find(call.systemCall(), address, byteSize);
        for (int page = reservation.page(address); page < endPage(reservation, address, byteSize); page++) {
            if (!reservation.has(page, COMMITTED)) {
                throw illegal(call.systemCall(), address, byteSize, "is not committed throughout");
            }
        }
        return reservation;
    }

    private void requireUnlocked(OsCall call, SimulatedReservation reservation, long address, long byteSize) {
        for (int page = reservation.page(address); page < endPage(reservation, address, byteSize); page++) {
            if (reservation.has(page, LOCKED)) {
                throw new NativeMemoryException(call, Errno.EINVAL, address, byteSize);
            }
        }
    }

    private void requireUntouched(SimulatedReservation reservation, int page) {
        if (!reservation.isZero(page)) {
            long address = reservation.address() + (long) page * osPageBytes();
            throw illegal("write", address, osPageBytes(), "was done while the OS page was not committed");
        }
    }

    private static IllegalStateException illegal(String call, long address, long byteSize, String why) {
        return new IllegalStateException(
                call + " of " + ByteSizes.describe(byteSize) + " at 0x" + Long.toHexString(address) + " " + why);
    }

    /// What a call does to one page; gives the error if it cannot.
    private interface PageChange {
        @Nullable
        Errno apply(SimulatedReservation reservation, int page);
    }
}
