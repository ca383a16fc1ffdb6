// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.page;

import com.samskivert.mustache.Mustache;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/// Makes the page of a run: one file that opens from disk and needs no network.
public final class PageWriter {
    private static final String PAGE = "index.html";
    private static final String TEMPLATE = "/dev/quarry/bench/page/page.mustache";

    private PageWriter() {}

    /// Reads the result files of a folder and writes its `index.html`, in the place of the one that is there.
    ///
    /// The folder holds `env.json`, `workloads.json`, `memory.json`, `latency.json`, a `jmh-SUITE.json` for each of
    /// `jmhSuites` in `env.json`, and may hold `notes.json`: an object from cases to sentences, which stand where
    /// Quarry is behind. A case's name there is that of its file and its own, as in `workloads/larson`, `jmh/pair` or
    /// `scaling/mstress`.
    ///
    /// @return the file that was written
    /// @throws IOException when a file is missing, cannot be read or does not say what it must, or the page cannot be
    ///     written; the message is one sentence that names the file, and an earlier page is as it was
    public static Path write(Path resultsFolder) throws IOException {
        String text;
        try {
            text = render(Page.of(ResultsFolder.read(resultsFolder)));
        } catch (BadResultsException e) {
            throw new IOException(resultsFolder + ": " + e.getMessage(), e);
        }
        Path page = resultsFolder.resolve(PAGE);
        Path draft = resultsFolder.resolve(PAGE + ".tmp");
        try {
            Files.writeString(draft, text);
            Files.move(draft, page, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(draft);
        }
        return page;
    }

    private static String render(Page page) {
        return Mustache.compiler()
                .emptyStringIsFalse(true)
                .compile(Resources.read(TEMPLATE))
                .execute(page);
    }
}
