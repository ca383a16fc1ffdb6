// SPDX-License-Identifier: Apache-2.0
package dev.quarry.internal.region;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import dev.quarry.numa.OsCall;
import org.junit.jupiter.api.Test;

class ReservationsTest {
    private static final long BYTES = 1 << 20;

    @Test
    void shouldHandOutAReturnedRangeOfTheSameSizeAndMachineOnly() {
        try (SimulatedRegions machine = new SimulatedRegions(0);
                SimulatedRegions other = new SimulatedRegions(0)) {
            long first = Reservations.reserve(machine.os(), BYTES, BYTES);
            Reservations.giveBack(machine.os(), first, BYTES);

            long larger = Reservations.reserve(machine.os(), 2 * BYTES, BYTES);
            long elsewhere = Reservations.reserve(other.os(), BYTES, BYTES);
            assertNotEquals(first, larger);
            assertNotEquals(first, elsewhere);
            assertEquals(first, Reservations.reserve(machine.os(), BYTES, BYTES));
            long second = Reservations.reserve(machine.os(), BYTES, BYTES);
            assertNotEquals(first, second);
            assertEquals(3, machine.os().calls(OsCall.RESERVE));

            machine.os().release(first, BYTES);
            machine.os().release(second, BYTES);
            machine.os().release(larger, 2 * BYTES);
            other.os().release(elsewhere, BYTES);
        }
    }
}
