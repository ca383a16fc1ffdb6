// SPDX-License-Identifier: Apache-2.0
package dev.quarry;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/// Runs a program of the tests in a JVM of its own, with the access flags of this one, if asked under a shell's limits.
final class ChildJvm {
    private static final long TIMEOUT_SECONDS = 120;

    private ChildJvm() {}

    /// What a child leaves: its exit code, and what it printed on both streams.
    record Outcome(int exitCode, String output) {
        void requireSuccess() {
            assertTrue(exitCode == 0, this::toString);
        }
    }

    static Outcome run(Class<?> program, List<String> flags, String... arguments) throws Exception {
        return run("exec", program, flags, arguments);
    }

    /// @param start the shell's words before the JVM's command, such as `ulimit -v 4000000; exec`
    static Outcome run(String start, Class<?> program, List<String> flags, String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of("/bin/sh", "-c", start + " \"$@\"", "sh"));
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        for (String flag : ManagementFactory.getRuntimeMXBean().getInputArguments()) {
            if (flag.startsWith("--")) {
                command.add(flag);
            }
        }
        command.addAll(flags);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), program.getName()));
        command.addAll(List.of(arguments));
        Process child = new ProcessBuilder(command).redirectErrorStream(true).start();
        CompletableFuture<String> output = CompletableFuture.supplyAsync(() -> readAll(child.getInputStream()));
        try {
            assertTrue(child.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS), "the child did not end: " + command);
            return new Outcome(child.exitValue(), output.get());
        } finally {
            child.destroyForcibly();
        }
    }

    private static String readAll(InputStream stream) {
        try (stream) {
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        }
    }
}
