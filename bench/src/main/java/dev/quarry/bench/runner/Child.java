// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.runner;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/// A child process that is talked to while it runs, by lines on its standard input and output. For one thread; but
/// [Children#endAll()] ends it from any other.
public final class Child implements AutoCloseable {
    private static final Duration EXIT_LIMIT = Duration.ofSeconds(5);

    private final String name;
    private final Children children;
    private final Process process;
    private final Path errors;
    private final Duration limit;
    private final BufferedReader output;
    private final BufferedWriter input;
    private final CompletableFuture<Process> timeLimit;
    private final CompletableFuture<Process> watch;

    Child(String name, Children children, Process process, Path errors, Duration limit) {
        this.name = name;
        this.children = children;
        this.process = process;
        this.errors = errors;
        this.limit = limit;
        output = process.inputReader(StandardCharsets.UTF_8);
        input = process.outputWriter(StandardCharsets.UTF_8);
        timeLimit = process.onExit().orTimeout(limit.toMillis(), TimeUnit.MILLISECONDS);
        // A stage of its own: the limit itself must be seen as over before the end of the child can be seen.
        watch = timeLimit.exceptionally(timedOut -> {
            // Never after an ordinary end: it would close the streams, from which there may be more to read.
            process.destroyForcibly();
            return process;
        });
    }

    public void send(String line) throws IOException, ChildFailedException {
        try {
            input.write(line);
            input.newLine();
            input.flush();
        } catch (IOException e) {
            throw failure();
        }
    }

    /// Waits for the next line.
    ///
    /// @throws ChildFailedException when there is none: the child has ended
    public String readLine() throws IOException, ChildFailedException {
        String line = nextLine();
        if (line.isEmpty()) {
            throw failure();
        }
        return line.stripTrailing();
    }

    /// Waits for the end of the child.
    ///
    /// @return what else it said
    public String readRest() throws IOException, ChildFailedException {
        StringBuilder rest = new StringBuilder();
        for (String line = nextLine(); !line.isEmpty(); line = nextLine()) {
            rest.append(line);
        }
        if (!endsWithin(EXIT_LIMIT) || process.exitValue() != 0) {
            throw failure();
        }
        return rest.toString();
    }

    /// {@return a line with its end, or the empty string after the last one}
    private String nextLine() {
        try {
            String line = output.readLine();
            return line == null ? "" : line + '\n';
        } catch (IOException e) {
            return ""; // the stream of a process that is being ended
        }
    }

    /// Waits until the child ends or the time is over.
    ///
    /// @return whether it has ended
    public boolean endsWithin(Duration time) {
        try {
            return process.waitFor(time.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CancellationException(name + " was interrupted");
        }
    }

    /// {@return why the child does not do what it should}
    ///
    /// @throws CancellationException after [Children#endAll()], or when Ctrl-C has reached the child
    public ChildFailedException failure() throws IOException {
        return new ChildFailedException(name + " failed: " + reason(), false);
    }

    private String reason() throws IOException {
        if (!endsWithin(EXIT_LIMIT)) {
            return "it closed its output and goes on";
        }
        children.checkNotEnded();
        if (timeLimit.isCompletedExceptionally()) {
            return Children.timedOut(limit);
        }
        if (process.exitValue() == Children.EXIT_INTERRUPTED) {
            throw new CancellationException(name + " was interrupted");
        }
        return Children.message(process.exitValue(), Files.readString(errors));
    }

    /// Ends the child, if it still runs.
    @Override
    public void close() throws IOException {
        watch.cancel(false);
        children.end(process);
        Files.deleteIfExists(errors);
    }
}
