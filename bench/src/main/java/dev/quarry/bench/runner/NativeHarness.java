// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.runner;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// Builds the C program of `bench/native`, unless what stands is as new as its sources.
public final class NativeHarness {
    private static final Duration COMPILE_LIMIT = Duration.ofMinutes(2);
    private static final String COMPILER = "cc";

    private final Children children;
    private final Path sourceDirectory;
    private final Path binary;

    public NativeHarness(Children children, Path sourceDirectory, Path workDirectory) {
        this.children = children;
        this.sourceDirectory = sourceDirectory;
        this.binary = workDirectory.resolve("native").resolve("replay");
    }

    /// Why the program cannot be had is the message of the exception, one sentence.
    public static final class UnavailableException extends Exception {
        private static final long serialVersionUID = 1L;

        UnavailableException(String message) {
            super(message);
        }
    }

    public Path build() throws IOException, UnavailableException {
        List<Path> sources = sources();
        if (sources.isEmpty()) {
            throw new UnavailableException(
                    "no C sources in " + sourceDirectory + "; run the launcher `quarry` of a checkout");
        }
        if (!isCurrent(sources)) {
            compile(sources);
        }
        return binary;
    }

    private List<Path> sources() throws IOException {
        if (!Files.isDirectory(sourceDirectory)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(sourceDirectory)) {
            return files.filter(file -> file.toString().matches(".*\\.[ch]")).toList();
        }
    }

    private boolean isCurrent(List<Path> sources) throws IOException {
        if (!Files.isExecutable(binary)) {
            return false;
        }
        FileTime built = Files.getLastModifiedTime(binary);
        for (Path source : sources) {
            if (Files.getLastModifiedTime(source).compareTo(built) > 0) {
                return false;
            }
        }
        return true;
    }

    /// Compiles beside the place of the program and moves it there, so that nobody starts a half-written one.
    private void compile(List<Path> sources) throws IOException, UnavailableException {
        Files.createDirectories(binary.getParent());
        Path fresh = Files.createTempFile(binary.getParent(), "replay", ".new");
        try {
            List<String> command = new ArrayList<>(List.of(COMPILER, "-O2", "-std=gnu17", "-pthread"));
            sources.stream()
                    .map(Path::toString)
                    .filter(file -> file.endsWith(".c"))
                    .forEach(command::add);
            command.addAll(List.of("-o", fresh.toString(), "-ldl"));
            children.run(command, Map.of(), COMPILE_LIMIT);
            Files.move(fresh, binary, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
        } catch (ChildFailedException e) {
            throw new UnavailableException(
                    e.isNotStarted()
                            ? "no C compiler `cc` on the PATH; apt-get install gcc libc6-dev"
                            : "the C program does not compile here: " + e.getMessage());
        } finally {
            Files.deleteIfExists(fresh);
        }
    }
}
