// SPDX-License-Identifier: Apache-2.0
package dev.quarry.numa;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// The system calls that place OS pages on nodes: mbind and move_pages. As [LinuxCalls], methods give the result or the
/// negated error number.
final class LinuxPlacement {
    private static final int MPOL_DEFAULT = 0;
    private static final int MPOL_PREFERRED = 1;
    private static final int MPOL_BIND = 2;
    private static final int MPOL_INTERLEAVE = 3;
    private static final int MPOL_MF_MOVE = 2;

    /// The calling process, to move_pages.
    private static final int SELF = 0;

    /// One move_pages call is about no more OS pages than this. The kernel gives up on what follows a page that it
    /// cannot move, so a long call would leave much behind.
    private static final int BATCH_PAGES = 512;

    private final long mbindNumber;
    private final long movePagesNumber;
    private final int osPageBytes;
    private final SystemCall systemCall;

    LinuxPlacement(String machine, int osPageBytes) {
        this(machine, osPageBytes, SystemCall.BY_NUMBER);
    }

    LinuxPlacement(String machine, int osPageBytes, SystemCall systemCall) {
        boolean isX86 = machine.equals("x86_64");
        this.mbindNumber = isX86 ? 237 : 235;
        this.movePagesNumber = isX86 ? 279 : 239;
        this.osPageBytes = osPageBytes;
        this.systemCall = systemCall;
    }

    /// Whether the numbers of the system calls are known.
    static boolean isKnownMachine(String machine) {
        return switch (machine) {
            case "x86_64", "aarch64", "riscv64" -> true;
            default -> false;
        };
    }

    int bind(long address, long byteSize, Placement placement, NodeSet nodes) {
        return switch (placement) {
            case BIND -> mbind(address, byteSize, MPOL_BIND, nodes);
            case PREFERRED -> mbind(address, byteSize, MPOL_PREFERRED, nodes);
            case INTERLEAVE -> mbind(address, byteSize, MPOL_INTERLEAVE, nodes);
            case LOCAL -> mbind(address, byteSize, MPOL_DEFAULT, NodeSet.empty());
        };
    }

    private int mbind(long address, long byteSize, int mode, NodeSet nodes) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment mask = arena.allocateFrom(ValueLayout.JAVA_LONG, nodes.mask());
            // The kernel takes one bit less than it is told.
            long maskBits = mask.byteSize() * Byte.SIZE + 1;
            return (int) systemCall.call(mbindNumber, address, byteSize, mode, mask.address(), maskBits, 0);
        }
    }

    /// Fills the array with the node of each OS page. Gives 0 or the negated error number.
    int nodesOf(long address, int osPageCount, int[] nodes) {
        try (Arena arena = Arena.ofConfined()) {
            PageBatch batch = new PageBatch(arena, Math.min(osPageCount, BATCH_PAGES));
            for (int first = 0; first < osPageCount; first += BATCH_PAGES) {
                int count = Math.min(BATCH_PAGES, osPageCount - first);
                batch.setPages(address + (long) first * osPageBytes, count);
                int error = batch.query(count);
                if (error != 0) {
                    return error;
                }
                for (int index = 0; index < count; index++) {
                    nodes[first + index] = batch.node(index);
                }
            }
            return 0;
        }
    }

    /// Moves what can be moved. Gives the bytes that lie on the node then, or the negated error number. For a node that
    /// is full the kernel looks hard and long, so it is not asked again.
    long move(long address, long byteSize, int node) {
        long pages = byteSize / osPageBytes;
        long pagesThere = 0;
        boolean isFull = false;
        try (Arena arena = Arena.ofConfined()) {
            PageBatch batch = new PageBatch(arena, (int) Math.min(pages, BATCH_PAGES));
            for (long first = 0; first < pages; first += BATCH_PAGES) {
                int count = (int) Math.min(BATCH_PAGES, pages - first);
                batch.setPages(address + first * osPageBytes, count);
                int result = isFull ? 0 : batch.move(count, node);
                isFull |= result == -Errno.ENOMEM.number();
                if (result < 0 && !isFull) {
                    return result;
                }
                int error = batch.query(count);
                if (error != 0) {
                    return error;
                }
                pagesThere += batch.countOn(node, count);
            }
        }
        return pagesThere * osPageBytes;
    }

    static long freeBytes(int node) {
        return NodeFiles.system().freeBytes(node);
    }

    /// The arguments of one move_pages call: an address, a wanted node and a status for each OS page.
    private final class PageBatch {
        private final MemorySegment addresses;
        private final MemorySegment wanted;
        private final MemorySegment status;

        PageBatch(Arena arena, int pages) {
            this.addresses = arena.allocate(ValueLayout.JAVA_LONG, pages);
            this.wanted = arena.allocate(ValueLayout.JAVA_INT, pages);
            this.status = arena.allocate(ValueLayout.JAVA_INT, pages);
        }

        void setPages(long address, int count) {
            for (int index = 0; index < count; index++) {
                addresses.setAtIndex(ValueLayout.JAVA_LONG, index, address + (long) index * osPageBytes);
            }
        }

        /// Finds out where the pages are. Gives 0 or the negated error number.
        int query(int count) {
            return (int) systemCall.call(movePagesNumber, SELF, count, addresses.address(), 0, status.address(), 0);
        }

        /// Moves the pages. Gives how many could not be moved, as far as the kernel says so, or the negated error
        /// number. The status is not to be relied on then: the kernel fills it in only as far as it came.
        int move(int count, int node) {
            for (int index = 0; index < count; index++) {
                wanted.setAtIndex(ValueLayout.JAVA_INT, index, node);
            }
            int result = (int) systemCall.call(
                    movePagesNumber,
                    SELF,
                    count,
                    addresses.address(),
                    wanted.address(),
                    status.address(),
                    MPOL_MF_MOVE);
            // Older kernels say so when all pages are there already.
            return result == -Errno.ENOENT.number() ? 0 : result;
        }

        /// The kernel puts a negated error number where there is no page.
        int node(int index) {
            return Math.max(NativeMemory.NOT_RESIDENT, status.getAtIndex(ValueLayout.JAVA_INT, index));
        }

        int countOn(int node, int count) {
            int there = 0;
            for (int index = 0; index < count; index++) {
                there += node(index) == node ? 1 : 0;
            }
            return there;
        }
    }
}
