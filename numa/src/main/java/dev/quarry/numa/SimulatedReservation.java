// SPDX-License-Identifier: Apache-2.0
package dev.quarry.numa;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/// One reservation of a [SimulatedMemory]: real memory, and what the kernel would know of each of its OS pages.
///
/// Not thread-safe; the memory that owns it is.
final class SimulatedReservation {
    /// Usable.
    static final byte COMMITTED = 1;

    /// Kept in physical memory.
    static final byte LOCKED = 2;

    /// Huge OS pages are wanted.
    static final byte HUGE = 4;

    /// Bound to the nodes of the mask or to none, where it is bound at all.
    static final byte STRICT = 8;

    /// The node of an OS page that has no physical memory.
    static final byte NO_NODE = -1;

    private final Arena arena = Arena.ofShared();
    private final MemorySegment segment;
    private final int osPageBytes;
    private final byte[] flags;
    private final byte[] nodes;
    private final long[] nodeMasks;

    SimulatedReservation(long byteSize, long byteAlignment, int osPageBytes) {
        this.segment = arena.allocate(byteSize, Math.max(byteAlignment, osPageBytes));
        this.osPageBytes = osPageBytes;
        int pages = Math.toIntExact(byteSize / osPageBytes);
        this.flags = new byte[pages];
        this.nodes = new byte[pages];
        this.nodeMasks = new long[pages];
        Arrays.fill(nodes, NO_NODE);
    }

    long address() {
        return segment.address();
    }

    long byteSize() {
        return segment.byteSize();
    }

    boolean contains(long address, long byteSize) {
        long offset = address - address();
        return offset >= 0 && offset < byteSize() && byteSize <= byteSize() - offset;
    }

    int page(long address) {
        return (int) ((address - address()) / osPageBytes);
    }

    int pages() {
        return flags.length;
    }

    boolean has(int page, byte flag) {
        return (flags[page] & flag) != 0;
    }

    void set(int page, byte flag, boolean value) {
        flags[page] = (byte) (value ? flags[page] | flag : flags[page] & ~flag);
    }

    /// The node whose memory the page has, or [#NO_NODE].
    byte node(int page) {
        return nodes[page];
    }

    void setNode(int page, byte node) {
        nodes[page] = node;
    }

    /// The nodes the page is bound to; 0 for a page that is not bound.
    long nodeMask(int page) {
        return nodeMasks[page];
    }

    void setNodeMask(int page, long nodeMask) {
        nodeMasks[page] = nodeMask;
    }

    /// How many mappings a kernel would need: neighbours that differ in anything but their memory are two.
    int mappings() {
        int mappings = 1;
        for (int page = 1; page < flags.length; page++) {
            if (flags[page] != flags[page - 1] || nodeMasks[page] != nodeMasks[page - 1]) {
                mappings++;
            }
        }
        return mappings;
    }

    int count(byte flag) {
        int count = 0;
        for (byte pageFlags : flags) {
            count += (pageFlags & flag) == 0 ? 0 : 1;
        }
        return count;
    }

    void zero(int page) {
        contents(page).fill((byte) 0);
    }

    /// Whether every byte of the page is zero: if the first word is, and each byte equals the one eight further on.
    boolean isZero(int page) {
        MemorySegment contents = contents(page);
        int words = osPageBytes - Long.BYTES;
        return contents.get(ValueLayout.JAVA_LONG, 0) == 0
                && contents.asSlice(0, words).mismatch(contents.asSlice(Long.BYTES, words)) == -1;
    }

    /// Moves contents, memory, flags and binding of one page to another; the old one stays committed, without memory.
    void movePage(int from, int to) {
        contents(to).copyFrom(contents(from));
        zero(from);
        flags[to] = flags[from];
        nodes[to] = nodes[from];
        nodeMasks[to] = nodeMasks[from];
        nodes[from] = NO_NODE;
        set(from, LOCKED, false);
    }

    private MemorySegment contents(int page) {
        return segment.asSlice((long) page * osPageBytes, osPageBytes);
    }

    void release() {
        arena.close();
    }

    /// What the kernel knows of some pages, to go back to.
    Snapshot snapshot(int firstPage, int endPage) {
        return new Snapshot(
                firstPage,
                Arrays.copyOfRange(flags, firstPage, endPage),
                Arrays.copyOfRange(nodes, firstPage, endPage),
                Arrays.copyOfRange(nodeMasks, firstPage, endPage));
    }

    void restore(Snapshot snapshot) {
        System.arraycopy(snapshot.flags, 0, flags, snapshot.firstPage, snapshot.flags.length);
        System.arraycopy(snapshot.nodes, 0, nodes, snapshot.firstPage, snapshot.nodes.length);
        System.arraycopy(snapshot.nodeMasks, 0, nodeMasks, snapshot.firstPage, snapshot.nodeMasks.length);
    }

    /// A copy of the state of some pages.
    static final class Snapshot {
        private final int firstPage;
        private final byte[] flags;
        private final byte[] nodes;
        private final long[] nodeMasks;

        private Snapshot(int firstPage, byte[] flags, byte[] nodes, long[] nodeMasks) {
            this.firstPage = firstPage;
            this.flags = flags;
            this.nodes = nodes;
            this.nodeMasks = nodeMasks;
        }
    }
}
