// SPDX-License-Identifier: Apache-2.0
package dev.quarry.numa;

import static dev.quarry.numa.NativeMemory.NOT_RESIDENT;

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

    private final SimulatedBacking backing;
    private final SimulatedBacking.Piece piece;
    private final MemorySegment segment;
    private final int osPageBytes;
    private final byte[] flags;
    private final int[] nodes;
    private final PlacementRule[] rules;

    SimulatedReservation(SimulatedBacking backing, long byteSize, long byteAlignment, int osPageBytes) {
        this.backing = backing;
        this.piece = backing.take(byteSize, Math.max(byteAlignment, osPageBytes));
        this.segment = piece.segment();
        this.osPageBytes = osPageBytes;
        int pages = Math.toIntExact(byteSize / osPageBytes);
        this.flags = new byte[pages];
        this.nodes = new int[pages];
        this.rules = new PlacementRule[pages];
        Arrays.fill(nodes, NOT_RESIDENT);
        Arrays.fill(rules, PlacementRule.LOCAL);
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

    /// The node whose memory the page has, or [NativeMemory#NOT_RESIDENT].
    int node(int page) {
        return nodes[page];
    }

    void setNode(int page, int node) {
        nodes[page] = node;
    }

    /// How a node is found for the page.
    PlacementRule rule(int page) {
        return rules[page];
    }

    void setRule(int page, PlacementRule rule) {
        rules[page] = rule;
    }

    /// How many mappings a kernel would need: neighbours that differ in anything but their memory are two.
    int mappings() {
        int mappings = 1;
        for (int page = 1; page < flags.length; page++) {
            if (flags[page] != flags[page - 1]
                    || rules[page] != rules[page - 1] && !rules[page].equals(rules[page - 1])) {
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
        rules[to] = rules[from];
        nodes[from] = NOT_RESIDENT;
        set(from, LOCKED, false);
    }

    private MemorySegment contents(int page) {
        return segment.asSlice((long) page * osPageBytes, osPageBytes);
    }

    /// Gives the real memory back. What was never committed must be untouched: it is not looked at.
    void release() {
        for (int page = 0; page < flags.length && backing.keeps(); page++) {
            if (has(page, COMMITTED)) {
                zero(page);
            }
        }
        backing.giveBack(piece);
    }

    /// What the kernel knows of some pages, to go back to.
    Snapshot snapshot(int firstPage, int endPage) {
        return new Snapshot(
                firstPage,
                Arrays.copyOfRange(flags, firstPage, endPage),
                Arrays.copyOfRange(nodes, firstPage, endPage),
                Arrays.copyOfRange(rules, firstPage, endPage));
    }

    void restore(Snapshot snapshot) {
        System.arraycopy(snapshot.flags, 0, flags, snapshot.firstPage, snapshot.flags.length);
        System.arraycopy(snapshot.nodes, 0, nodes, snapshot.firstPage, snapshot.nodes.length);
        System.arraycopy(snapshot.rules, 0, rules, snapshot.firstPage, snapshot.rules.length);
    }

    /// A copy of the state of some pages.
    static final class Snapshot {
        private final int firstPage;
        private final byte[] flags;
        private final int[] nodes;
        private final PlacementRule[] rules;

        private Snapshot(int firstPage, byte[] flags, int[] nodes, PlacementRule[] rules) {
            this.firstPage = firstPage;
            this.flags = flags;
            this.nodes = nodes;
            this.rules = rules;
        }
    }
}
