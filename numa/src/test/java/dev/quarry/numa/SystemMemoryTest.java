// SPDX-License-Identifier: Apache-2.0
package dev.quarry.numa;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class SystemMemoryTest {
    @Test
    void shouldGiveTheSameInstanceAlways() {
        assertSame(NativeMemory.system(), NativeMemory.system());
    }

    @Test
    void shouldWorkWhenNativeAccessIsEnabled() throws Exception {
        String output = runChild("--enable-native-access=ALL-UNNAMED", "--illegal-native-access=deny");

        assertEquals("first: ok\nsecond: ok\n", output);
    }

    @Test
    void shouldNameTheFlagWhenNativeAccessIsDenied() throws Exception {
        assumeFalse(NativeMemory.system().isPortable(), "the portable mode needs no native access");
        String output = runChild("--illegal-native-access=deny");

        String refusal = "native access is denied to the class path:"
                + " start the JVM with --enable-native-access=ALL-UNNAMED\n";
        assertEquals("first: " + refusal + "second: " + refusal, output);
    }

    @Test
    void shouldProceedWhenNativeAccessIsOnlyWarnedAbout() throws Exception {
        String output = runChild("--illegal-native-access=warn");

        assertTrue(output.endsWith("first: ok\nsecond: ok\n"), output);
    }

    @Test
    void shouldNameTheModuleWhenItHasAName() {
        String message = SystemMemory.denied(Object.class.getModule());

        assertTrue(message.endsWith("--enable-native-access=java.base"), message);
    }

    /// Runs [SystemMemoryChild] in a JVM of its own and gives what it prints.
    private static String runChild(String... flags) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of(flags));
        command.addAll(List.of("-Xmx64m", "-cp", System.getProperty("java.class.path")));
        command.add(SystemMemoryChild.class.getName());
        Process child = new ProcessBuilder(command).redirectErrorStream(true).start();
        try {
            String output = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertTrue(child.waitFor(60, TimeUnit.SECONDS), "the child ends by itself");
            return output;
        } finally {
            child.destroyForcibly();
        }
    }
}
