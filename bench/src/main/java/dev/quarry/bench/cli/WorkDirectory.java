// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// Where a run keeps its files: the compiled harness and results, which stay, and a directory of its own, which goes.
/// Below the checkout where it can be written, else in the user's cache.
final class WorkDirectory {
    private static final int ATTEMPTS = 100;

    private final Path root;
    private final Path scratch;

    private WorkDirectory(Path root, Path scratch) {
        this.root = root;
        this.scratch = scratch;
    }

    /// @throws IOException when there is no place to write to, with a sentence that says so
    static WorkDirectory create(Path home) throws IOException {
        List<Path> candidates =
                List.of(home.resolve("bench").resolve("target"), userCache().resolve("quarry"));
        for (Path root : candidates) {
            Optional<Path> scratch = scratchIn(root);
            if (scratch.isPresent()) {
                return new WorkDirectory(root.toAbsolutePath(), scratch.get().toAbsolutePath());
            }
        }
        throw new IOException("expected to write to one of " + candidates + ", and none can be written");
    }

    private static Path userCache() {
        String cache = System.getenv("XDG_CACHE_HOME");
        return cache == null || cache.isEmpty() ? Path.of(System.getProperty("user.home"), ".cache") : Path.of(cache);
    }

    private static Optional<Path> scratchIn(Path root) {
        try {
            return Optional.of(Files.createTempDirectory(Files.createDirectories(root), "run-"));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    Path root() {
        return root;
    }

    Path scratch() {
        return scratch;
    }

    /// Deletes the run's own directory, as far as it can. A child that is being started just now may still put a file
    /// into it, so a directory that was not empty is looked through again.
    void deleteScratch() {
        IOException failure = null;
        for (int attempt = 0; attempt < ATTEMPTS && Files.exists(scratch); attempt++) {
            try (Stream<Path> files = Files.walk(scratch)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.deleteIfExists(file);
                }
            } catch (IOException | UncheckedIOException e) {
                failure = e instanceof UncheckedIOException unchecked ? unchecked.getCause() : (IOException) e;
            }
        }
        if (failure != null && Files.exists(scratch)) {
            System.err.println("quarry: " + scratch + " is left behind: " + failure.getMessage());
        }
    }
}
