// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.runner;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class ChildTest {
    private static final Duration LIMIT = Duration.ofSeconds(30);

    @TempDir
    Path directory;

    private Children children;

    @BeforeEach
    void create() {
        children = new Children(directory);
    }

    private Child shell(String script, Duration limit) throws IOException, ChildFailedException {
        return children.start("the shell", List.of("/bin/sh", "-c", script), Map.of("ADDED", "here"), limit);
    }

    @Test
    void shouldTalkWithTheChild() throws Exception {
        try (Child child = shell("echo $ADDED; read a; echo got $a; echo; echo end", LIMIT)) {
            assertEquals("here", child.readLine());
            child.send("this");
            assertEquals("got this", child.readLine());
            assertEquals("\nend\n", child.readRest());
        }
        assertNoFiles();
    }

    @Test
    void shouldSayWhyTheChildEnded() throws Exception {
        try (Child child = shell("echo begun; echo 'no luck' >&2; exit 3", LIMIT)) {
            assertEquals("begun", child.readLine());
            ChildFailedException e = assertThrows(ChildFailedException.class, child::readLine);
            assertEquals("the shell failed: exit code 3: no luck", e.getMessage());
        }
        assertNoFiles();
    }

    @Test
    void shouldRefuseTheOutputOfAChildThatFails() throws Exception {
        try (Child child = shell("echo half; exit 3", LIMIT)) {
            ChildFailedException e = assertThrows(ChildFailedException.class, child::readRest);
            assertEquals("the shell failed: exit code 3: no message", e.getMessage());
        }
    }

    @Test
    void shouldSayWhyTheChildCannotBeToldAnything() throws Exception {
        try (Child child = shell("exit 3", LIMIT)) {
            assertTrue(child.endsWithin(LIMIT));
            ChildFailedException e = assertThrows(ChildFailedException.class, () -> child.send("anything"));
            assertEquals("the shell failed: exit code 3: no message", e.getMessage());
        }
    }

    @Test
    void shouldEndAChildThatRunsOutOfTime() throws Exception {
        try (Child child = shell("exec sleep 600", Duration.ofMillis(200))) {
            ChildFailedException e = assertThrows(ChildFailedException.class, child::readLine);
            assertEquals("the shell failed: ended after 0 s, its time limit", e.getMessage());
        }
    }

    @Test
    void shouldBeInterruptedWithItsChild() throws Exception {
        try (Child child = shell("exit 130", LIMIT)) {
            assertThrows(CancellationException.class, child::readLine);
        }
    }

    @Test
    void shouldEndWithAllOthers() throws Exception {
        try (Child child = shell("echo begun; exec sleep 600", LIMIT)) {
            assertEquals("begun", child.readLine());
            assertFalse(child.endsWithin(Duration.ZERO));
            new Thread(children::endAll).start();
            assertThrows(CancellationException.class, child::readLine);
        }
        assertThrows(CancellationException.class, () -> shell("echo late", LIMIT));
        assertNoFiles();
    }

    @Test
    void shouldEndItsChildWhenClosed() throws Exception {
        Child closed;
        try (Child child = shell("echo begun; exec sleep 600", LIMIT)) {
            child.readLine();
            closed = child;
        }
        assertTrue(closed.endsWithin(LIMIT));
        assertNoFiles();
    }

    @Test
    void shouldSayThatThereIsNoSuchProgram() throws Exception {
        List<String> command = List.of("/no/such/program");
        ChildFailedException e =
                assertThrows(ChildFailedException.class, () -> children.start("nobody", command, Map.of(), LIMIT));
        assertTrue(e.isNotStarted(), e.getMessage());
        assertNoFiles();
    }

    private void assertNoFiles() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            assertEquals(List.of(), files.toList());
        }
    }
}
