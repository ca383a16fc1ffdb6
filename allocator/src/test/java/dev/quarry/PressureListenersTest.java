// SPDX-License-Identifier: Apache-2.0
package dev.quarry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class PressureListenersTest {
    private final PressureListeners listeners = new PressureListeners();
    private final List<Pressure> told = new ArrayList<>();
    private final List<String> dropped = new ArrayList<>();

    private void tell(Pressure... levels) {
        for (Pressure level : levels) {
            listeners.tell(level, dropped::add);
        }
    }

    @Test
    void shouldTellEachChangeOnce() {
        listeners.add(told::add, () -> false);
        tell(Pressure.NORMAL, Pressure.MODERATE, Pressure.MODERATE, Pressure.SEVERE, Pressure.NORMAL, Pressure.NORMAL);

        assertEquals(List.of(Pressure.MODERATE, Pressure.SEVERE, Pressure.NORMAL), told);
    }

    @Test
    void shouldTellWhoComesLaterWhatHoldsThen() {
        tell(Pressure.SEVERE);
        listeners.add(told::add, () -> false);
        tell(Pressure.SEVERE, Pressure.SEVERE);

        assertEquals(List.of(Pressure.SEVERE), told);
    }

    @Test
    void shouldTellNothingAfterTheEndOfTheRegistration() {
        Registration first = listeners.add(told::add, () -> false);
        listeners.add(told::add, () -> false);
        first.close();
        first.close();
        tell(Pressure.SEVERE);

        assertEquals(List.of(Pressure.SEVERE), told, "the same listener may be registered twice, and end once");
    }

    @Test
    void shouldDropWhoThrowsThreeTimesAndTellTheOthers() {
        List<Pressure> toldToFailing = new ArrayList<>();
        listeners.add(
                level -> {
                    toldToFailing.add(level);
                    throw new StackOverflowError("planted");
                },
                () -> false);
        listeners.add(told::add, () -> false);
        tell(Pressure.MODERATE, Pressure.SEVERE);
        assertEquals(List.of(), dropped);
        tell(Pressure.NORMAL, Pressure.MODERATE, Pressure.SEVERE);

        assertEquals(List.of(Pressure.MODERATE, Pressure.SEVERE, Pressure.NORMAL), toldToFailing);
        assertEquals(5, told.size());
        assertEquals(1, dropped.size());
        assertTrue(
                dropped.get(0).contains("has thrown 3 times") && dropped.get(0).contains("planted"), dropped::toString);
    }

    @Test
    void shouldLetAListenerEndItselfAndAddOthers() {
        Registration[] own = new Registration[1];
        own[0] = listeners.add(
                level -> {
                    own[0].close();
                    listeners.add(told::add, () -> false);
                },
                () -> false);
        tell(Pressure.MODERATE, Pressure.SEVERE);

        assertEquals(List.of(Pressure.SEVERE), told);
    }

    @Test
    void shouldForgetWhoseAllocatorIsClosed() {
        boolean[] isClosed = new boolean[1];
        listeners.add(told::add, () -> isClosed[0]);
        tell(Pressure.MODERATE);
        isClosed[0] = true;
        tell(Pressure.SEVERE);

        assertEquals(List.of(Pressure.MODERATE), told);
    }
}
