// SPDX-License-Identifier: Apache-2.0
package dev.quarry;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Agrona's own readers read a live file's counters and errors. They need a flag, so they run in a JVM of their own.
@Tag("once")
class AgronaReadersTest {
    @TempDir
    Path parent;

    @Test
    void shouldReadCountersAndErrors() throws Exception {
        ChildJvm.Outcome outcome = ChildJvm.run(
                AgronaReadersChild.class,
                List.of("--add-exports", "java.base/jdk.internal.misc=ALL-UNNAMED"),
                parent.resolve("live").toString());
        outcome.requireSuccess();
        List<String> lines = outcome.output().lines().toList();
        assertTrue(lines.contains("32 counters"), outcome::toString);
        assertTrue(lines.contains("4102 quarry.limit.bytes 67108864"), outcome::toString);
        assertTrue(lines.contains("4104 quarry.committed.bytes as the statistics say"), outcome::toString);
        assertTrue(
                lines.contains("2 times: invalid free, foreign; the first: 0x10 is not an address of this allocator"),
                outcome::toString);
        assertTrue(lines.contains("1 errors"), outcome::toString);
    }
}
