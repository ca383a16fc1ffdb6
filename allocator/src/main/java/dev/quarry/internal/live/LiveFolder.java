// SPDX-License-Identifier: Apache-2.0
package dev.quarry.internal.live;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The folder of live files: one for each user, that nobody else can look into.
///
/// A file is called `<pid>-<name>.live`, and has a number behind the name where several allocators of a process have
/// the same one.
public final class LiveFolder {
    /// What the files' names end with.
    public static final String SUFFIX = ".live";

    private static final long STALE_MS = 24L * 60 * 60 * 1000;
    private static final int MAX_FILES_A_NAME = 100;
    private static final Set<PosixFilePermission> OWNER_ONLY = PosixFilePermissions.fromString("rwx------");

    private LiveFolder() {}

    /// {@return where a user's live files are unless another folder is named}
    /// @param temporary the JVM's folder for temporary files
    /// @param user      the user's name
    public static Path ofUser(String temporary, String user) {
        StringBuilder name = new StringBuilder("quarry-");
        for (int index = 0; index < user.length(); index++) {
            char letter = user.charAt(index);
            boolean isPlain = letter < 128 && (Character.isLetterOrDigit(letter) || "._-".indexOf(letter) >= 0);
            name.append(isPlain ? letter : '_');
        }
        return Path.of(temporary, name.toString());
    }

    /// Makes the folder, or sees to it that the one that is there is safe: a real folder, into which only its owner can
    /// look, and not a link.
    /// @param folder to be used
    /// @throws IOException if it is not, or cannot be made
    public static void prepare(Path folder) throws IOException {
        try {
            Files.createDirectory(folder, PosixFilePermissions.asFileAttribute(OWNER_ONLY));
        } catch (FileAlreadyExistsException there) {
            requireSafe(folder);
        } catch (UnsupportedOperationException noPosix) {
            throw new LiveFileException("file systems here have no owner-only folders: " + folder);
        }
    }

    private static void requireSafe(Path folder) throws IOException {
        PosixFileAttributes attributes = attributes(folder);
        if (!attributes.isDirectory()) {
            throw new LiveFileException(folder + " is a link, or no folder");
        }
        if (!OWNER_ONLY.containsAll(attributes.permissions())) {
            throw new LiveFileException(folder + " is open to others ("
                    + PosixFilePermissions.toString(attributes.permissions()) + "): it must be rwx------");
        }
    }

    /// Sees to it that the folder belongs to whoever made a file in it.
    /// @param file just made by this process
    /// @throws IOException if it does not; the file is still there
    static void requireOwn(Path file) throws IOException {
        Path folder = file.toAbsolutePath().getParent();
        if (folder == null
                || !attributes(folder).owner().equals(attributes(file).owner())) {
            throw new LiveFileException(folder + " belongs to someone else");
        }
        requireSafe(folder);
    }

    private static PosixFileAttributes attributes(Path path) throws IOException {
        return Files.readAttributes(path, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    }

    /// Makes a live file under the first name that is free.
    /// @param folder  prepared
    /// @param name    the allocator's
    /// @param classes rows of size classes
    /// @param nodes   rows of nodes
    /// @param nowNs   monotonic time
    /// @return the file
    /// @throws IOException if there can be none; nothing is left then
    public static LiveFile create(Path folder, String name, int classes, int nodes, long nowNs) throws IOException {
        long pid = Processes.ownPid();
        for (int number = 1; number <= MAX_FILES_A_NAME; number++) {
            Path path = folder.resolve(pid + "-" + name + (number == 1 ? "" : "-" + number) + SUFFIX);
            LiveFile file = tryCreate(path, name, pid, classes, nodes, nowNs);
            if (file != null) {
                return file;
            }
        }
        throw new LiveFileException("there are " + MAX_FILES_A_NAME + " live files of " + name + " in " + folder);
    }

    /// {@return the file; null if there is one already}
    private static @Nullable LiveFile tryCreate(Path path, String name, long pid, int classes, int nodes, long nowNs)
            throws IOException {
        LiveFile file;
        try {
            file = LiveFile.create(path, name, pid, classes, nodes, nowNs);
        } catch (FileAlreadyExistsException taken) {
            return null;
        }
        try {
            requireOwn(path);
            return file;
        } catch (IOException | RuntimeException refused) {
            file.close();
            Files.deleteIfExists(path);
            throw refused;
        }
    }

    /// {@return the live files in a folder, by name; none where there is no such folder}
    /// @param folder any
    /// @throws IOException if it cannot be read
    public static List<Path> files(Path folder) throws IOException {
        // As java.io has it: a list by java.nio loads five times as many classes into each process that has a file.
        String[] names = folder.toFile().list();
        List<Path> files = new ArrayList<>();
        if (names == null) {
            if (Files.isDirectory(folder)) {
                throw new LiveFileException("not allowed to read the folder " + folder);
            }
            return files;
        }
        Arrays.sort(names);
        for (String name : names) {
            if (name.endsWith(SUFFIX)) {
                files.add(folder.resolve(name));
            }
        }
        return files;
    }

    /// Removes what processes left that were killed more than a day ago.
    /// @param folder     prepared
    /// @param nowEpochMs milliseconds since the epoch
    /// @return what was removed
    /// @throws IOException if the folder cannot be read
    public static List<Path> removeStale(Path folder, long nowEpochMs) throws IOException {
        List<Path> removed = new ArrayList<>();
        for (Path file : files(folder)) {
            if (!isAlive(file) && nowEpochMs - lastSignMs(file) > STALE_MS && Files.deleteIfExists(file)) {
                removed.add(file);
            }
        }
        return removed;
    }

    /// {@return the process of a live file, by the file's name; 0 where the name has none}
    /// @param file a live file
    public static long pidOf(Path file) {
        String name = String.valueOf(file.getFileName());
        int digits = 0;
        while (digits < name.length() && Character.isDigit(name.charAt(digits))) {
            digits++;
        }
        return digits == 0 || digits > 18 ? 0 : Long.parseLong(name, 0, digits, 10);
    }

    /// {@return whether the process of a live file runs, as far as its number tells}
    /// @param file a live file
    public static boolean isAlive(Path file) {
        long pid = pidOf(file);
        return pid != 0 && Processes.isAlive(pid);
    }

    private static long lastSignMs(Path file) throws IOException {
        try {
            return LiveReader.read(file).heartbeatEpochMs();
        } catch (LiveFileException unreadable) {
            return Files.getLastModifiedTime(file).toMillis();
        }
    }
}
