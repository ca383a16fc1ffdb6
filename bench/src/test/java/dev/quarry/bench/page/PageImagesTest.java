// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.page;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/// Takes the pictures of a published run's page that the documents show.
@EnabledIfSystemProperty(
        named = "page.images",
        matches = ".+",
        disabledReason = "-Dpage.images=FOLDER, with a published results folder, writes docs/images anew")
class PageImagesTest {
    private static final Path ROOT =
            Path.of(System.getProperty("basedir", "")).toAbsolutePath().getParent();
    private static final Path IMAGES = ROOT.resolve("docs").resolve("images");

    @TempDir
    Path folder;

    @Test
    void shouldTakePictures() throws IOException {
        Optional<Path> program = Chromium.find();
        assumeTrue(program.isPresent(), "there is no Chromium on this machine: apt-get install chromium");
        Path page = PageWriter.write(ROOT.resolve(System.getProperty("page.images")));
        Files.createDirectories(IMAGES);
        try (Chromium browser = Chromium.start(program.get(), Files.createDirectory(folder.resolve("profile")))) {
            for (String scheme : List.of("light", "dark")) {
                take(browser, page, 1100, 1000, 1, scheme, "workloads", "benchmarks-" + scheme + ".png");
                take(browser, page, 390, 844, 2, scheme, "workloads", "benchmarks-phone-" + scheme + ".png");
            }
        }
    }

    private static void take(
            Chromium browser, Path page, int width, int height, int ratio, String scheme, String section, String name)
            throws IOException {
        Tab tab = browser.openTab();
        tab.emulate(width, height, ratio, scheme, "screen");
        tab.open(page);
        tab.evaluate("document.getElementById('" + section + "').scrollIntoView(), true");
        assertEquals(List.of(), tab.complaints());
        Files.write(IMAGES.resolve(name), tab.screenshot());
    }
}
