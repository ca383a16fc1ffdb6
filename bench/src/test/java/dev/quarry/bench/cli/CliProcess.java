// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/// Starts the command line in a JVM of its own, as the launcher does.
final class CliProcess {
    private static final long LIMIT_SECONDS = 120;

    /// Undoes what a shell does to programs in its background: they, and all that they start, never see a Ctrl-C.
    private static final List<String> WITH_INTERRUPT = List.of("env", "--default-signal=INT");

    private static final Path STATUS = Path.of("/proc/self/status");
    private static final String IGNORED_SIGNALS = "SigIgn:";
    private static final long INTERRUPT_BIT = 1 << 1;

    private final Path home;
    private final Path output;
    private final Path errors;
    private final List<String> properties = new ArrayList<>();
    private String mainClass = QuarryCli.class.getName();

    record Result(int status, String output, String errors) {}

    CliProcess(Path home) throws IOException {
        this.home = home;
        output = Files.createFile(home.resolve("stdout"));
        errors = Files.createFile(home.resolve("stderr"));
    }

    CliProcess withProperty(String key, String value) {
        properties.add("-D" + key + "=" + value);
        return this;
    }

    /// Starts another program instead, with the same surroundings.
    CliProcess withMain(Class<?> main) {
        mainClass = main.getName();
        return this;
    }

    Process start(String... arguments) throws IOException {
        List<String> command = new ArrayList<>(isInterruptIgnored() ? WITH_INTERRUPT : List.of());
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("-Xmx256m");
        command.add("--enable-native-access=ALL-UNNAMED");
        command.add("-Dbench.home=" + home);
        command.addAll(properties);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), mainClass));
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command)
                .redirectOutput(output.toFile())
                .redirectError(errors.toFile())
                .start();
    }

    private static boolean isInterruptIgnored() throws IOException {
        if (!Files.isReadable(STATUS)) {
            return false;
        }
        try (Stream<String> lines = Files.lines(STATUS)) {
            return lines.filter(line -> line.startsWith(IGNORED_SIGNALS))
                    .map(line -> line.substring(IGNORED_SIGNALS.length()).strip())
                    .anyMatch(mask -> (Long.parseUnsignedLong(mask, 16) & INTERRUPT_BIT) != 0);
        }
    }

    Result run(String... arguments) throws IOException, InterruptedException {
        Process process = start(arguments);
        try {
            if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
                throw new AssertionError("still running after " + LIMIT_SECONDS + " s; it said: " + errors());
            }
            return new Result(process.exitValue(), Files.readString(output), errors());
        } finally {
            process.destroyForcibly();
        }
    }

    String errors() throws IOException {
        return Files.readString(errors);
    }

    void awaitErrors(String text) throws IOException {
        while (!errors().contains(text)) {
            Thread.onSpinWait();
        }
    }
}
