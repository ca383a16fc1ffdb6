// SPDX-License-Identifier: Apache-2.0
package dev.quarry;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// A recorder that comes and goes in the middle of the load.
@Tag("once")
class FlightRecorderChurnTest {
    /// A deadlock would show as a child that does not end.
    @Test
    void shouldWorkOnWhileRecordingsStartAndStop() throws Exception {
        ChildJvm.Outcome outcome = ChildJvm.run(FlightRecorderChurnChild.class, List.of(), "100");
        outcome.requireSuccess();
        assertTrue(outcome.output().contains("live: 0, lost events: 0"), outcome::toString);
    }
}
