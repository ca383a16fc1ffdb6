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
import org.junit.jupiter.params.provider.ValueSource;

/// Moving OS pages between real nodes.
@InGuest
class MigrationTest {
    private static final long BYTE_SIZE = 8 << 20;

    private final NativeMemory memory = NativeMemory.system();

    private Range range;

    @BeforeEach
    void reserve() {
        range = Range.of(memory, BYTE_SIZE).hugePages(false).bind(Placement.BIND, NodeSet.of(0));
    }

    @AfterEach
    void release() {
        range.close();
    }

    @Test
    void shouldMoveFromNodeToNodeWithTheContents() {
        range.touch();

        for (int node : new int[] {1, 2, 3, 0}) {
            assertEquals(BYTE_SIZE, memory.move(range.address(), BYTE_SIZE, node));
            assertTrue(
                    range.pagesByNode().areAllOn(node),
                    () -> range.pagesByNode().toString());
        }
        assertTrue(range.isAsTouched());
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldMoveAPartOnly(boolean hugePages) {
        range.hugePages(hugePages).touch();
        long half = BYTE_SIZE / 2;

        assertEquals(half, memory.move(range.address() + half, half, 3));

        PagesByNode found = range.pagesByNode();
        assertEquals(half / memory.osPageBytes(), found.on(0), found::toString);
        assertEquals(half / memory.osPageBytes(), found.on(3), found::toString);
        assertTrue(range.isAsTouched());
    }

    @Test
    void shouldMoveWhatIsResidentAndLeaveTheRestToThePolicy() {
        long half = BYTE_SIZE / 2;
        new Range(memory, range.address(), half).touch();

        assertEquals(half, memory.move(range.address(), BYTE_SIZE, 1));
        assertEquals(half / memory.osPageBytes(), range.pagesByNode().notResident());
        range.touch();

        PagesByNode found = range.pagesByNode();
        assertEquals(half / memory.osPageBytes(), found.on(1), found::toString);
        assertEquals(half / memory.osPageBytes(), found.on(0), found::toString);
    }

    @Test
    void shouldMoveMemoryThatAnotherThreadWritesTo() {
        range.touch();
        try (NodeThread writer = new NodeThread(2)) {
            var written = writer.start(() -> {
                for (int round = 0; round < 20; round++) {
                    range.touch();
                }
                return true;
            });
            long there = memory.move(range.address(), BYTE_SIZE, 2);

            assertTrue(NodeThread.result(written));
            assertEquals(there / memory.osPageBytes(), range.pagesByNode().on(2));
        }
        assertEquals(BYTE_SIZE, memory.move(range.address(), BYTE_SIZE, 2));
        assertTrue(range.isAsTouched());
    }
}
