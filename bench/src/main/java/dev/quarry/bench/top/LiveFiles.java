// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.top;

import dev.quarry.internal.live.LiveFileException;
import dev.quarry.internal.live.LiveFolder;
import dev.quarry.internal.live.LiveReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Finds the live file that is meant.
public final class LiveFiles {
    private LiveFiles() {}

    /// {@return the folder in which this user's live files are unless they were put elsewhere}
    public static Path defaultFolder() {
        return LiveFolder.ofUser(System.getProperty("java.io.tmpdir"), System.getProperty("user.name"));
    }

    /// Finds a file.
    /// @param target a process id, or a file's path; null means the only process that there is
    /// @param folder where live files are
    /// @return the file
    /// @throws IOException if there is none, or the choice is not clear; the message is one sentence, or a list
    public static Path find(@Nullable String target, Path folder) throws IOException {
        if (target == null) {
            return only(
                    alive(folder),
                    "more than one allocator is live; say which: ",
                    "no live process of this user in " + folder
                            + ": it may be younger than two seconds, or run with quarry.live=off");
        }
        return isNumber(target) ? ofProcess(target, folder) : Path.of(target);
    }

    private static Path ofProcess(String target, Path folder) throws IOException {
        long pid = Long.parseLong(target);
        List<Path> files = LiveFolder.files(folder).stream()
                .filter(file -> LiveFolder.pidOf(file) == pid)
                .toList();
        String none = ProcessHandle.of(pid).isPresent()
                ? "process " + pid + " has no live file in " + folder
                : "there is no process " + pid + ", and it has left no live file in " + folder;
        return only(files, "process " + pid + " has more than one allocator; say which file: ", none);
    }

    private static List<Path> alive(Path folder) throws IOException {
        return LiveFolder.files(folder).stream().filter(LiveFolder::isAlive).toList();
    }

    private static Path only(List<Path> files, String several, String none) throws IOException {
        if (files.isEmpty()) {
            throw new LiveFileException(none);
        }
        if (files.size() > 1) {
            throw new LiveFileException(
                    several + files.stream().map(LiveFiles::describe).collect(Collectors.joining(", ")));
        }
        return files.get(0);
    }

    private static String describe(Path file) {
        try {
            return file + " (" + LiveReader.read(file).name() + ")";
        } catch (IOException unreadable) {
            return file + " (unreadable)";
        }
    }

    /// {@return whether the process of a live file runs}
    /// @param file a live file
    public static boolean isRunning(Path file) {
        return LiveFolder.isAlive(file);
    }

    private static boolean isNumber(String target) {
        return !target.isEmpty()
                && target.length() < 19
                && target.chars().allMatch(Character::isDigit)
                && !Files.exists(Path.of(target));
    }
}
