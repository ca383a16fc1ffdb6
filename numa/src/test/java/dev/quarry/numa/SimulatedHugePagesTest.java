// SPDX-License-Identifier: Apache-2.0
package dev.quarry.numa;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SimulatedHugePagesTest {
    private static final long HUGE = 2 << 20;
    private static final int OS_PAGE = 4096;

    private final SimulatedMemory memory =
            new SimulatedMemory(SimulatedMachine.builder().build());

    private long address;

    @BeforeEach
    void reserve() {
        address = memory.reserve(4 * HUGE, HUGE);
        memory.commit(address, 4 * HUGE);
    }

    @AfterEach
    void turnOff() {
        memory.turnOff();
    }

    @Test
    void shouldMakeThoseThatLieInTheRangeAsAWhole() {
        memory.collapse(address + OS_PAGE, 3 * HUGE);

        assertEquals(2 * HUGE, memory.hugeBytes());
    }

    @Test
    void shouldSplitWhatIsPurgedInPart() {
        memory.collapse(address, 4 * HUGE);
        memory.purge(address + 2 * HUGE - OS_PAGE, 2 * OS_PAGE);

        assertEquals(2 * HUGE, memory.hugeBytes());
    }

    @Test
    void shouldSplitWhatIsMoved() {
        memory.collapse(address, 4 * HUGE);
        memory.remap(address, address + 3 * HUGE, OS_PAGE);

        assertEquals(2 * HUGE, memory.hugeBytes());
    }

    @Test
    void shouldBackWhatWasPurged() {
        memory.purge(address, HUGE);
        memory.collapse(address, HUGE);

        assertEquals(HUGE, memory.residentBytes(address, HUGE));
    }

    @Test
    void shouldRefuseWhatIsNotCommitted() {
        long other = memory.reserve(HUGE, HUGE);

        assertThrows(IllegalStateException.class, () -> memory.collapse(other, HUGE));
        assertEquals(0, memory.hugeBytes());
    }
}
