// SPDX-License-Identifier: Apache-2.0
package dev.quarry.netty;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

/// A process that records nothing does not load the flight recorder for its first buffer: that costs 7 MiB.
class StartFootprintTest {
    private static final String SERVED = "a buffer has served";

    /// What a JVM of its own runs.
    public static void main(String[] arguments) {
        ByteBuf buffer = QuarryByteBufAllocator.DEFAULT.directBuffer(100);
        buffer.writeByte(1);
        buffer.capacity(5_000);
        buffer.release();
        System.out.println(SERVED);
    }

    @Test
    void shouldLeaveTheFlightRecorderAlone() throws Exception {
        Process child = new ProcessBuilder(
                        ProcessHandle.current().info().command().orElseThrow(),
                        "-Xlog:class+load=info:stdout:none",
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        StartFootprintTest.class.getName())
                .redirectErrorStream(true)
                .start();
        List<String> lines = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
                .lines()
                .toList();
        assertEquals(0, child.waitFor());
        assertTrue(lines.contains(SERVED), lines::toString);
        assertTrue(lines.stream().anyMatch(line -> line.startsWith(QuarryByteBufAllocator.class.getName())));
        assertEquals(
                List.of(),
                lines.stream()
                        .filter(line -> line.startsWith("jdk.jfr.internal.MetadataRepository"))
                        .toList());
    }
}
