// SPDX-License-Identifier: Apache-2.0
package dev.quarry.internal.live;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LiveFolderTest {
    private static final long DAY_MS = 24L * 60 * 60 * 1000;

    /// Above the kernel's greatest limit of process numbers.
    private static final long NO_PROCESS = (1L << 22) + 1;

    @TempDir
    Path parent;

    private Path folder;

    @BeforeEach
    void name() {
        folder = parent.resolve("quarry-me");
    }

    @Test
    void shouldMakeAFolderThatIsTheOwnersOnly() throws IOException {
        LiveFolder.prepare(folder);
        LiveFolder.prepare(folder);
        assertEquals("rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(folder)));
    }

    @Test
    void shouldRefuseAFolderThatOthersMayUse() throws IOException {
        Files.createDirectory(folder);
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-x---"));
        assertRefused("is open to others (rwxr-x---): it must be rwx------");
    }

    @Test
    void shouldRefuseALink() throws IOException {
        Path target = parent.resolve("target");
        LiveFolder.prepare(target);
        Files.createSymbolicLink(folder, target);
        assertRefused("is a link, or no folder");
    }

    @Test
    void shouldRefuseAFile() throws IOException {
        Files.createFile(folder);
        assertRefused("is a link, or no folder");
    }

    private void assertRefused(String expected) {
        LiveFileException refused = assertThrows(LiveFileException.class, () -> LiveFolder.prepare(folder));
        assertEquals(folder + " " + expected, refused.getMessage());
    }

    @Test
    void shouldTakeTheNextNameWhereOneIsTaken() throws IOException {
        LiveFolder.prepare(folder);
        String start = ProcessHandle.current().pid() + "-mine";
        try (LiveFile first = LiveFolder.create(folder, "mine", 1, 1, 0);
                LiveFile second = LiveFolder.create(folder, "mine", 1, 1, 0)) {
            assertEquals(folder.resolve(start + ".live"), first.path());
            assertEquals(folder.resolve(start + "-2.live"), second.path());
            assertEquals(List.of(second.path(), first.path()), LiveFolder.files(folder));
            assertTrue(LiveFolder.isAlive(first.path()));
        }
    }

    @Test
    void shouldListNothingWhereThereIsNoFolder() throws IOException {
        assertEquals(List.of(), LiveFolder.files(folder));
    }

    @Test
    void shouldRemoveWhatDeadProcessesLeftAndNothingElse() throws IOException {
        LiveFolder.prepare(folder);
        Path dead = folder.resolve(NO_PROCESS + "-mine.live");
        Path alive = folder.resolve(ProcessHandle.current().pid() + "-other.live");
        Path broken = Files.write(folder.resolve(NO_PROCESS + 1 + "-mine.live"), new byte[1]);
        Path unrelated = Files.createFile(folder.resolve("notes.txt"));
        LiveFile.create(dead, "mine", NO_PROCESS, 1, 1, 0).close();
        LiveFile.create(alive, "other", 1, 1, 1, 0).close();
        long nowMs = System.currentTimeMillis();
        assertEquals(List.of(), LiveFolder.removeStale(folder, nowMs));
        // The writer's last sign counts and not the file's time, which a mapping does not change.
        Files.setLastModifiedTime(dead, FileTime.fromMillis(nowMs - 9 * DAY_MS));
        Files.setLastModifiedTime(broken, FileTime.fromMillis(nowMs - 2 * DAY_MS));
        assertEquals(List.of(broken), LiveFolder.removeStale(folder, nowMs));
        assertEquals(List.of(dead), LiveFolder.removeStale(folder, nowMs + DAY_MS + 60_000));
        assertTrue(Files.exists(alive));
        assertTrue(Files.exists(unrelated));
        assertFalse(Files.exists(dead));
    }

    @Test
    void shouldBeNamedAfterItsUser() {
        assertEquals(Path.of("/tmp/quarry-a_b"), LiveFolder.ofUser("/tmp", "a/b"));
    }
}
