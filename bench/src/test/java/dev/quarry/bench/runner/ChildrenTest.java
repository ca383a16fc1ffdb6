// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.runner;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class ChildrenTest {
    private static final Duration LIMIT = Duration.ofSeconds(30);

    @TempDir
    Path directory;

    private Children children;

    @BeforeEach
    void create() {
        children = new Children(directory);
    }

    private String shell(String script) throws IOException, ChildFailedException {
        return children.run(List.of("/bin/sh", "-c", script), Map.of("ADDED", "here"), LIMIT);
    }

    @Test
    void shouldReturnTheOutput() throws Exception {
        assertEquals("out here\n", shell("echo out $ADDED; echo err >&2"));
    }

    @Test
    void shouldLeaveNoFiles() throws Exception {
        shell("echo out");
        assertThrows(ChildFailedException.class, () -> shell("exit 1"));
        try (Stream<Path> files = Files.list(directory)) {
            assertEquals(List.of(), files.toList());
        }
    }

    @Test
    void shouldSayWhyAChildFailed() {
        ChildFailedException e = assertThrows(
                ChildFailedException.class, () -> shell("echo 'WARNING: noise' >&2; echo 'no luck' >&2; exit 3"));
        assertEquals("exit code 3: no luck", e.getMessage());
        assertFalse(e.isNotStarted());
    }

    @Test
    void shouldTellAMissingProgramFromOneThatFails() {
        ChildFailedException e = assertThrows(
                ChildFailedException.class, () -> children.run(List.of("/no/such/program"), Map.of(), LIMIT));
        assertTrue(e.isNotStarted(), e.getMessage());
    }

    @Test
    void shouldEndAChildThatRunsOutOfTime() {
        ChildFailedException e = assertThrows(
                ChildFailedException.class,
                () -> children.run(List.of("/bin/sh", "-c", "exec sleep 600"), Map.of(), Duration.ofMillis(200)));
        assertEquals("ended after 0 s, its time limit", e.getMessage());
    }

    /// It did not fail by itself, and nobody may keep that as its result.
    @Test
    void shouldNotCallItAFailureWhenAChildIsInterrupted() {
        assertThrows(CancellationException.class, () -> shell("kill -INT $$"));
    }

    /// As JMH starts a process of its own for each fork.
    @Test
    void shouldEndWhatAChildHasStarted() throws Exception {
        Path pid = directory.resolve("pid");
        String script = "sleep 600 & echo $! >%1$s.new; mv %1$s.new %1$s; wait".formatted(pid);
        FutureTask<String> running = new FutureTask<>(() -> shell(script));
        new Thread(running).start();
        while (Files.notExists(pid)) {
            Thread.onSpinWait();
        }
        ProcessHandle started =
                ProcessHandle.of(Long.parseLong(Files.readString(pid).strip())).orElseThrow();
        try {
            children.endAll();
            started.onExit().get(LIMIT.toSeconds(), TimeUnit.SECONDS);
        } finally {
            started.destroyForcibly();
        }
    }

    @Test
    void shouldEndWhatRunsAndStartNothingMore() throws Exception {
        Path started = directory.resolve("started");
        FutureTask<String> running = new FutureTask<>(() -> shell("touch " + started + "; exec sleep 600"));
        new Thread(running).start();
        while (Files.notExists(started)) {
            Thread.onSpinWait();
        }
        children.endAll();
        ExecutionException e =
                assertThrows(ExecutionException.class, () -> running.get(LIMIT.toSeconds(), TimeUnit.SECONDS));
        assertInstanceOf(CancellationException.class, e.getCause());
        assertThrows(CancellationException.class, () -> shell("echo late"));
    }
}
