// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.suite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quarry.bench.runner.Children;
import dev.quarry.bench.runner.NativeHarness;
import dev.quarry.bench.suite.Lineup.Missing;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CompetitorsTest {
    private static final Path SOURCES = Path.of("native");

    @TempDir
    Path directory;

    private Lineup find(Path sources) throws Exception {
        Children children = new Children(directory);
        return Competitors.find(children, new NativeHarness(children, sources, directory));
    }

    @Test
    void shouldSayWhyTheNativesAreMissing() throws Exception {
        Lineup lineup = find(directory.resolve("absent"));
        assertEquals(
                Competitors.natives(),
                lineup.missing().stream().map(Missing::subject).toList());
        String reason = lineup.missing().get(0).reason();
        assertTrue(reason.startsWith("no C sources in "), reason);
        assertTrue(lineup.subject("quarry").isPresent());
    }

    /// Each case finds everybody whom it wants to ask, or the reason why not.
    @Test
    void shouldKnowEverybodyWhoIsAsked() throws Exception {
        Lineup lineup = find(SOURCES);
        Set<String> known = Stream.concat(
                        lineup.subjects().stream().map(SuiteSubject::name),
                        lineup.missing().stream().map(Missing::subject))
                .collect(Collectors.toSet());
        for (SuiteCase suiteCase : SuiteCases.all()) {
            List<String> asked = suiteCase.subjects(Scale.FULL);
            assertTrue(known.containsAll(asked), suiteCase.label() + " asks " + asked + " of " + known);
        }
    }

    /// A preload that has no effect is found here, and not in the figures.
    @Test
    void shouldAskEachNativeForItsVersion() throws Exception {
        for (SuiteSubject subject : find(SOURCES).subjects()) {
            if (Competitors.natives().contains(subject.name())) {
                assertTrue(subject.version().matches(".*\\d+\\.\\d+.*"), subject.toString());
                assertEquals(subject.name().equals("glibc"), subject.version().startsWith("glibc"), subject.toString());
            }
        }
    }
}
