// SPDX-License-Identifier: Apache-2.0
package dev.quarry.numa;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CpuSetTest {
    @Test
    void shouldReadListsOfTheKernel() {
        CpuSet cpus = CpuSet.parse("0-3,8,10-11\n");

        assertEquals(
                "0,1,2,3,8,10,11",
                String.join(",", cpus.stream().mapToObj(Integer::toString).toList()));
        assertEquals(7, cpus.size());
        assertTrue(cpus.contains(8));
        assertFalse(cpus.contains(9));
        assertFalse(cpus.contains(-1));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "0", "0-1", "0-3,8,10-11", "5,7,9", "65535"})
    void shouldWriteWhatItReads(String list) {
        assertEquals(list, CpuSet.parse(list).toString());
        assertEquals(CpuSet.parse(list), CpuSet.parse(list));
        assertEquals(CpuSet.parse(list).hashCode(), CpuSet.parse(list).hashCode());
        assertNotEquals(CpuSet.parse("1"), CpuSet.parse(list));
    }

    @Test
    void shouldBeEmptyWhenTheListIsBlank() {
        assertTrue(CpuSet.parse(" \n").isEmpty());
        assertEquals(CpuSet.empty(), CpuSet.parse(""));
    }

    @Test
    void shouldMergeWhenRangesTouchOrOverlap() {
        assertEquals("0-6", CpuSet.parse("0-3,4,5-6").toString());
        assertEquals("0-6", CpuSet.parse("2-6, 0-3").toString());
        assertEquals("4-7", CpuSet.range(4, 8).toString());
    }

    @ParameterizedTest
    @ValueSource(strings = {"a", "1-", "-1", "3-1", "1--2", "1,,2", ",", "1,", "0x1", "65536", "999999999999", "1 2"})
    void shouldQuoteTheListWhenItIsNone(String list) {
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> CpuSet.parse(list));

        assertTrue(e.getMessage().contains("in the list '" + list + "'"), e.getMessage());
        assertTrue(e.getMessage().contains("range such as 0-3"), e.getMessage());
    }

    @Test
    void shouldQuoteTheWrongPart() {
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> CpuSet.parse("0-3,7-5,9"));

        assertTrue(e.getMessage().startsWith("'7-5' in the list '0-3,7-5,9'"), e.getMessage());
    }
}
