// SPDX-License-Identifier: Apache-2.0
package dev.quarry;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A heap without room for one object more: malloc and free go on, for they put nothing on it.
@Tag("once")
class FullHeapTest {
    @ParameterizedTest
    @ValueSource(strings = {"-Xmixed", "-Xint"})
    void shouldGoOnWithoutTheHeap(String mode) throws Exception {
        ChildJvm.Outcome outcome = ChildJvm.run(FullHeapChild.class, List.of("-Xmx32m", "-XX:+UseSerialGC", mode));
        outcome.requireSuccess();
        for (String line : List.of(
                "heap full: true",
                "heap errors in steady state: 0",
                "new thread: ok",
                "live: 0, lost: 0",
                "arenas in use: 1")) {
            assertTrue(outcome.output().contains(line + System.lineSeparator()), outcome.output());
        }
    }
}
