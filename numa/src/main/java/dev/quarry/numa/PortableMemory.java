// SPDX-License-Identifier: Apache-2.0
package dev.quarry.numa;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;

/// Memory without an operating system's interface: one `java.lang.foreign.Arena` a reservation. Makes no restricted
/// call. A reservation is allocated, zeroed and resident at once; commit has nothing to do, and purge fills with
/// zeros.
final class PortableMemory implements NativeMemory {
    private static final int OS_PAGE_BYTES = 4096;

    private final ConcurrentSkipListMap<Long, Reservation> reservationsByAddress = new ConcurrentSkipListMap<>();
    private final int availableProcessors = Runtime.getRuntime().availableProcessors();

    @Override
    public String description() {
        return "portable (java.lang.foreign.Arena; no purge to the system, no remap, no NUMA)";
    }

    @Override
    public boolean isPortable() {
        return true;
    }

    @Override
    public int osPageBytes() {
        return OS_PAGE_BYTES;
    }

    @Override
    public long reserve(long byteSize, long byteAlignment) {
        Ranges.checkReserve(byteSize, byteAlignment, OS_PAGE_BYTES);
        Arena arena = Arena.ofShared();
        try {
            MemorySegment segment = arena.allocate(byteSize, Math.max(byteAlignment, OS_PAGE_BYTES));
            reservationsByAddress.put(segment.address(), new Reservation(arena, segment));
            return segment.address();
        } catch (OutOfMemoryError | IllegalArgumentException e) {
            // The arena calls a size beyond its own arithmetic illegal; to the caller both mean: there is not as much.
            arena.close();
            NativeMemoryException refused = new NativeMemoryException(OsCall.RESERVE, Errno.ENOMEM, 0, byteSize);
            refused.initCause(e);
            throw refused;
        }
    }

    @Override
    public void commit(long address, long byteSize) {
        slice(address, byteSize, OsCall.COMMIT);
    }

    @Override
    public void purge(long address, long byteSize) {
        slice(address, byteSize, OsCall.PURGE).fill((byte) 0);
    }

    @Override
    public void release(long address, long byteSize) {
        Ranges.check(address, byteSize, OS_PAGE_BYTES);
        Reservation reservation = reservationsByAddress.get(address);
        if (reservation == null
                || reservation.segment().byteSize() != byteSize
                || !reservationsByAddress.remove(address, reservation)) {
            throw new NativeMemoryException(OsCall.RELEASE, Errno.EINVAL, address, byteSize);
        }
        reservation.arena().close();
    }

    @Override
    public boolean canRemap() {
        return false;
    }

    @Override
    public void remap(long fromAddress, long toAddress, long byteSize) {
        throw new UnsupportedOperationException("the portable mode cannot remap");
    }

    @Override
    public void lock(long address, long byteSize) {
        throw unsupported(OsCall.LOCK, address, byteSize);
    }

    @Override
    public void unlock(long address, long byteSize) {
        throw unsupported(OsCall.UNLOCK, address, byteSize);
    }

    /// Has nothing to do: zeroing the reservation has touched it all.
    @Override
    public void populate(long address, long byteSize) {
        slice(address, byteSize, OsCall.POPULATE);
    }

    @Override
    public void bind(long address, long byteSize, Placement placement, NodeSet nodes) {
        Ranges.checkPlacement(placement, nodes);
        throw unsupported(OsCall.BIND, address, byteSize);
    }

    @Override
    public void nodesOf(long address, int osPageCount, int[] nodes) {
        Ranges.checkNodesOf(address, osPageCount, nodes, OS_PAGE_BYTES);
        throw unsupported(OsCall.NODES_OF, address, (long) osPageCount * OS_PAGE_BYTES);
    }

    @Override
    public long move(long address, long byteSize, int node) {
        Ranges.checkMove(address, byteSize, node, OS_PAGE_BYTES);
        throw unsupported(OsCall.MOVE, address, byteSize);
    }

    @Override
    public long freeBytes(int node) {
        return UNKNOWN;
    }

    @Override
    public long keptFreeBytes(int node) {
        return 0;
    }

    @Override
    public boolean name(long address, long byteSize, String name) {
        slice(address, byteSize, OsCall.NAME);
        return false;
    }

    @Override
    public void hugePages(long address, long byteSize, boolean wanted) {
        throw unsupported(OsCall.HUGE_PAGES, address, byteSize);
    }

    @Override
    public void collapse(long address, long byteSize) {
        throw unsupported(OsCall.COLLAPSE, address, byteSize);
    }

    /// Spreads threads over the cpus that there are; which cpu a thread really runs on cannot be asked.
    @Override
    public int currentCpu() {
        return (int) (Thread.currentThread().threadId() % availableProcessors);
    }

    @Override
    public long residentBytes(long address, long byteSize) {
        return slice(address, byteSize, OsCall.RESIDENT).byteSize();
    }

    @Override
    public long nanoTime() {
        return System.nanoTime();
    }

    private NativeMemoryException unsupported(OsCall call, long address, long byteSize) {
        slice(address, byteSize, call);
        return new NativeMemoryException(call, Errno.EOPNOTSUPP, address, byteSize);
    }

    /// The memory of a range; what Linux would say where there is none.
    private MemorySegment slice(long address, long byteSize, OsCall call) {
        Ranges.check(address, byteSize, OS_PAGE_BYTES);
        Map.Entry<Long, Reservation> entry = reservationsByAddress.floorEntry(address);
        if (entry != null) {
            MemorySegment segment = entry.getValue().segment();
            long offset = address - segment.address();
            if (offset < segment.byteSize() && byteSize <= segment.byteSize() - offset) {
                return segment.asSlice(offset, byteSize);
            }
        }
        throw new NativeMemoryException(call, Errno.ENOMEM, address, byteSize);
    }

    private record Reservation(Arena arena, MemorySegment segment) {}
}
