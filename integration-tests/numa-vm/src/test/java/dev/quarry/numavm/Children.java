// SPDX-License-Identifier: Apache-2.0
package dev.quarry.numavm;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/// Runs a program of this package in a JVM of its own.
final class Children {
    /// How it ended, and what it printed.
    record Ended(int exitCode, String output) {}

    private Children() {}

    /// Runs a program to its end. A prefix of the command, such as a shell that changes what its children may do, comes
    /// before the JVM.
    static Ended run(List<String> prefix, Class<?> program, String... arguments) {
        List<String> command = new ArrayList<>(prefix);
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of(
                "--enable-native-access=ALL-UNNAMED", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xmx64m", "-cp"));
        command.add(System.getProperty("java.class.path"));
        command.add(program.getName());
        Collections.addAll(command, arguments);
        try {
            Process child =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            child.getOutputStream().close();
            String output = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return new Ended(child.waitFor(), output);
        } catch (IOException e) {
            throw new IllegalStateException("a child could not be run", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while a child ran", e);
        }
    }
}
