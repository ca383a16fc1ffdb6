// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.runner;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeUnit;

/// Runs child processes, each within a time limit, and ends those that run when this process is asked to end. The
/// output of a child that is run to its end goes through files, so that nobody has to read it meanwhile.
public final class Children {
    /// A child measures what its command line says, not what the caller's environment adds to it.
    private static final Set<String> REMOVED_VARIABLES =
            Set.of("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS", "LD_PRELOAD");

    /// What a process ends with after Ctrl-C, of which a terminal tells parent and children alike.
    static final int EXIT_INTERRUPTED = 130;

    private static final int MAX_MESSAGE_CHARACTERS = 300;

    private final Path directory;
    private final Set<Process> running = new HashSet<>();
    private boolean ended;

    /// @param directory where the output of the children is kept while they run
    public Children(Path directory) {
        this.directory = directory;
    }

    /// Runs one child to its end.
    ///
    /// @return what it wrote to its standard output
    /// @throws CancellationException after [#endAll()], or when Ctrl-C has reached the child
    /// @throws ChildFailedException when there is no such program, when it fails, or when it runs out of time
    public String run(List<String> command, Map<String, String> environment, Duration limit)
            throws IOException, ChildFailedException {
        Path output = Files.createTempFile(directory, "child", ".out");
        Path errors = Files.createTempFile(directory, "child", ".err");
        try {
            ProcessBuilder builder = builder(command, environment, errors).redirectOutput(output.toFile());
            int status = waitFor(start(builder), limit);
            checkNotEnded();
            if (status == EXIT_INTERRUPTED) {
                throw new CancellationException("the child was interrupted");
            }
            if (status != 0) {
                throw new ChildFailedException(message(status, Files.readString(errors)), false);
            }
            return Files.readString(output, StandardCharsets.UTF_8);
        } finally {
            Files.deleteIfExists(output);
            Files.deleteIfExists(errors);
        }
    }

    /// Starts a child that is talked to while it runs.
    ///
    /// @param name  for messages
    /// @param limit after which it is ended
    /// @throws CancellationException after [#endAll()]
    /// @throws ChildFailedException when there is no such program
    public Child start(String name, List<String> command, Map<String, String> environment, Duration limit)
            throws IOException, ChildFailedException {
        Path errors = Files.createTempFile(directory, "child", ".err");
        try {
            return new Child(name, this, start(builder(command, environment, errors)), errors, limit);
        } catch (ChildFailedException | CancellationException e) {
            Files.deleteIfExists(errors);
            throw e;
        }
    }

    private static ProcessBuilder builder(List<String> command, Map<String, String> environment, Path errors) {
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(errors.toFile());
        builder.environment().keySet().removeAll(REMOVED_VARIABLES);
        builder.environment().putAll(environment);
        return builder;
    }

    private synchronized Process start(ProcessBuilder builder) throws ChildFailedException {
        checkNotEnded();
        try {
            Process process = builder.start();
            running.add(process);
            return process;
        } catch (IOException e) {
            throw new ChildFailedException(String.valueOf(e.getMessage()), true);
        }
    }

    private int waitFor(Process process, Duration limit) throws ChildFailedException {
        try {
            if (process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
                return process.exitValue();
            }
            throw new ChildFailedException(timedOut(limit), false);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ChildFailedException("interrupted", false);
        } finally {
            end(process);
        }
    }

    void end(Process process) {
        destroy(process);
        synchronized (this) {
            running.remove(process);
        }
    }

    static String timedOut(Duration limit) {
        return "ended after " + limit.toSeconds() + " s, its time limit";
    }

    /// Ends what runs, and lets nothing start any more.
    public synchronized void endAll() {
        ended = true;
        running.forEach(Children::destroy);
    }

    /// Those that the process has started come first: afterwards nobody knows any more whose they are.
    private static void destroy(Process process) {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
    }

    synchronized void checkNotEnded() {
        if (ended) {
            throw new CancellationException("the children are ended");
        }
    }

    /// The first line of what the child complained of, which is where JVMs and compilers say what is wrong.
    static String message(int status, String errors) {
        String line = errors.lines()
                .filter(text -> !text.isBlank() && !text.startsWith("WARNING"))
                .findFirst()
                .orElse("no message");
        String cut = line.length() > MAX_MESSAGE_CHARACTERS ? line.substring(0, MAX_MESSAGE_CHARACTERS) + "..." : line;
        return "exit code " + status + ": " + cut;
    }
}
