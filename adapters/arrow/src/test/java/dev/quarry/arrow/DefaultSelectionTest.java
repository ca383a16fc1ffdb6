// SPDX-License-Identifier: Apache-2.0
package dev.quarry.arrow;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quarry.OffHeapAllocator;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.RootAllocator;
import org.junit.jupiter.api.Test;

/// What Arrow finds on the class path.
class DefaultSelectionTest {
    @Test
    void shouldBeArrowsDefaultByBeingThere() {
        OffHeapAllocator allocator = OffHeapAllocator.system();
        try (RootAllocator root = new RootAllocator();
                ArrowBuf buffer = root.buffer(1000)) {
            assertTrue(allocator.owns(buffer.memoryAddress()));
        }
        assertEquals(0, allocator.stats().liveBlocks());
        allocator.verify();
    }

    /// In a JVM whose process-wide allocator cannot be made: its options are wrong.
    @Test
    void shouldMakeNoProcessWideAllocatorForAProgramThatBringsItsOwn() throws Exception {
        Result own = runInChild("own");
        assertEquals("allocated", own.lastLine(), own::toString);
        Result byDefault = runInChild("default");
        assertFalse(byDefault.lines().contains("allocated"), byDefault::toString);
        assertTrue(byDefault.toString().contains("quarry.limit"), byDefault::toString);
    }

    private static Result runInChild(String mode) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                ProcessHandle.current().info().command().orElseThrow(),
                "-Dquarry.limit=nonsense",
                "--enable-native-access=ALL-UNNAMED",
                "--add-opens=java.base/java.nio=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-cp",
                System.getProperty("java.class.path"),
                DefaultSelectionTest.class.getName(),
                mode));
        Process child = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        child.waitFor();
        return new Result(output.lines().toList());
    }

    /// What a child said.
    private record Result(List<String> lines) {
        String lastLine() {
            return lines.isEmpty() ? "" : lines.getLast();
        }

        @Override
        public String toString() {
            return String.join("\n", lines);
        }
    }

    /// The child.
    /// @param arguments whether its allocator is its own or the default
    public static void main(String[] arguments) {
        if (arguments[0].equals("own")) {
            try (ArrowFixture fixture = new ArrowFixture();
                    RootAllocator root = fixture.newRoot()) {
                root.buffer(1000).close();
            }
        } else {
            try (RootAllocator root = new RootAllocator()) {
                root.buffer(1000).close();
            }
        }
        System.out.println("allocated");
    }
}
