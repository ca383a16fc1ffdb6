// SPDX-License-Identifier: Apache-2.0
package dev.quarry.internal.region;

import static dev.quarry.numa.RawMemory.getLong;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quarry.numa.OsCall;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TableTest {
    private static final int PAGE = 4096;

    private final SimulatedRegions machine = new SimulatedRegions(4 * PAGE);
    private final Region region = machine.region(64 * PAGE);

    @AfterEach
    void releaseMachine() {
        machine.close();
    }

    @Test
    void shouldCommitNoMoreThanTheOsPagesItNeeds() {
        Table table = new Table(region, 8 * PAGE, PAGE, false);

        assertTrue(table.tryCover(1));
        assertEquals(PAGE, region.committedBytes());
        assertTrue(table.tryCover(PAGE));
        assertEquals(PAGE, region.committedBytes());
        assertTrue(table.tryCover(PAGE + 1));
        assertEquals(2 * PAGE, region.committedBytes());
        assertTrue(table.tryCover(1));
        assertEquals(2 * PAGE, region.committedBytes());
        assertEquals(region.base() + 8 * PAGE, table.address());
        assertEquals(0, getLong(table.address() + 2 * PAGE - Long.BYTES));
    }

    @Test
    void shouldStayAsItWasWhenCreditIsWanting() {
        Table table = new Table(region, 0, PAGE, false);
        assertTrue(table.tryCover(2 * PAGE));

        assertFalse(table.tryCover(5 * PAGE));
        assertEquals(2 * PAGE, region.committedBytes());
        assertTrue(table.tryCover(4 * PAGE));
    }

    @Test
    void shouldTakeCreditAloneWhereAllIsReadableAlready() {
        Table table = new Table(region, 0, PAGE, true);

        assertTrue(table.tryCover(3 * PAGE));
        assertEquals(3 * PAGE, region.committedBytes());
        assertEquals(0, machine.os().calls(OsCall.COMMIT));
    }
}
