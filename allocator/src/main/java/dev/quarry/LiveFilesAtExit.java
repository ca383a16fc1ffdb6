// SPDX-License-Identifier: Apache-2.0
package dev.quarry;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// The live files of this process. They are removed when it ends in order, so that only a process that was killed
/// leaves one.
///
/// Thread-safe.
final class LiveFilesAtExit {
    private static final Set<Path> FILES = ConcurrentHashMap.newKeySet();

    private static final boolean WILL_BE_DELETED = tryAddHook();

    private LiveFilesAtExit() {}

    /// {@return whether files are removed at the end} Not where it has begun before the first file was made: that
    /// process should make none.
    static boolean willBeDeleted() {
        return WILL_BE_DELETED;
    }

    private static boolean tryAddHook() {
        try {
            Runtime.getRuntime().addShutdownHook(new Deletion());
            return true;
        } catch (IllegalStateException ending) {
            return false;
        }
    }

    /// {@return how many there are}
    static int count() {
        return FILES.size();
    }

    static void add(Path file) {
        FILES.add(file);
    }

    /// Deletes a file now. One that cannot be deleted is left: it is stale, and goes with the stale ones.
    static void delete(Path file) {
        FILES.remove(file);
        try {
            Files.deleteIfExists(file);
        } catch (IOException refused) {
            // Nobody can do anything about it here.
            return;
        }
    }

    /// The work of the exit.
    private static final class Deletion extends Thread {
        Deletion() {
            super("quarry-live-files");
        }

        @Override
        public void run() {
            for (Path file : FILES) {
                delete(file);
            }
        }
    }
}
