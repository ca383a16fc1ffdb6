// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.suite;

import dev.quarry.bench.report.Json;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/// Where a run keeps what its processes said, and at its end its results.
///
/// ```
/// <folder>/unfinished/run.json             what all processes have in common
/// <folder>/unfinished/<step>.json          what one process said, or why it failed
/// <folder>/*.json                          the results: appear when all steps are done, and `unfinished` goes
/// ```
///
/// Each file is written beside its place and moved there, so that none is ever half there.
///
/// While a run goes on it holds a lock on its record, so that no second one writes into the same folder.
public final class ResultFolder implements AutoCloseable {
    private static final String UNFINISHED = "unfinished";
    private static final String DONE = ".done";
    private static final String RUN = "run.json";
    private static final String BEGUN = "begun";
    private static final String FAILURE = "failure";

    private final Path path;
    private final Path unfinished;
    private final Instant begun;
    private final FileChannel lock;

    private ResultFolder(Path path, Instant begun) throws IOException {
        this.path = path;
        this.unfinished = path.resolve(UNFINISHED);
        this.begun = begun;
        this.lock = lock(path);
    }

    private static FileChannel lock(Path path) throws IOException {
        FileChannel channel = FileChannel.open(path.resolve(UNFINISHED).resolve(RUN), StandardOpenOption.WRITE);
        try {
            if (channel.tryLock() != null) {
                return channel;
            }
        } catch (OverlappingFileLockException inThisProcess) {
            channel.close();
            throw inUse(path);
        } catch (IOException e) {
            channel.close();
            throw e;
        }
        channel.close();
        throw inUse(path);
    }

    private static IOException inUse(Path path) {
        return new IOException("another run goes on in " + path + " at this moment");
    }

    /// What one process left.
    ///
    /// @param output  what it printed; empty where it failed
    /// @param failure why it failed, in one sentence; empty where it did not
    record Kept(Optional<String> output, Optional<String> failure) {
        /// What a process left that never ran, since another of its row had failed.
        static final Kept NOTHING = new Kept(Optional.empty(), Optional.empty());
    }

    /// Whether a run was begun in a folder and did not end.
    public static boolean isUnfinished(Path path) {
        return Files.isRegularFile(path.resolve(UNFINISHED).resolve(RUN));
    }

    /// Makes a folder for a new run.
    ///
    /// @throws FileAlreadyExistsException when there is anything in it
    public static ResultFolder create(Path path, RunIdentity identity) throws IOException {
        if (Files.exists(path) && !isEmptyDirectory(path)) {
            throw new FileAlreadyExistsException(
                    path.toString(), null, "not empty, and results are never written over others");
        }
        Instant begun = Instant.now();
        Path unfinished = Files.createDirectories(path.resolve(UNFINISHED));
        Map<String, Object> run = new LinkedHashMap<>();
        run.put(BEGUN, begun);
        run.putAll(identity.toMap());
        write(unfinished, unfinished.resolve(RUN), Json.write(run));
        return new ResultFolder(path, begun);
    }

    /// Takes up a run that was interrupted.
    ///
    /// @throws IOException when there is none, or when it is a run of something else; the message is one sentence
    public static ResultFolder resume(Path path, RunIdentity identity) throws IOException {
        Optional<String> difference = identity.difference(identity(path));
        if (difference.isPresent()) {
            throw new IOException("the run in " + path + " cannot go on with something else: " + difference.get());
        }
        return new ResultFolder(path, Instant.parse(String.valueOf(readRun(path).get(BEGUN))));
    }

    /// What the unfinished run in a folder is of.
    ///
    /// @throws IOException when there is none; the message is one sentence
    public static RunIdentity identity(Path path) throws IOException {
        Map<String, Object> run = readRun(path);
        try {
            return RunIdentity.of(run);
        } catch (IllegalArgumentException e) {
            throw new IOException(path.resolve(UNFINISHED).resolve(RUN) + " is damaged: " + e.getMessage(), e);
        }
    }

    private static Map<String, Object> readRun(Path path) throws IOException {
        Path file = path.resolve(UNFINISHED).resolve(RUN);
        if (!isUnfinished(path)) {
            throw new IOException("no run was interrupted in " + path + ": " + file + " is missing");
        }
        try {
            return Json.readObject(Files.readString(file));
        } catch (IllegalArgumentException e) {
            throw new IOException(file + " is damaged", e);
        }
    }

    private static boolean isEmptyDirectory(Path path) throws IOException {
        if (!Files.isDirectory(path)) {
            return false;
        }
        try (Stream<Path> files = Files.list(path)) {
            return files.findAny().isEmpty();
        }
    }

    public Path path() {
        return path;
    }

    /// When the run was begun, which may be days before it was taken up again.
    Instant begun() {
        return begun;
    }

    Optional<Kept> kept(Step step) throws IOException {
        Path file = unfinished.resolve(step.fileName());
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        String text = Files.readString(file);
        if (Json.read(text) instanceof Map<?, ?> object && object.get(FAILURE) instanceof String failure) {
            return Optional.of(new Kept(Optional.empty(), Optional.of(failure)));
        }
        return Optional.of(new Kept(Optional.of(text), Optional.empty()));
    }

    void keep(Step step, String output) throws IOException {
        write(unfinished, unfinished.resolve(step.fileName()), output);
    }

    void keepFailure(Step step, String reason) throws IOException {
        keep(step, Json.write(Map.of(FAILURE, reason)));
    }

    /// Puts the results in their places and removes what they were made of.
    ///
    /// @param results the text of each file, by its name
    void finish(Map<String, String> results) throws IOException {
        for (Map.Entry<String, String> result : results.entrySet()) {
            write(unfinished, path.resolve(result.getKey()), result.getValue());
        }
        // In one step: what is half deleted must not look like a run that can go on.
        Path done = path.resolve(DONE);
        Files.move(unfinished, done, StandardCopyOption.ATOMIC_MOVE);
        try (Stream<Path> files = Files.walk(done)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    /// Lets the next run have the folder.
    @Override
    public void close() throws IOException {
        lock.close();
    }

    private static void write(Path drafts, Path file, String text) throws IOException {
        Path fresh = drafts.resolve(file.getFileName() + ".new");
        Files.writeString(fresh, text.endsWith("\n") ? text : text + "\n");
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
}
