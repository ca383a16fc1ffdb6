// SPDX-License-Identifier: Apache-2.0
package dev.quarry.numa;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NodeSetTest {
    @Test
    void shouldHoldItsMembersInOrder() {
        NodeSet nodes = NodeSet.of(3, 0, 2, 3);

        assertArrayEquals(new int[] {0, 2, 3}, nodes.ids().toArray());
        assertEquals(3, nodes.size());
        assertEquals(0, nodes.first());
        assertTrue(nodes.contains(2));
        assertFalse(nodes.contains(1));
        assertFalse(nodes.contains(-1));
        assertFalse(nodes.isEmpty());
    }

    @Test
    void shouldHaveNoFirstWhenEmpty() {
        assertTrue(NodeSet.of().isEmpty());
        assertEquals(NodeSet.empty(), NodeSet.parse(" "));
        assertEquals(0, NodeSet.empty().size());
        assertEquals("", NodeSet.empty().toString());
        assertThrows(IllegalStateException.class, () -> NodeSet.empty().first());
    }

    @Test
    void shouldKeepTheCommonMembers() {
        NodeSet nodes = NodeSet.of(IntStream.range(0, 100));

        assertEquals(NodeSet.of(5, 99), nodes.and(NodeSet.of(5, 99, 100)));
        assertEquals(100, nodes.size());
        assertTrue(nodes.and(NodeSet.of(100)).isEmpty());
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "0,2-3", "1-4,63-64,1023", "5,7,9"})
    void shouldWriteWhatItReads(String list) {
        assertEquals(list, NodeSet.parse(list).toString());
        assertEquals(NodeSet.parse(list), NodeSet.of(NodeSet.parse(list).ids()));
        assertEquals(
                NodeSet.parse(list).hashCode(),
                NodeSet.of(NodeSet.parse(list).ids()).hashCode());
        assertNotEquals(NodeSet.of(1), NodeSet.parse(list));
    }

    @ParameterizedTest
    @ValueSource(strings = {"1024", "0-1024", "a", "1-", "2-1", ",", "0x1", "-1"})
    void shouldQuoteTheListWhenItIsNone(String list) {
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> NodeSet.parse(list));

        assertTrue(e.getMessage().contains("in the list '" + list + "'"), e.getMessage());
        assertTrue(e.getMessage().endsWith("range such as 0-3, with numbers below 1024"), e.getMessage());
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 1024, Integer.MAX_VALUE, Integer.MIN_VALUE})
    void shouldRefuseWhatIsNoId(int id) {
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> NodeSet.of(0, id));

        assertEquals("a node's id is from 0 to 1023, not " + id, e.getMessage());
    }

    @ParameterizedTest
    @CsvSource({"0, 1", "63, 1", "64, 2", "1023, 16"})
    void shouldHaveAMaskNoLongerThanNeeded(int id, int words) {
        long[] mask = NodeSet.of(id).mask();

        assertEquals(words, mask.length);
        assertEquals(1L << id % 64, mask[words - 1]);
    }
}
