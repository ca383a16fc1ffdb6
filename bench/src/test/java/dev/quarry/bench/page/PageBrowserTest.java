// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.page;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Opens the page from disk, as a reader does.
class PageBrowserTest {
    /// For each plot how many marks have a size, or -1 where anything in it is no number.
    private static final String MARKS = """
            [...document.querySelectorAll("figure[data-plot]")].map(figure => {
              const svg = figure.querySelector(".plot > svg");
              if (!svg || /NaN|undefined|Infinity/.test(svg.outerHTML)) return -1;
              return [...svg.querySelectorAll(".mark rect, .mark circle, .mark path")]
                .filter(mark => Object.values(mark.getBoundingClientRect().toJSON()).some(side => side > 0)).length;
            })""";

    private static final String SIDEWAYS_PIXELS =
            "document.documentElement.scrollWidth - document.documentElement.clientWidth";
    private static final String GROUND = "getComputedStyle(document.body).backgroundColor";

    @TempDir
    static Path folder;

    private static Path page;
    private static Chromium browser;

    @BeforeAll
    static void open() throws IOException {
        Optional<Path> program = Chromium.find();
        assumeTrue(program.isPresent(), "there is no Chromium on this machine: apt-get install chromium");
        page = PageWriter.write(MadeUpRun.copyTo(folder));
        browser = Chromium.start(program.get(), Files.createDirectory(folder.resolve("profile")));
    }

    @AfterAll
    static void close() throws IOException {
        if (browser != null) {
            browser.close();
        }
    }

    private static Tab open(Path file, int width, int height, String scheme, String media) throws IOException {
        Tab tab = browser.openTab();
        tab.emulate(width, height, 1, scheme, media);
        tab.open(file);
        return tab;
    }

    private static List<Integer> marks(Tab tab) throws IOException {
        return tab.evaluate(MARKS).elements().stream()
                .map(count -> (int) count.number())
                .toList();
    }

    @ParameterizedTest
    @CsvSource({"390, 844, light", "390, 844, dark", "1200, 900, light", "1200, 900, dark"})
    void shouldDrawEveryPlotWithoutAComplaint(int width, int height, String scheme) throws IOException {
        Tab tab = open(page, width, height, scheme, "screen");
        List<Integer> marks = marks(tab);
        assertEquals(List.of(), tab.complaints());
        assertTrue(marks.size() > 10, marks + " plots");
        assertTrue(marks.stream().allMatch(count -> count > 0), "marks by plot: " + marks);
        assertEquals(0, tab.evaluate(SIDEWAYS_PIXELS).number(), "pixels to scroll sideways");
    }

    @Test
    void shouldNeedNothingButItself() throws IOException {
        Tab tab = open(page, 1200, 900, "light", "screen");
        assertEquals(List.of(page.toUri().toString()), tab.requests());
    }

    @Test
    void shouldHaveADarkGroundWhereItIsAskedFor() throws IOException {
        assertEquals("rgb(20, 23, 26)", ground("dark", "screen"));
        assertEquals("rgb(255, 255, 255)", ground("light", "screen"));
    }

    @Test
    void shouldPrintOnWhite() throws IOException {
        assertEquals("rgb(255, 255, 255)", ground("dark", "print"));
    }

    private static String ground(String scheme, String media) throws IOException {
        return open(page, 1200, 900, scheme, media).evaluate(GROUND).text();
    }

    /// That the checks above see a page that is broken.
    @Test
    void shouldSeeWhatIsBroken() throws IOException {
        Path broken = folder.resolve("broken.html");
        Files.writeString(broken, Files.readString(page).replace("const KINDS = {", "const KINDS = { ...nothing,"));
        Tab tab = open(broken, 1200, 900, "light", "screen");
        assertTrue(marks(tab).contains(-1), "a plot without marks");
        assertFalse(tab.complaints().isEmpty(), "an error in the script");
    }
}
