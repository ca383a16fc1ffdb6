// SPDX-License-Identifier: Apache-2.0
package dev.quarry.numavm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quarry.numa.NativeMemory;
import dev.quarry.numa.NodeSet;
import dev.quarry.numa.Placement;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Each placement on real nodes, asked of the kernel in two ways: page by page, and by what it notes of the mapping.
@InGuest
class PlacementTest {
    private static final long BYTE_SIZE = 16 << 20;

    private final NativeMemory memory = NativeMemory.system();
    private final long pages = BYTE_SIZE / memory.osPageBytes();

    private Range range;

    @BeforeEach
    void reserve() {
        range = Range.of(memory, BYTE_SIZE).hugePages(false);
    }

    @AfterEach
    void release() {
        range.close();
    }

    private void assertAllOn(int node, String policy) {
        PagesByNode found = range.pagesByNode();
        assertTrue(found.areAllOn(node), found::toString);
        String line = range.numaMaps() + " ";
        assertTrue(line.contains(" " + policy + " "), line);
        assertTrue(line.contains(" N" + node + "=" + pages + " "), line);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3})
    void shouldBindToANodeWhereverTheThreadIs(int node) {
        range.bind(Placement.BIND, NodeSet.of(node));
        try (NodeThread elsewhere = new NodeThread((node + 1) % Guest.NODES)) {
            elsewhere.run(range::touch);
        }

        assertAllOn(node, "bind:" + node);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3})
    void shouldPreferANodeWhereverTheThreadIs(int node) {
        range.bind(Placement.PREFERRED, NodeSet.of(node));
        try (NodeThread elsewhere = new NodeThread((node + 1) % Guest.NODES)) {
            elsewhere.run(range::populate);
        }

        assertAllOn(node, "prefer:" + node);
    }

    @ParameterizedTest
    @CsvSource({"0-3,4", "'0,2',2", "'1,2,3',3"})
    void shouldInterleavePageByPage(String list, int count) {
        NodeSet nodes = NodeSet.parse(list);
        range.bind(Placement.INTERLEAVE, nodes).touch();

        PagesByNode found = range.pagesByNode();
        assertEquals(pages, found.resident());
        nodes.ids().forEach(node -> {
            assertEquals((double) pages / count, found.on(node), 1, found::toString);
        });
    }

    @Test
    void shouldInterleaveHugePages() {
        range.hugePages(true).bind(Placement.INTERLEAVE, Guest.ALL_NODES).populate();

        PagesByNode found = range.pagesByNode();
        Guest.ALL_NODES.ids().forEach(node -> assertEquals(pages / Guest.NODES, found.on(node), found::toString));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3})
    void shouldPlaceByFirstTouchUnderThePolicyLocal(int node) {
        // What another policy said before no longer counts.
        range.bind(Placement.BIND, NodeSet.of(Guest.neighbourOf(node)));
        range.bind(Placement.LOCAL, NodeSet.empty());
        try (NodeThread thread = new NodeThread(node)) {
            thread.run(range::touch);
        }

        assertAllOn(node, "default");
    }

    @Test
    void shouldPlaceByFirstTouchAlsoAfterTheThreadMoved() {
        long half = BYTE_SIZE / 2;
        Range first = new Range(memory, range.address(), half);
        Range second = new Range(memory, range.address() + half, half);
        try (NodeThread thread = new NodeThread(1)) {
            thread.run(first::touch);
            thread.moveTo(2);
            thread.run(range::touch);
        }

        assertTrue(first.pagesByNode().areAllOn(1), () -> first.pagesByNode().toString());
        assertTrue(second.pagesByNode().areAllOn(2), () -> second.pagesByNode().toString());
    }

    @Test
    void shouldPlaceAgainWhatWasPurged() {
        range.bind(Placement.BIND, NodeSet.of(0)).populate();
        range.bind(Placement.BIND, NodeSet.of(3));
        assertTrue(range.pagesByNode().areAllOn(0), () -> range.pagesByNode().toString());

        memory.purge(range.address(), range.byteSize());
        assertEquals(pages, range.pagesByNode().notResident());
        range.touch();

        assertAllOn(3, "bind:3");
    }
}
