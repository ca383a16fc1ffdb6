// SPDX-License-Identifier: Apache-2.0
package dev.quarry.internal.jfr;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The setting takes what the JDK's own settings take.
class ElapsedControlTest {
    private final ElapsedControl control = new ElapsedControl();

    @ParameterizedTest
    @CsvSource({
        "0 ns, 0",
        "7ns, 7",
        "20 us, 20000",
        "20 ms, 20000000",
        "3 s, 3000000000",
        "2 m, 120000000000",
        "1 h, 3600000000000",
        "1 d, 86400000000000",
        "999999999999999 d, 9223372036854775807",
        "soon, 0",
        "-1 ns, 0",
        "'', 0"
    })
    void shouldReadTimes(String text, long ns) {
        assertEquals(ns, ElapsedControl.parseNs(text));
    }

    @Test
    void shouldRecordWhatAnyRecordingWants() {
        assertEquals("900 us", control.combine(Set.of("1 ms", "900 us", "2 s")));
        assertEquals("0 ns", control.combine(Set.of()));
    }

    @Test
    void shouldAcceptFromTheMinimumOn() {
        assertTrue(control.accepts(0));
        control.setValue("1 us");
        assertEquals("1 us", control.getValue());
        assertFalse(control.accepts(999));
        assertTrue(control.accepts(1000));
    }
}
