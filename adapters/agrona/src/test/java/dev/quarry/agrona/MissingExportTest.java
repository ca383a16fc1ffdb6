// SPDX-License-Identifier: Apache-2.0
package dev.quarry.agrona;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// Runs in a JVM that was started without the flag.
@Tag("without-exports")
class MissingExportTest {
    @Test
    void shouldNameTheMissingFlag() {
        assertEquals(
                "Agrona's buffers need the JVM's flag --add-exports java.base/jdk.internal.misc=ALL-UNNAMED,"
                        + " and it was started without",
                assertThrows(IllegalStateException.class, AgronaBuffers::new).getMessage());
    }
}
