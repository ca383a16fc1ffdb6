// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.page;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/// A folder of results that nobody measured: a competitor is missing, a row failed, and Quarry is behind in some cases.
final class MadeUpRun {
    private static final Path FILES = Path.of("src", "test", "resources", "dev", "quarry", "bench", "page", "run");

    private MadeUpRun() {}

    static List<String> fileNames() {
        try (Stream<Path> files = Files.list(FILES)) {
            return files.map(file -> String.valueOf(file.getFileName()))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Copies the files, so that a test may spoil them.
    static Path copyTo(Path folder) throws IOException {
        Path run = Files.createDirectories(folder.resolve("made-up-run"));
        for (String name : fileNames()) {
            Files.copy(FILES.resolve(name), run.resolve(name));
        }
        return run;
    }
}
